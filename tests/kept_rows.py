"""A world of rows that many tests ask for: made by the builders once in a process, then copied back as it was."""

import copy
from collections.abc import Callable
from functools import wraps

from django.db import connection, transaction
from django.utils import timezone

from tests.emptying import NEVER_CHANGED, rows

Rows = dict[str, bytes]
STAMPS = '"lib_stamp"'
"""What versions of kept answers are made of: never those of another test, or its answers would be this one's."""


def made_once[World](make: Callable[..., World]) -> Callable[..., World]:
    """``make`` for whoever comes first, or where rows stand already; its rows, by COPY, for whoever comes next.

    They keep their keys: sequences have gone on since. Triggers are not asked again: what they wrote is among the rows.
    """
    kept: dict[tuple, tuple[Rows, World]] = {}

    @wraps(make)
    def world(*arguments) -> World:
        key = (connection.settings_dict["NAME"], timezone.localdate())
        if key in kept and not standing(kept[key][0]):
            found, made = kept[key]
            put_back(found)
            return copy.deepcopy(made)
        before = taken()
        made = make(*arguments)
        found = {table: told for table, told in taken().items() if told != before.get(table)}
        if not set(found) & set(before) - {STAMPS}:
            kept[key] = found, copy.deepcopy(made)
        return made

    return world


def tables() -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return [connection.ops.quote_name(name) for name in sorted(set(names) - NEVER_CHANGED)]


def standing(found: Rows) -> bool:
    """Whether one of these tables holds rows already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " OR ".join(f"EXISTS (SELECT FROM {table})" for table in found if table != STAMPS))
        return cursor.fetchone()[0]


def taken() -> Rows:
    """Every table that holds rows, as COPY tells it."""
    with connection.cursor() as cursor:
        found = {}
        for table in rows(cursor, tables()):
            with cursor.copy(f"COPY {table} TO STDOUT") as told:
                found[table] = b"".join(told)
        return found


def put_back(found: Rows) -> None:
    """Into empty tables, without triggers: those of keys that refer to each other are among them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('session_replication_role')")
        (role,) = cursor.fetchone()
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in sorted(set(found) - {STAMPS}):  # an index of partners_projectindex reads partners_project
            with cursor.copy(f"COPY {table} FROM STDIN") as copied:
                copied.write(found[table])
        nouns = {line.split("\t")[1] for line in found.get(STAMPS, b"").decode().splitlines()}
        stamped = f"INSERT INTO {STAMPS} (noun, value) SELECT noun, hashtextextended(gen_random_uuid()::text, 0)"
        cursor.execute(f"{stamped} FROM unnest(%s::text[]) AS noun", [sorted(nouns)])
        cursor.execute(f"SET LOCAL session_replication_role = {role}")
