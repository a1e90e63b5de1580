"""The real web server on a port of its own, and people at their browsers."""

import http.client
import os
import secrets
import signal
import subprocess
import time
from contextlib import contextmanager
from urllib.parse import urlencode

from django.conf import settings

from alliance.lib.children import die_with_parent
from alliance.running.programs import listening_socket, web


def free_port() -> int:
    with listening_socket("127.0.0.1", 0) as found:
        return found.getsockname()[1]


def database_of_the_test() -> str:
    from django.db import connection

    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    return f"{base}/{connection.settings_dict['NAME']}"


@contextmanager
def real_server(folder, *, application: str = "", **environment: str):
    """granian as `make run` starts it, on the database of this test; neither broker nor worker nor post."""
    port = free_port()
    if "DATABASE_URL" not in environment:
        environment["DATABASE_URL"] = database_of_the_test()
    environment = os.environ | {
        "PORTAL_MODE": "run",
        "SECRET_KEY": settings.SECRET_KEY,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DATA_DIR": str(folder),
        "DEMO": "0",
        "LOG_LEVEL": "ERROR",
        **environment,
    }
    program = web("127.0.0.1", port, environment)
    command = [*program.command[:-1], application] if application else program.command
    with (folder / "web.log").open("wb") as log:
        options = {"env": program.environment, "stdout": log, "stderr": log, **program.spawn_options}
        process = subprocess.Popen(command, preexec_fn=die_with_parent(signal.SIGTERM), **options)
    try:
        until_it_answers(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(15)


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
