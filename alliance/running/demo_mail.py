"""The demonstration's post office: a real SMTP server that keeps each mail as a file, for the page ``/courriels/``.

``python -m alliance.running.demo_mail <folder> <descriptor of a listening socket>``. It relays nothing to anybody.
"""

import asyncio
import logging
import os
import signal
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP

KEPT = 2_000
logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd notes the address of every client


class Spool:
    """Writes each mail to ``<time of receipt>-<order>.eml``, whole or not at all; the oldest go beyond ``KEPT``."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.received = 0

    async def handle_DATA(self, server, session, envelope) -> str:
        self.received += 1
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{self.received:06d}"
        draft = self.folder / f"{name}.part"
        header = f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n".encode()
        draft.write_bytes(header + envelope.original_content)
        draft.rename(self.folder / f"{name}.eml")
        if self.received % 100 == 1:
            self.forget_the_oldest()
        return "250 OK"

    def forget_the_oldest(self) -> None:
        for path in sorted(self.folder.glob("*.eml"))[:-KEPT]:
            path.unlink(missing_ok=True)


async def listen(handler, listening: socket.socket) -> asyncio.Server:
    """Serve SMTP on a bound socket, in the running event loop."""
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(handler, hostname="localhost", ident="demonstration", enable_SMTPUTF8=True, loop=loop)

    return await loop.create_server(session, sock=listening, backlog=128)


async def keep_mail(folder: Path, listening: socket.socket) -> None:
    ended = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, ended.set)
    server = await listen(Spool(folder), listening)
    await ended.wait()
    server.close()


if __name__ == "__main__":
    os.umask(0o077)
    asyncio.run(keep_mail(Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2]))))
