"""The PostgreSQL of one test run: made in a temporary folder, gone with the runner, however it ends.

``python -m tests.database <command>`` runs a command beside one, with ``DATABASE_URL`` set.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from alliance import embedded
from alliance.lib.children import die_with_parent
from tests import migrated

PREFIX = "alliance-test-"


@dataclass(frozen=True)
class Started:
    """``process`` is None when ``DATABASE_URL`` names a server of others; the state folder is ours in any case."""

    folder: Path
    lock: int
    process: subprocess.Popen | None
    cluster: embedded.Cluster | None
    url: str
    templated: bool = False

    def end(self) -> None:
        if self.templated and not self.process:
            for name in migrated.templates(self.url):
                migrated.drop(self.url, name)
        if self.process:
            embedded.stop(self.process)
            self.cluster.forget_sockets()
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self.lock)


def start(kept: Path | None = None) -> Started:
    """The server; with ``kept``, the folder of migrated servers, it also holds the template of tests/migrated.py."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = _locked(folder)
    (folder / "static").mkdir()
    if url := os.environ.get("DATABASE_URL"):
        if kept:
            migrated.migrate(url)
        return Started(folder, lock, None, None, url, templated=bool(kept))
    cluster, process = _served(folder, kept / migrated.digest() if kept else None)
    return Started(folder, lock, process, cluster, cluster.url, templated=bool(kept))


def _served(folder: Path, kept: Path | None) -> tuple[embedded.Cluster, subprocess.Popen]:
    if kept and kept.exists():
        migrated.take(kept, folder / "postgres")
        os.utime(kept)
    cluster = embedded.cluster(folder / "postgres", fast=True)
    with (folder / "postgres.log").open("ab") as log:
        process = cluster.start(output=log)
        if kept and not kept.exists():
            migrated.migrate(cluster.url)
            embedded.stop(process)
            if kept.name == migrated.digest():  # nobody changed a migration meanwhile
                migrated.keep(folder / "postgres", kept)
            process = cluster.start(output=log)
    return cluster, process


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
    for sockets in Path(tempfile.gettempdir()).glob("alliance-*-????????????/"):
        if time.time() - sockets.stat().st_mtime > 3600:
            with suppress(OSError):  # not empty, or somebody else's
                sockets.rmdir()


if __name__ == "__main__":
    database = start()
    try:
        environment = os.environ | {"DATABASE_URL": database.url}
        ends_too = die_with_parent(signal.SIGTERM)
        sys.exit(subprocess.run(sys.argv[1:], env=environment, preexec_fn=ends_too).returncode)
    finally:
        database.end()
