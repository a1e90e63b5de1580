"""The health page on a listener of its own: a process that does nothing else answers when the web server is full.

``python -m alliance.running.health <host> <port> <state folder>``. ``/healthz`` is 200 while a web process lives and
answers, ``/metrics`` has its figures for Prometheus; whatever needs the database (``/readyz``) stays where it is.
"""

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

from alliance.lib.board import Board, Figures

STUCK_SECONDS, PATIENCE_SECONDS, LONGEST_REQUEST = 60.0, 5.0, 8_192
WORDS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}
FIGURES = {
    "inside": ("gauge", "Requests being served"),
    "waiting": ("gauge", "Requests that wait for their turn"),
    "answered": ("counter", "Requests served since the process began"),
    "refused": ("counter", "Requests told to come back (503)"),
}


def is_stuck(process: Figures, now: float) -> bool:
    """It serves somebody, and nothing has left it for long."""
    return process.inside > 0 and now - process.answered_at > STUCK_SECONDS


def healthz(processes: list[Figures]) -> tuple[int, str, str]:
    now = time.monotonic()
    sound = [it for it in processes if not is_stuck(it, now)]
    told = {"web": [{"pid": it.pid} | {name: getattr(it, name) for name in FIGURES} for it in processes]}
    told["stuck"] = [it.pid for it in processes if it not in sound]
    return 200 if sound else 503, "application/json", json.dumps(told) + "\n"


def metrics(processes: list[Figures]) -> tuple[int, str, str]:
    lines = []
    for name, (kind, sentence) in FIGURES.items():
        full = f"web_{name}_total" if kind == "counter" else f"web_{name}"
        lines += [f"# HELP {full} {sentence}", f"# TYPE {full} {kind}"]
        lines += [f'{full}{{pid="{it.pid}"}} {getattr(it, name)}' for it in processes]
    return 200, "text/plain; version=0.0.4; charset=utf-8", "\n".join(lines) + "\n"


PAGES = {"/healthz": healthz, "/metrics": metrics}


def answer(request: bytes, board: Board) -> bytes:
    method, _, rest = request.partition(b" ")
    path = rest.split(b" ", 1)[0].split(b"?", 1)[0].decode("latin-1")
    if method not in {b"GET", b"HEAD"}:
        status, kind, body = 405, "text/plain", "GET\n"
    elif path in PAGES:
        status, kind, body = PAGES[path](board.read())
    else:
        status, kind, body = 404, "text/plain", "not found\n"
    head = f"HTTP/1.1 {status} {WORDS[status]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body.encode())}\r\n"
    head += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n"
    head += "Allow: GET, HEAD\r\n" if status == 405 else ""
    return (head + "\r\n" + ("" if method == b"HEAD" else body)).encode()


async def serve(host: str, port: int, folder: Path) -> None:
    board = Board(folder)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_SECONDS)
            writer.write(answer(asked, board))
            await asyncio.wait_for(writer.drain(), PATIENCE_SECONDS)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            writer.close()

    ended = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, ended.set)
    server = await asyncio.start_server(talk, host, port, limit=LONGEST_REQUEST)
    try:
        await ended.wait()
    finally:
        server.close()


if __name__ == "__main__":
    os.umask(0o077)
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
