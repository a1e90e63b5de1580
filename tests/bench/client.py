"""One client that asks again and again: how long answers take, and what they cost the server."""

import statistics
import time
from dataclasses import dataclass
from http.client import HTTPConnection

from tests.bench.ground import Web


@dataclass(frozen=True)
class Measure:
    """Milliseconds, except ``rate``, answers a second; ``cpu`` is the server's own, for one answer."""

    p50: float
    p95: float
    rate: float
    cpu: float
    status: int
    size: int


def measure(web: Web, path: str, *, seconds: float = 2.0, headers: dict | None = None) -> Measure:
    """Ask ``path`` for ``seconds``, ten times at least, on one connection; the first answers warm up."""
    connection = HTTPConnection("127.0.0.1", web.port, timeout=120)
    for _ in range(3):
        _ask(connection, path, headers)
    taken, burnt, began = [], web.cpu_seconds(), time.perf_counter()
    while len(taken) < 10 or time.perf_counter() - began < seconds:
        started = time.perf_counter()
        status, size = _ask(connection, path, headers)
        taken.append((time.perf_counter() - started) * 1000)
    spent = time.perf_counter() - began
    connection.close()
    return Measure(
        p50=statistics.median(taken),
        p95=sorted(taken)[int(len(taken) * 0.95)],
        rate=len(taken) / spent,
        cpu=(web.cpu_seconds() - burnt) * 1000 / len(taken),
        status=status,
        size=size,
    )


def etag_of(web: Web, path: str) -> str:
    connection = HTTPConnection("127.0.0.1", web.port, timeout=120)
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.headers["ETag"]


def _ask(connection: HTTPConnection, path: str, headers: dict | None) -> tuple[int, int]:
    connection.request("GET", path, headers=headers or {})
    response = connection.getresponse()
    return response.status, len(response.read())
