"""Public pages kept by each web process for the visitors to come, as long as nothing that they show was written.

A page of a visitor without any cookie is the same for all. It is kept, compressed, with the version of the data that it
was made of (alliance.lib.stamps): one query tells whether it still holds, so that whoever writes sees it at once. What
carries no stamp (the next Convention, the time of day) is late by ``KEPT_SECONDS`` at most.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

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
    body: bytes
    headers: tuple[tuple[str, str], ...]
    match: object

    @property
    def size(self) -> int:
        return len(self.body) + OVERHEAD


class Shelf:
    """At most ``room`` bytes of pages; those that were asked for longest ago go first."""

    def __init__(self, room: int):
        self.room, self.size = room, 0
        self.pages: OrderedDict[tuple, Kept] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: tuple, version: int) -> Kept | None:
        with self.lock:
            found = self.pages.get(key)
            if found is None:
                return None
            if found.version != version or found.until < time.monotonic():
                self._drop(key)
                return None
            self.pages.move_to_end(key)
            return found

    def put(self, key: tuple, page: Kept) -> None:
        with self.lock:
            if key in self.pages:
                self._drop(key)
            self.pages[key] = page
            self.size += page.size
            while self.size > self.room:
                self._drop(next(iter(self.pages)))

    def _drop(self, key: tuple) -> None:
        self.size -= self.pages.pop(key).size


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
        if kept := self.shelf.get(key, version):
            request.resolver_match = kept.match
            return HttpResponse(kept.body, headers=dict(kept.headers))
        response = self.get_response(request)
        if may_be_kept(response):
            until = time.monotonic() + KEPT_SECONDS
            page = Kept(version, until, response.content, tuple(response.items()), request.resolver_match)
            self.shelf.put(key, page)
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
