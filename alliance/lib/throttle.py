"""At most so many times in so many seconds, whoever asks at once: each permit is a cache key that only one can add."""

import hashlib
import time

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache
from django.core.exceptions import PermissionDenied

from alliance.lib.errors import Throttled


def client_ip(request) -> str:
    """The caller's address behind the proxies that we trust, an IPv6 one as its /64; « :: » without any."""
    try:
        return get_ip(request)
    except PermissionDenied:
        return "::"


def permit(name: str, *key, amount: int, seconds: int) -> int:
    """Take one of ``amount`` permits, given back after ``seconds``. Return 0, or the seconds to wait for the next."""
    digest = hashlib.sha256("\0".join(map(str, key)).encode()).hexdigest()[:32]
    slots = [f"throttle:{name}:{digest}:{number}" for number in range(amount)]
    now = time.time()
    held = cache.get_many(slots)
    for slot in slots:
        if slot not in held and cache.add(slot, now + seconds, seconds):
            return 0
    return max(1, round(min(held.values(), default=now + seconds) - now))


def take(name: str, *key, amount: int, seconds: int) -> None:
    """``permit``, or raise Throttled: the page 429 with its ``Retry-After``."""
    if wait := permit(name, *key, amount=amount, seconds=seconds):
        raise Throttled(wait)
