import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from alliance.lib.children import die_with_parent
from tests.broker import Broker, environment

TOP = Path(__file__).parents[2]
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
    url = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    programs = Programs(environment(url, broker, EMAIL_URL=smtp_server.url, CELERY_SKIP_CHECKS="1", LOG_LEVEL="ERROR"))
    yield programs
    for process in list(programs.running):
        programs.kill(process)
