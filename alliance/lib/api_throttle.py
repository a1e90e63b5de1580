"""How often one may call the API, by class: reads, whole files, writes. Counted in each process, without a query.

A list costs less than a row in a shared counter would: limits are those of one process, a reader served by two may go
twice as fast. Writes and files are bounded elsewhere too (locks, slots): this only keeps one caller from taking all.
"""

import threading
import time

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS
from rest_framework.throttling import BaseThrottle

from alliance.lib.throttle import client_ip

WINDOW = 60
CALLERS_KEPT = 20_000


class Windows:
    """Calls of the minute, by caller."""

    def __init__(self):
        self.counts: dict[tuple, int] = {}
        self.minute, self.lock = 0, threading.Lock()

    def count(self, key: tuple) -> tuple[int, int]:
        """The calls of this caller in the current minute, this one included, and the seconds left in it."""
        now = int(time.time())
        with self.lock:
            if now // WINDOW != self.minute or len(self.counts) > CALLERS_KEPT:
                self.minute, self.counts = now // WINDOW, {}
            self.counts[key] = self.counts.get(key, 0) + 1
            return self.counts[key], WINDOW - now % WINDOW


windows = Windows()


class ByClass(BaseThrottle):
    """What is left is told by ``RateLimit`` headers, which ``SecurityHeadersMiddleware`` puts on the answer."""

    left_seconds = WINDOW

    def allow_request(self, request, view) -> bool:
        kind = kind_of(request)
        limit, caller = settings.API_RATES[kind], caller_of(request, kind)
        if not limit or caller in settings.API_UNCOUNTED:
            return True
        used, self.left_seconds = windows.count((kind, caller))
        request._request.rate_headers = {
            "RateLimit": f'"{kind}";r={max(0, limit - used)};t={self.left_seconds}',
            "RateLimit-Policy": f'"{kind}";q={limit};w={WINDOW}',
        }
        return used <= limit

    def wait(self) -> float:
        return self.left_seconds


def kind_of(request) -> str:
    if request.method not in SAFE_METHODS:
        return "writes"
    return "files" if request.query_params.get("format") else "reads"


def caller_of(request, kind: str) -> str:
    """A token or an account when it writes, an address when it reads: reading looks at no account."""
    if kind == "writes" and request.auth is not None:
        return f"token {request.auth.pk}"
    if kind == "writes" and request.user.is_authenticated:
        return f"account {request.user.pk}"
    return client_ip(request._request)
