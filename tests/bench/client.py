"""One client that asks again and again: how long answers take, and what they cost the server."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection

from tests.bench.ground import Web


@dataclass
class Measure:
    """Milliseconds, except ``rates``, answers a second in each round; ``cpu`` is the server's own, for one answer."""

    taken: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    burnt: float = 0.0
    status: int = 0
    size: int = 0

    @property
    def p50(self) -> float:
        return statistics.median(self.taken)

    @property
    def p95(self) -> float:
        return sorted(self.taken)[int(len(self.taken) * 0.95)]

    @property
    def cpu(self) -> float:
        return self.burnt * 1000 / len(self.taken)


@dataclass(frozen=True)
class Ratio:
    """How many times as many answers a second as another server, in each round."""

    rounds: tuple[float, ...]

    @property
    def middle(self) -> float:
        return statistics.median(self.rounds)

    def __str__(self) -> str:
        return f"{self.middle:.1f} ({min(self.rounds):.1f}–{max(self.rounds):.1f})"


def ratio(one: Measure, other: Measure) -> Ratio:
    return Ratio(tuple(ours / theirs for ours, theirs in zip(one.rates, other.rates, strict=True)))


@dataclass(frozen=True)
class Asked:
    """Where to ask, and with what headers."""

    web: Web
    path: str
    headers: dict = field(default_factory=dict)


WARM_SECONDS = 4.0
SECONDS = float(os.environ.get("BENCH_SECONDS", "0.7"))


def measure(*asked: Asked, seconds: float = SECONDS, rounds: int = 3) -> list[Measure]:
    """Ask each in turn, ``rounds`` times: what else the machine does weighs on all alike."""
    found = [Measure() for _ in asked]
    for _ in range(rounds):
        for each, measured in zip(asked, found, strict=True):
            _round(each, measured, seconds)
    return found


def _round(asked: Asked, measured: Measure, seconds: float) -> None:
    """Ask for ``seconds``, five times at least, on one connection; the first answers warm up, for a while."""
    connection = HTTPConnection("127.0.0.1", asked.web.port, timeout=120)
    act, until = _asker(connection, asked), time.perf_counter() + WARM_SECONDS
    for number in range(8 if not measured.taken else 1):  # the server plans a prepared statement for good after five
        if not number or time.perf_counter() < until:
            measured.status, measured.size = act()
    burnt, began, count = asked.web.cpu_seconds(), time.perf_counter(), 0
    while count < 5 or time.perf_counter() - began < seconds:
        started = time.perf_counter()
        act()
        measured.taken.append((time.perf_counter() - started) * 1000)
        count += 1
    measured.rates.append(count / (time.perf_counter() - began))
    measured.burnt += asked.web.cpu_seconds() - burnt
    connection.close()


def _asker(connection: HTTPConnection, asked: Asked) -> Callable[[], tuple[int, int]]:
    def act() -> tuple[int, int]:
        connection.request("GET", asked.path, headers=asked.headers)
        response = connection.getresponse()
        return response.status, len(response.read())

    return act


def etag_of(web: Web, path: str) -> str:
    connection = HTTPConnection("127.0.0.1", web.port, timeout=120)
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.headers["ETag"]
