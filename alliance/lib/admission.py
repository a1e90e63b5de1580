"""How many requests one web process serves at once, how many wait for their turn, and what the others are told.

A process that takes everything serves nobody in time. This one serves a few at once; some more wait, in the order in
which they came; whoever would wait too long is told at once to come back: 503 with ``Retry-After``. Heavy requests
(files, PDF, deep pages) pass a narrower gate first, so that they never take every place.
"""

import threading
import time
from collections import deque
from contextlib import suppress
from functools import cache

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from alliance.lib.board import Board
from alliance.lib.pages import BUSY_RETRY_AFTER, SENTENCES, busy_page

ALWAYS_OPEN = ("/healthz", "/readyz", "/metrics")
HEAVY_ENDINGS = (".pdf", ".zip")
DEEP_PAGE = 50
READ_PATIENCE, ACT_PATIENCE = 1.0, 8.0  # seconds before the door; an act is worth more than a page
HEAVY_WAITING = 4


class Gate:
    """At most ``places`` inside; at most ``benches`` wait, first come first served."""

    def __init__(self, places: int, benches: int):
        self.places, self.benches = places, benches
        self.inside = self.answered = self.refused = 0
        self.turns: deque[threading.Event] = deque()
        self.lock = threading.Lock()
        self.board: Board | None = None

    def enter(self, patience: float) -> bool:
        """Whether there is a place, at once or within ``patience`` seconds. Who enters must leave."""
        with self.lock:
            if self.inside < self.places:
                self.inside += 1
                return True
            if len(self.turns) >= self.benches:
                return self._refuse()
            self.turns.append(turn := threading.Event())
        if turn.wait(patience):
            return True
        with self.lock:
            if turn.is_set():  # a place came at the very last moment
                return True
            self.turns.remove(turn)
            return self._refuse()

    def leave(self) -> None:
        """The place goes to whoever has waited longest."""
        with self.lock:
            self.answered += 1
            if self.turns:
                self.turns.popleft().set()
            else:
                self.inside -= 1
            self._tell()

    def _refuse(self) -> bool:
        self.refused += 1
        self._tell()
        return False

    def _tell(self) -> None:
        if self.board:
            self.board.tell(self.inside, len(self.turns), self.answered, self.refused)


gate = Gate(settings.WEB_THREADS, settings.REQUESTS_WAITING)
heavy_gate = Gate(settings.HEAVY_AT_ONCE, HEAVY_WAITING)


def show_figures() -> None:
    """To the health listener, on the board of the state folder; without such a folder, to nobody."""
    with suppress(OSError):
        gate.board = Board(settings.DATA_DIR).claim()


def is_crowded() -> bool:
    """Whether others are being served: who works for a long time lets them go first."""
    return gate.inside > 0


class AdmissionMiddleware:
    """Both gates before the views. A file that streams leaves them with its first byte: it has a slot of its own."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path in ALWAYS_OPEN or request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        until = time.monotonic() + (READ_PATIENCE if request.method in {"GET", "HEAD", "OPTIONS"} else ACT_PATIENCE)
        passed: list[Gate] = []
        try:
            for each in (heavy_gate, gate) if is_heavy(request) else (gate,):
                if not each.enter(until - time.monotonic()):
                    return refusal(request)
                passed.append(each)
            return self.get_response(request)
        finally:
            for each in reversed(passed):
                each.leave()


def is_heavy(request: HttpRequest) -> bool:
    page = request.GET.get("page", "")
    deep = page.isascii() and page.isdigit() and int(page[:9]) >= DEEP_PAGE
    return deep or "format" in request.GET or request.path.endswith(HEAVY_ENDINGS)


def refusal(request: HttpRequest) -> HttpResponse:
    """A page, made once for all; JSON for the API."""
    headers = {"Retry-After": str(BUSY_RETRY_AFTER), "Cache-Control": "no-store"}
    if not request.path.startswith("/api/"):
        return HttpResponse(_busy(), status=503, headers=headers)
    headers["Access-Control-Allow-Origin"] = "*"
    body = orjson.dumps({"detail": SENTENCES[503]})
    return HttpResponse(body, "application/json", status=503, headers=headers)


@cache
def _busy() -> bytes:
    return busy_page().content
