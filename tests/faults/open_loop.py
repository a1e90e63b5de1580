"""Visitors who come when they come, whether or not those before them were served: an open loop.

Each has a time of arrival fixed beforehand, and its wait is counted from that time: a server that falls behind cannot
hide it by keeping the visitors away. One connection each, as from so many browsers. Only asyncio: the two cores are
the server's.
"""

import asyncio
import math
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from itertools import groupby

COMMON = "Accept-Encoding: gzip\r\nConnection: close\r\n"
PATIENCE = 30.0  # seconds after which a visitor gives up


@dataclass(frozen=True)
class Visit:
    door: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Answer:
    """``status`` 0: nobody answered; ``took``: seconds since the visitor was due, of which ``late`` before we asked."""

    door: str
    due: float
    late: float
    took: float
    status: int
    retry_after: str
    is_whole: bool

    @property
    def is_good(self) -> bool:
        return self.status in {200, 304} and self.is_whole

    @property
    def is_allowed(self) -> bool:
        """What an overloaded server may say: it is served, or told when to come back."""
        return self.is_good or (self.status == 503 and self.retry_after.isdigit())


async def visit(port: int, one: Visit, due: float) -> Answer:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE):
            received = await _ask(port, one)
    except (OSError, TimeoutError):
        received = b""
    ended = time.perf_counter()
    status, retry_after, is_whole = read(received)
    return Answer(one.door, due, began - due, ended - due, status, retry_after, is_whole)


async def _ask(port: int, one: Visit) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    try:
        extra = "".join(f"{name}: {value}\r\n" for name, value in one.headers)
        writer.write(f"GET {one.path} HTTP/1.1\r\nHost: localhost\r\n{COMMON}{extra}\r\n".encode())
        return await reader.read(-1)
    finally:
        writer.close()


def read(received: bytes) -> tuple[int, str, bool]:
    """Status, ``Retry-After``, and whether the body is as long as was said."""
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return 0, "", False
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
    status = int(first.split(" ")[1])
    if "content-length" in headers:
        is_whole = len(body) == int(headers["content-length"])
    else:
        is_whole = status == 304 or body.endswith(b"0\r\n\r\n")
    return status, headers.get("retry-after", ""), is_whole


async def arrive(port: int, visits: list[Visit], rate: float) -> list[Answer]:
    """``rate`` visitors a second, evenly, in the order of the list."""
    start, waiting = time.perf_counter() + 0.05, []
    for number, one in enumerate(visits):
        due = start + number / rate
        if (pause := due - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        waiting.append(asyncio.create_task(visit(port, one, due)))
    return await asyncio.gather(*waiting)


@dataclass(frozen=True)
class Report:
    """Milliseconds; ``goodput`` is whole answers a second; ``cost`` is our own processor time, of one core."""

    rate: float
    answers: list[Answer]
    cost: float

    def times(self, door: str = "") -> list[float]:
        return sorted(it.took * 1000 for it in self.answers if it.is_good and it.door.startswith(door))

    def p95(self, door: str = "") -> float:
        """Of the answers that are served; endless without any."""
        times = self.times(door)
        return times[math.ceil(0.95 * len(times)) - 1] if times else math.inf

    @property
    def goodput(self) -> float:
        """Whole answers that left while visitors came."""
        span = len(self.answers) / self.rate
        start = self.answers[0].due
        return sum(it.is_good and it.due + it.took <= start + span for it in self.answers) / span

    @property
    def statuses(self) -> dict[int, int]:
        return dict(sorted(Counter(it.status if it.is_whole else -it.status for it in self.answers).items()))

    @property
    def faults(self) -> list[Answer]:
        return [it for it in self.answers if not it.is_allowed]

    def lines(self) -> list[str]:
        late = statistics.median(it.late for it in self.answers) * 1000
        p50 = statistics.median(self.times() or [math.inf])
        yield_ = f"{self.rate:.0f}/s offered: goodput {self.goodput:.0f}/s, p50 {p50:.0f} ms, p95 {self.p95():.0f} ms"
        return [f"{yield_}, {self.statuses}, generator {self.cost:.0%} of a core, {late:.1f} ms late"]

    def doors(self) -> list[str]:
        by_door = groupby(sorted(self.answers, key=lambda it: it.door), key=lambda it: it.door)
        return [
            f"  {door}: {len(list(group))} visits, p50 {statistics.median(self.times(door) or [0]):.0f} ms, "
            f"p95 {self.p95(door):.0f} ms"
            for door, group in by_door
        ]


def load(port: int, visits: list[Visit], rate: float) -> Report:
    began, spent = time.perf_counter(), time.process_time()
    answers = asyncio.run(arrive(port, visits, rate))
    return Report(rate, answers, (time.process_time() - spent) / (time.perf_counter() - began))
