"""The health page on its own listener: its own process, which tells how the web processes are."""

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from urllib.error import HTTPError

import pytest

from alliance.lib.board import Board, Figures
from alliance.running import health
from alliance.running.programs import listening_socket
from alliance.running.supervisor import health_port


@pytest.fixture
def listener(tmp_path):
    """As the supervisor starts it: an address."""
    with listening_socket("127.0.0.1", 0) as found:
        port = found.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "alliance.running.health", "127.0.0.1", str(port), tmp_path])
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            ask(address, "/")
        except OSError:
            time.sleep(0.05)
        else:
            break
    yield address
    process.terminate()
    assert process.wait(5) == 0


def ask(address: str, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address + path, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()


def test_it_is_well_while_a_web_process_lives(listener, tmp_path):
    status, body = ask(listener, "/healthz")
    assert (status, json.loads(body)) == (503, {"web": [], "stuck": []})
    board = Board(tmp_path).claim()
    board.tell(3, 2, 10, 1)
    status, body = ask(listener, "/healthz")
    [told] = json.loads(body)["web"]
    assert (status, told.pop("pid") > 0) == (200, True)
    assert told == {"inside": 3, "waiting": 2, "answered": 10, "refused": 1}
    assert ask(listener, "/metrics")[1].count("web_refused_total{") == 1
    assert ask(listener, "/readyz")[0] == 404


def test_it_is_not_well_when_every_process_is_stuck():
    now = time.monotonic()
    stuck = Figures(pid=1, inside=5, answered_at=now - health.STUCK_SECONDS - 1)
    idle = Figures(pid=2, inside=0, answered_at=now - 10_000)
    assert health.healthz([stuck])[0] == 503
    assert health.healthz([stuck, idle])[0] == 200
    assert json.loads(health.healthz([stuck, idle])[2])["stuck"] == [1]


@pytest.mark.parametrize(
    ("asked", "status"),
    [(b"POST /healthz HTTP/1.1\r\n\r\n", b"405"), (b"GET /x HTTP/1.1\r\n\r\n", b"404"), (b"\xff\r\n\r\n", b"405")],
)
def test_what_it_does_not_know_it_refuses(tmp_path, asked, status):
    assert health.answer(asked, Board(tmp_path)).split(b" ")[1] == status


def test_head_has_the_headers_alone(tmp_path):
    Board(tmp_path).claim()
    head, _, body = health.answer(b"HEAD /healthz HTTP/1.1\r\n\r\n", Board(tmp_path)).partition(b"\r\n\r\n")
    assert (head.startswith(b"HTTP/1.1 200"), body) == (True, b"")


def test_a_caller_who_says_nothing_is_let_go(tmp_path, monkeypatch):
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.05)
    with listening_socket("127.0.0.1", 0) as found:
        port = found.getsockname()[1]

    async def connected():
        until = time.monotonic() + 20
        while True:
            await asyncio.sleep(0.01)
            try:
                return await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:  # it listens once a thread has looked the address up
                assert time.monotonic() < until

    async def silence() -> bytes:
        serving = asyncio.create_task(health.serve("127.0.0.1", port, tmp_path))
        reader, writer = await connected()
        read = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        return read

    assert asyncio.run(silence()) == b""


def test_its_port_is_the_one_asked_for_else_one_near_else_any(tmp_path):
    with listening_socket("127.0.0.1", 0) as found:
        free = found.getsockname()[1]
    assert health_port("127.0.0.1", 8000, str(free)) == free
    with listening_socket("127.0.0.1", 0) as held:
        taken = held.getsockname()[1]
        assert health_port("127.0.0.1", taken - 1000, "") != taken
    assert health_port("127.0.0.1", taken - 1000, "") == taken
    assert health_port("127.0.0.1", 65_000, "") > 0
