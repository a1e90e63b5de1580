"""Asking a server of others for a small file: bounded in size and in total time, nothing but http(s)."""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

TIMEOUT_SECONDS = 5


class Unanswered(Exception):
    """No usable answer: the sentence says why."""


class TooMuch(Unanswered):
    """The answer is longer than any that makes sense."""


def fetch(
    url: str, *, largest: int, body: bytes | None = None, headers: Mapping = {}, seconds: float | None = None
) -> bytes:
    """The answer to GET, or to POST when there is a ``body``. Raises Unanswered."""
    if not url.startswith(("http://", "https://")):
        raise Unanswered("only http:// and https:// are asked")
    seconds = TIMEOUT_SECONDS if seconds is None else seconds
    deadline = time.monotonic() + seconds
    try:
        request = urllib.request.Request(url, body, dict(headers))  # noqa: S310  the scheme was checked
        with urllib.request.urlopen(request, timeout=seconds) as response:  # noqa: S310
            return _read(response, largest, deadline)
    except urllib.error.HTTPError as error:
        error.close()
        raise Unanswered(f"answers {error.code}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unanswered(f"does not answer: {type(error).__name__}") from error


def _read(response: http.client.HTTPResponse, largest: int, deadline: float) -> bytes:
    """Byte after byte from a slow server would never reach the timeout of the socket: the clock is ours."""
    answer = bytearray()
    while piece := response.read1(8_192):
        answer += piece
        if len(answer) > largest:
            raise TooMuch("answers too much")
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(answer)
