"""Public pages kept by each web process for the visitors to come, as long as nothing that they show was written.

A page of a visitor without any cookie is the same for all. It is kept, compressed, with the version of the data that it
was made of (alliance.lib.stamps): one query tells whether it still holds, so that whoever writes sees it at once. What
carries no stamp (the next Convention, the time of day) is late by ``KEPT_SECONDS`` at most.
"""

import threading
import time
from dataclasses import dataclass, field
from sys import intern

from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

KEPT_SECONDS = 60.0
PREFIXES = ("/projets/", "/annuaire/", "/axes/", "/territoires/", "/chiffres/", "/recherche/", "/accords/", "/charte/")
LONGEST_QUERY, LARGEST = 500, 200_000
OVERHEAD = 1_000  # bytes that an entry costs besides its body


@dataclass(frozen=True)
class Kept:
    version: int
    until: float
    start: int
    length: int
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    match: object = field(repr=False)

    @property
    def size(self) -> int:
        return self.length + OVERHEAD

    @property
    def end(self) -> int:
        return self.start + self.size


class Shelf:
    """``room`` bytes of pages in one block, taken at the start: the process holds no more on its last day than on its
    first. Written from one end to the other and again: the oldest pages give way.
    """

    def __init__(self, room: int):
        self.room, self.next = room, 0
        self.block = bytearray(b"\0") * room  # written, hence really ours: bytes that nobody wrote cost nothing yet
        self.pages: dict[tuple, Kept] = {}  # in the order in which they were written
        self.lock = threading.Lock()

    @property
    def size(self) -> int:
        return sum(page.size for page in self.pages.values())

    def get(self, key: tuple, version: int) -> tuple[Kept, bytes] | None:
        with self.lock:
            found = self.pages.get(key)
            if found is None:
                return None
            if found.version != version or found.until < time.monotonic():
                del self.pages[key]
                return None
            return found, bytes(memoryview(self.block)[found.start : found.start + found.length])

    def put(self, key: tuple, version: int, body: bytes, headers, match: object) -> None:
        length, until = len(body), time.monotonic() + KEPT_SECONDS
        headers = tuple((intern(name), intern(value)) for name, value in headers)
        with self.lock:
            self.pages.pop(key, None)
            page = Kept(version, until, self._place(length + OVERHEAD), length, headers, match)
            self.block[page.start : page.start + length] = body
            self.pages[key] = page

    def _place(self, size: int) -> int:
        """Where ``size`` bytes are free, once the oldest pages have given way."""
        start = self.next if self.next + size <= self.room else 0
        while self.pages:
            oldest = next(iter(self.pages))
            page = self.pages[oldest]
            is_passed_over = start < self.next <= page.start
            if not (is_passed_over or (start < page.end and page.start < start + size)):
                break
            del self.pages[oldest]
        self.next = start + size
        return start


class KeptPagesMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.shelf = Shelf(settings.PAGES_KEPT_MB * 1_000_000)

    def __call__(self, request):
        if not self.shelf.room or not is_common(request):
            return self.get_response(request)
        try:
            version = version_of_all()
        except OperationalError:
            return self.get_response(request)
        key = key_of(request)
        if found := self.shelf.get(key, version):
            kept, body = found
            request.resolver_match = kept.match
            return HttpResponse(body, headers=dict(kept.headers))
        response = self.get_response(request)
        if may_be_kept(response):
            request.resolver_match.tried = None  # eight kilobytes of patterns that did not match
            self.shelf.put(key, version, response.content, response.items(), request.resolver_match)
        return response


def version_of_all() -> int:
    """Of every noun that carries a stamp: what ``stamps.version`` is for some. Read before the rows, as it must be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT bit_xor(value) FROM lib_stamp")
        return cursor.fetchone()[0] or 0


def is_common(request: HttpRequest) -> bool:
    """Whether everybody who asks this gets the same answer: nothing says who asks."""
    return (
        request.method == "GET"
        and (request.path == "/" or request.path.startswith(PREFIXES))
        and not request.COOKIES
        and not {"HTTP_HX_REQUEST", "HTTP_AUTHORIZATION", "HTTP_RANGE"} & request.META.keys()
        and len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY
    )


def key_of(request: HttpRequest) -> tuple:
    zipped = "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
    host, query = request.META.get("HTTP_HOST", ""), request.META.get("QUERY_STRING", "")
    return host, request.is_secure(), request.path, query, zipped, timezone.localdate()


def may_be_kept(response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "no-store" not in response.headers.get("Cache-Control", "")
        and len(response.content) <= LARGEST
    )
