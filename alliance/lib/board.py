"""What each web process is doing, in a small file that all of them and the health listener have mapped.

Nothing here imports Django. A record is written by one process only; a torn read costs a figure, never an answer.
"""

import fcntl
import mmap
import os
import struct
import time
from dataclasses import dataclass
from pathlib import Path

PLACES = 64
NAME = "web-board"


@dataclass(frozen=True)
class Figures:
    """``answered_at``: when the last answer left, on the clock ``time.monotonic`` of the machine."""

    pid: int
    inside: int = 0
    waiting: int = 0
    answered: int = 0
    refused: int = 0
    answered_at: float = 0.0

    @property
    def lives(self) -> bool:
        if self.pid <= 0:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


RECORD = struct.Struct("<qqqqqd")


class Board:
    def __init__(self, folder: Path):
        self.descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(self.descriptor, PLACES * RECORD.size)
        self.memory = mmap.mmap(self.descriptor, PLACES * RECORD.size)
        self.offset = -1

    def claim(self) -> "Board":
        """Take the place of a process that is gone. Without one, nothing is told."""
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)
        try:
            free = next((number for number, it in enumerate(self._all()) if not it.lives), -1)
            self.offset = free * RECORD.size
            self.tell(0, 0, 0, 0)
        finally:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)
        return self

    def tell(self, inside: int, waiting: int, answered: int, refused: int) -> None:
        if self.offset >= 0:
            told = (os.getpid(), inside, waiting, answered, refused, time.monotonic())
            RECORD.pack_into(self.memory, self.offset, *told)

    def read(self) -> list[Figures]:
        """The processes that live."""
        return [it for it in self._all() if it.lives]

    def _all(self) -> list[Figures]:
        return [Figures(*RECORD.unpack_from(self.memory, number * RECORD.size)) for number in range(PLACES)]
