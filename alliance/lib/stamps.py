"""The version of what the public reads, known before any row is read."""

import hashlib
from collections.abc import Collection
from functools import cache

from django.conf import settings
from django.db import connection

from alliance.lib.models import Stamp

KEPT = 200
VERSION = "SELECT bit_xor(value), count(*) > 0 FROM lib_stamp WHERE noun = ANY(%s)"
FOLD = """
WITH gone AS (DELETE FROM lib_stamp RETURNING noun, value)
INSERT INTO lib_stamp (noun, value) SELECT noun, bit_xor(value) FROM gone GROUP BY noun
"""


def version(nouns: Collection[str]) -> int:
    """Two equal versions: nothing of these nouns was committed in between. One query.

    Read it before the rows: they are then at least as new as their version, and never said unchanged when they are not.
    """
    with connection.cursor() as cursor:
        cursor.execute(VERSION, [list(nouns)])
        return cursor.fetchone()[0] or 0


def fold() -> bool:
    """One number for each noun again; versions stay what they were. Returns whether that was needed."""
    if not Stamp.objects.all()[KEPT : KEPT + 1].exists():
        return False
    with connection.cursor() as cursor:
        cursor.execute(FOLD)
    return True


def etag(nouns: Collection[str], *parts: str) -> str:
    """Strong ETag of an answer made of these nouns and of nothing else but ``parts`` and our own code."""
    told = "\0".join((str(version(nouns)), code_digest(), *parts))
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
