"""The PostgreSQL of one test run: made in a temporary folder, gone with the runner, however it ends."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from alliance import embedded

PREFIX = "alliance-test-"


@dataclass(frozen=True)
class Started:
    folder: Path
    lock: int
    process: subprocess.Popen
    url: str

    def end(self) -> None:
        embedded.stop(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self.lock)


def start() -> Started:
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = _locked(folder)
    cluster = embedded.cluster(folder / "postgres", fast=True)
    with (folder / "postgres.log").open("wb") as log:
        process = cluster.start(output=log)
    return Started(folder, lock, process, cluster.url)


def _locked(folder: Path) -> int | None:
    """A lock that the kernel drops with this process; ``None`` when a living run holds it."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _sweep() -> None:
    """Remove what runs that were killed have left."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/"):
        if (folder / "lock").exists() and os.access(folder, os.W_OK) and (lock := _locked(folder)) is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
