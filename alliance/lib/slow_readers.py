"""Cut the connections of readers who take next to nothing: each would hold a thread, and perhaps a transaction.

The server writes from a thread that waits for the reader, for ever if need be, and no setting of its bounds that. The
kernel knows what each socket still has to send and what its reader has acknowledged: a watch of our own looks now and
then. Linux only; elsewhere it does nothing. A reader who is cut sees that the answer is not whole.
"""

import os
import socket
import struct
import threading
import time
from contextlib import suppress
from pathlib import Path

TCP_INFO = getattr(socket, "TCP_INFO", None)
INFO_SIZE, ACKNOWLEDGED, TO_SEND = 148, struct.Struct("=Q"), struct.Struct("=I")
ACKNOWLEDGED_AT, TO_SEND_AT = 120, 144  # in the kernel's struct tcp_info
EVERY_SECONDS, PATIENCE_SECONDS, SLOWEST = 5.0, 30.0, 4096  # bytes a second
DESCRIPTORS = Path("/proc/self/fd")


class Watch:
    """What each connection had taken when it was first seen waiting, by the number that the kernel gave its socket."""

    def __init__(self, *, patience: float = PATIENCE_SECONDS, slowest: int = SLOWEST):
        self.patience, self.slowest = patience, slowest
        self.seen: dict[int, tuple[float, int]] = {}

    def look(self) -> int:
        """Look at every connection once; how many were cut."""
        seen, cut, now = {}, 0, time.monotonic()
        for connection in served():
            with connection:
                number, (taken, left) = os.fstat(connection.fileno()).st_ino, figures(connection)
                if not left:
                    continue
                since, before = self.seen.get(number, (now, taken))
                if now - since < self.patience:
                    seen[number] = (since, before)
                elif taken - before >= self.slowest * (now - since):
                    seen[number] = (now, taken)
                else:
                    with suppress(OSError):  # gone by itself
                        connection.shutdown(socket.SHUT_RDWR)
                        cut += 1
        self.seen = seen
        return cut


def served() -> list[socket.socket]:
    """Copies of our ends of the connections that came in: those at a port where this process listens."""
    found = [each for path in list(DESCRIPTORS.iterdir()) if (each := _copy(path))]
    listens = {each.getsockname()[1] for each in found if each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)}
    kept = []
    for each in found:
        listening = each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        if not listening and each.getsockname()[1] in listens:
            kept.append(each)
        else:
            each.close()
    return kept


def _copy(path: Path) -> socket.socket | None:
    """A copy of a TCP socket: whatever the server does meanwhile, it stays the one that was looked at."""
    try:
        if not str(path.readlink()).startswith("socket:"):
            return None
        copy = socket.socket(fileno=os.dup(int(path.name)))
    except OSError:
        return None
    if copy.family in {socket.AF_INET, socket.AF_INET6} and copy.type == socket.SOCK_STREAM:
        return copy
    copy.close()
    return None


def figures(connection: socket.socket) -> tuple[int, int]:
    """Bytes that the reader has acknowledged, and how many wait to be sent."""
    told = connection.getsockopt(socket.IPPROTO_TCP, TCP_INFO, INFO_SIZE)
    if len(told) < INFO_SIZE:
        return 0, 0
    return ACKNOWLEDGED.unpack_from(told, ACKNOWLEDGED_AT)[0], TO_SEND.unpack_from(told, TO_SEND_AT)[0]


def watch() -> None:
    """In a thread of its own, as long as the process lives."""
    if TCP_INFO is not None and DESCRIPTORS.exists():
        threading.Thread(target=_watch, name="slow-readers", daemon=True).start()


def _watch() -> None:
    looking = Watch()
    while True:
        time.sleep(EVERY_SECONDS)
        looking.look()
