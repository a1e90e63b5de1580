"""The real web server on a port of its own, and people at their browsers."""

import http.client
import os
import secrets
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings

from alliance.lib.children import die_with_parent
from alliance.running.programs import listening_socket, web


def free_port() -> int:
    with listening_socket("127.0.0.1", 0) as found:
        return found.getsockname()[1]


def database_of_the_test() -> str:
    from django.db import connection

    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


class WebServer:
    """granian as `make run` starts it; it can be killed, whole or one of its workers, and starts again on its port."""

    def __init__(self, folder, application: str = "", **environment: str):
        self.folder, self.port, self.kills = folder, free_port(), 0
        self.environment = os.environ | {
            "PORTAL_MODE": "run",
            "SECRET_KEY": settings.SECRET_KEY,
            "SITE_URL": f"http://127.0.0.1:{self.port}",
            "DATA_DIR": str(folder),
            "DEMO": "0",
            "LOG_LEVEL": "ERROR",
            **environment,
        }
        self.program = web("127.0.0.1", self.port, self.environment)
        self.command = [*self.program.command[:-1], application] if application else self.program.command

    def start(self) -> None:
        with (self.folder / "web.log").open("ab") as log:
            options = {"env": self.program.environment, "stdout": log, "stderr": log, **self.program.spawn_options}
            self.process = subprocess.Popen(self.command, preexec_fn=die_with_parent(signal.SIGTERM), **options)
        until_it_answers(self.process, self.port)

    def kill(self) -> None:
        """SIGKILL to all of it, then a start, as the supervisor does."""
        for pid in descendants(self.process.pid):
            kill_at_once(pid)
        self.process.wait(15)
        self.kills += 1
        self.start()

    def kill_a_worker(self) -> None:
        """SIGKILL to one process that serves; granian starts another by itself."""
        serving = [pid for pid in descendants(self.process.pid)[1:] if is_serving(pid)]
        kill_at_once(serving[0])
        self.kills += 1

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(15)


def descendants(pid: int) -> list[int]:
    """The process and all below it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(found for child in children for found in descendants(int(child)))]


def is_serving(pid: int) -> bool:
    """Whether it is one of granian's workers: what only watches over shared memory has two threads at most."""
    return len(list(Path(f"/proc/{pid}/task").iterdir())) > 2


def kill_at_once(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@contextmanager
def real_server(folder, *, application: str = "", **environment: str):
    """The web server alone, on the database of this test; neither broker nor worker nor post."""
    if "DATABASE_URL" not in environment:
        environment["DATABASE_URL"] = database_of_the_test()
    server = WebServer(folder, application, **environment)
    try:
        server.start()
        yield server.port
    finally:
        server.end()


def until_it_answers(process, port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            if Client(port, session="").ask("GET", "/healthz").status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server does not answer")


class Client:
    """One person at a browser."""

    def __init__(self, port: int, session: str):
        self.port, self.session, self.answers = port, session, []

    def ask(self, method: str, path: str, fields: dict | None = None):
        secret = secrets.token_hex(16)
        cookies = {settings.SESSION_COOKIE_NAME: self.session, settings.CSRF_COOKIE_NAME: secret}
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            server.request(method, path, urlencode((fields or {}) | {"csrfmiddlewaretoken": secret}), headers)
            answer = server.getresponse()
            answer.read()
            return answer
        finally:
            server.close()
