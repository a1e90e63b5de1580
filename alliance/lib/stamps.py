"""The version of what the public reads, known before any row is read."""

import hashlib
from collections.abc import Collection, Mapping
from functools import cache, reduce
from operator import xor

from django.conf import settings
from django.db import connection

from alliance.lib.db import prepared
from alliance.lib.models import Stamp

KEPT = 200
VERSIONS = "SELECT noun, bit_xor(value) FROM lib_stamp WHERE noun = ANY(%s) GROUP BY noun"
TOLD = """SELECT json_object_agg(noun, version) FROM (
    SELECT noun, bit_xor(value) AS version FROM lib_stamp
    WHERE noun = ANY((SELECT {nouns}::text[])::text[]) GROUP BY noun) AS stamped"""
"""``VERSIONS`` as one value of a statement that reads the rows at the same moment; ``noted`` takes it."""
FOLD = """
WITH gone AS (DELETE FROM lib_stamp RETURNING noun, value)
INSERT INTO lib_stamp (noun, value) SELECT noun, bit_xor(value) FROM gone GROUP BY noun
"""


def versions(nouns: Collection[str]) -> dict[str, int]:
    """Noun → its version; two equal versions: nothing of this noun was committed in between. One query.

    Read them before the rows: they are then at least as new as their version, and never said unchanged when they are
    not.
    """
    return noted(nouns, dict(prepared(VERSIONS, [list(nouns)])))


def noted(nouns: Collection[str], found: Mapping[str, int] | None) -> dict[str, int]:
    """The versions of all these nouns, given those that were found; remembered for ``lately``."""
    told = dict.fromkeys(nouns, 0) | dict(found or {})
    _lately.update(told)
    return told


def lately(nouns: Collection[str]) -> dict[str, int] | None:
    """The last versions that this process has seen, without a query: perhaps no longer true."""
    told = {noun: _lately[noun] for noun in nouns if noun in _lately}
    return told if len(told) == len(nouns) else None


_lately: dict[str, int] = {}


def version(nouns: Collection[str]) -> int:
    """One version of all these nouns together."""
    return reduce(xor, versions(nouns).values(), 0)


def fold() -> bool:
    """One number for each noun again; versions stay what they were. Returns whether that was needed."""
    if not Stamp.objects.all()[KEPT : KEPT + 1].exists():
        return False
    with connection.cursor() as cursor:
        cursor.execute(FOLD)
    return True


def etag(versions: Mapping[str, int], *parts: str) -> str:
    """Strong ETag of an answer made of the nouns of these versions, and of nothing else but ``parts`` and our code."""
    told = "\0".join((str(reduce(xor, versions.values(), 0)), code_digest(), *parts))
    return f'"{hashlib.blake2b(told.encode(), digest_size=12).hexdigest()}"'


@cache
def code_digest() -> str:
    """A digest of the portal's own code: the same rows, told by another release, are another answer."""
    digest = hashlib.blake2b(digest_size=12)
    for path in sorted(settings.BASE_DIR.glob("[a-z]*/**/*.py")):
        if path.parts[len(settings.BASE_DIR.parts)] in OURS:
            digest.update(path.read_bytes())
    return digest.hexdigest()


OURS = {"alliance", "partners", "charter", "events"}
