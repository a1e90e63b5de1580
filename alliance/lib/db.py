"""What PostgreSQL does for us, in Django's words."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import contextmanager

import psycopg
from django.db import connection, models, transaction
from django.db.models import F, Func
from django.db.models.functions import Lower


class Unaccent(Func):
    """``f_unaccent(text)``: the immutable wrapper of ``unaccent``, so that indexes and constraints may hold it."""

    function = "f_unaccent"
    arity = 1
    output_field = models.TextField()


def LowerUnaccent(expression) -> Lower:
    """What people sort and search names by: neither case nor accents."""
    return Lower(Unaccent(expression))


def lower_unaccent(field: str):
    """``LowerUnaccent`` of a field, ready for ``order_by``."""
    return LowerUnaccent(F(field))


@models.BigIntegerField.register_lookup
class Shares(models.Lookup):
    """``mask__shares=bits``: at least one bit in common."""

    lookup_name = "shares"

    def as_sql(self, compiler, connection):
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"({left} & {right}::bigint) <> 0", (*left_params, *right_params)


class Among(Func):
    """``filter(Among(F("pk"), keys))``: the column is one of ``keys``, a queryset of one column, gathered first.

    The planner supposes a few keys and walks the index of the column; ``IN`` supposes as many as an average of skewed
    columns gives, and may read the whole table. For thousands of keys at most. A null column is among nothing.
    """

    template = "%(expressions)s))"
    arg_joiner = " = ANY(ARRAY("
    output_field = models.BooleanField()

    def __init__(self, column, keys, **extra):
        super().__init__(column, Keys(keys), **extra)


class Keys(models.Subquery):
    """Without parentheses of its own; where nothing can be found, the whole condition is known to be false."""

    template = "%(subquery)s"
    empty_result_set_value = NotImplemented


def prepared(sql: str, params: Sequence | Mapping) -> list[tuple]:
    """The rows of a statement that PostgreSQL, from the fifth time on, neither reads nor plans again in a connection.

    For statements of few texts, whose plan does not depend on the values; values are bound on the server, so that the
    text says their types where PostgreSQL cannot tell. ``prepare_threshold`` of the settings says when, and whether.
    """
    with connection.cursor() as cursor:
        cursor.cursor = psycopg.Cursor(connection.connection)
        cursor.execute(sql, params)
        return cursor.fetchall()


def lock_number(*key) -> int:
    """A signed 64-bit number for any key, the same in every process."""
    digest = hashlib.sha256("\0".join(map(str, key)).encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def wait_for(*key) -> None:
    """Take the advisory lock of ``key`` until the end of the transaction."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An advisory lock lives as long as a transaction: open one.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(*key)])


def try_lock(*key) -> bool:
    """Take the advisory lock of ``key`` until the end of the transaction, if nobody holds it; never waits."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An advisory lock lives as long as a transaction: open one.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(*key)])
        return cursor.fetchone()[0]


@contextmanager
def only_one(*key):
    """Yield whether we are the only process in this block; the lock is the session's, and never waits."""
    number = lock_number(*key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        alone = cursor.fetchone()[0]
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
