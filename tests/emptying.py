"""Between tests that really commit: an empty database again, in milliseconds.

Append-only tables refuse TRUNCATE and DELETE; they are emptied as a replica would, without triggers. Django truncates
every table and then writes content types and permissions again: here these stay, and of few rows only the rows go.
"""

import pytest
from django.core.management.commands import flush
from django.db import transaction
from django.db.backends.postgresql.operations import DatabaseOperations

NEVER_CHANGED = {"django_content_type", "auth_permission"}
MANY = 1_000
"""Rows of one table, from which TRUNCATE is quicker."""


def empty(operations: DatabaseOperations, sql_list: list[str]) -> None:
    """What stands in for ``execute_sql_flush``. Waits for whoever still writes, as TRUNCATE does.

    The cache's table has no model, so Django forgets it: throttles of one test would be those of the next.
    """
    connection = operations.connection
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [operations.quote_name(name) for name in sorted(set(names) - NEVER_CHANGED)]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE")
        full = rows(cursor, tables)
        if max(full.values(), default=0) > MANY:
            cursor.execute(f"TRUNCATE {', '.join(tables)}")
        else:
            for table in full:
                cursor.execute(f"DELETE FROM {table}")
        cursor.execute("DELETE FROM portal_cache")


def rows(cursor, tables: list[str]) -> dict[str, int]:
    """How many rows each table has, up to one more than many; those that have none are left out."""
    count = "(SELECT '{0}', count(*) FROM (SELECT FROM {0} LIMIT {1}) AS few)"
    cursor.execute(" UNION ALL ".join(count.format(table, MANY + 1) for table in tables))
    return {table: found for table, found in cursor.fetchall() if found}


def install(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DatabaseOperations, "execute_sql_flush", empty)
    patch.setattr(flush, "emit_post_migrate_signal", lambda *arguments, **options: None)
