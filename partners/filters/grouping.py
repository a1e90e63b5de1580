"""Several grouped counts in one statement."""

from collections.abc import Mapping

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, QuerySet

Groups = dict[str, dict[str, int]]


def at_once(groups: Mapping[str, tuple[QuerySet, object]]) -> Groups:
    """Name → (rows, column) gives name → value, as text, → how many. One query; « None » stands for no value."""
    parts, params = [], []
    for name, (rows, column) in groups.items():
        try:
            sql, values = rows.order_by().values_list(column).annotate(number=Count("pk")).query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT %s, key::text, number FROM ({sql}) AS grouped(key, number)")  # noqa: S608
        params += [name, *values]
    found: Groups = {name: {} for name in groups}
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            for name, value, number in cursor.fetchall():
                found[name][str(value)] = number
    return found
