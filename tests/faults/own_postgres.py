"""A PostgreSQL of the test's own, as safe as in production (fsync on), that is killed and starts again."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg

from alliance import embedded
from alliance.running.prepare import TOP
from tests import migrated

SAFE = ("fsync", "synchronous_commit", "full_page_writes")


class OwnPostgres:
    def __init__(self, folder: Path, kept: Path):
        """``kept``: the folder of migrated servers; where none of today's state is there, migrations run."""
        kept /= migrated.digest()
        if is_kept := kept.exists():
            migrated.take(kept, folder / "postgres")
        self.cluster = embedded.cluster(folder / "postgres")
        self.kills = 0
        self.start()
        if not is_kept:
            migrated.migrate(self.url)
        migrated.copy(self.url, embedded.DATABASE)

    @property
    def url(self) -> str:
        return self.cluster.url

    def start(self) -> None:
        """What was killed may need a moment before its shared memory is free."""
        until = time.monotonic() + 30
        while True:
            embedded.forget_dead_server(self.cluster.folder)
            try:
                self.process = self.cluster.start()
            except embedded.CannotStart:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
            else:
                return

    def kill(self) -> None:
        """SIGKILL to the server and to each process of it, then a start: recovery from the log."""
        assert Path(f"/proc/{self.process.pid}/cwd").samefile(self.cluster.folder), "not ours"
        everyone = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        children = [pid for pid in everyone if _parent(pid) == self.process.pid]
        for pid in (self.process.pid, *children):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()
        self.kills += 1
        self.start()

    def end(self) -> None:
        embedded.stop(self.process)
        self.cluster.forget_sockets()

    def setting(self, name: str) -> str:
        return self.value(f"SHOW {name}")

    def value(self, sql: str):
        with closing(psycopg.connect(self.url)) as connection:
            return connection.execute(sql).fetchone()[0]

    def run_sql(self, sql: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(sql)

    def run(self, *words: str, given: str = "", **environment: str) -> str:
        """A Python program of ours beside this database; what it printed."""
        command = [sys.executable, "-W", "ignore", *words]
        environment = os.environ | {"DATABASE_URL": self.url, "PORTAL_MODE": "test"} | environment
        done = subprocess.run(command, cwd=TOP, env=environment, input=given, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0
