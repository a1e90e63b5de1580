"""A whole portal of its own for a test, and every process that belongs to it."""

import os
import pwd
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from alliance.running.prepare import TOP
from alliance.running.programs import listening_socket

CLEAN = {"PORTAL_MODE", "DATABASE_URL", "BROKER_URL", "EMAIL_URL", "SECRET_KEY", "SITE_URL", "DJANGO_SETTINGS_MODULE"}


class Running:
    """A portal that answers, and every process that belongs to it."""

    def __init__(self, folder: Path, *, demo: str = "0", user: str | None = None, command: list | None = None) -> None:
        with listening_socket("127.0.0.1", 0) as found:
            self.port = found.getsockname()[1]
        self.folder = folder
        environment = {name: value for name, value in os.environ.items() if name not in CLEAN}
        environment |= {"PORT": str(self.port), "DATA_DIR": str(folder), "DEMO": demo}
        as_user = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
        command = command or [sys.executable, "-m", "alliance.running", "--with-parent"]
        self.output = folder.with_name(folder.name + ".log")
        started = time.monotonic()
        with self.output.open("wb") as log:
            options = {"stdout": log, "stderr": log, "stdin": subprocess.DEVNULL, "start_new_session": True}
            self.process = subprocess.Popen(command, cwd=TOP, env=environment, **options, **as_user)
        while self.process.poll() is None and not self.answers("/healthz"):
            time.sleep(0.05)
        self.seconds_to_start = time.monotonic() - started
        assert self.process.poll() is None, self.output.read_text()

    def answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status == 200
        except OSError:
            return False

    def processes(self) -> dict[int, str]:
        """Of the whole machine, those that carry this state folder in environment or arguments, or work inside it."""
        mine = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and (line := _belongs(entry, self.folder)):
                mine[int(entry.name)] = line
        return mine

    def until_gone(self, seconds: float = 15) -> dict[int, str]:
        until = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < until:
            time.sleep(0.05)
        self.process.wait(5)
        return left

    def until_all_run(self) -> None:
        """The worker with its two children, beat and relay come after the first answer."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            lines = list(self.processes().values())
            if sum("celery" in line for line in lines) >= 4 and any("relay_outbox" in line for line in lines):
                return
            time.sleep(0.1)
        raise AssertionError(f"not all started: {lines}\n{self.output.read_text()}")


def _belongs(entry: Path, folder: Path) -> str:
    try:
        if entry.joinpath("stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return ""
        line = entry.joinpath("cmdline").read_bytes().replace(b"\0", b" ")
        told = os.fsencode(folder) in entry.joinpath("environ").read_bytes() + line
        inside = str(entry.joinpath("cwd").readlink()).startswith(str(folder))
    except OSError:
        return ""
    return line.decode(errors="replace") or entry.name if told or inside else ""


@contextmanager
def portal(folder: Path, **options):
    running = Running(folder, **options)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.terminate()
            running.until_gone()
