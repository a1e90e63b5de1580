"""A page of rows as JSON that PostgreSQL writes by itself: keys in, text out, by a statement that it plans once."""

from django.db import connection

from alliance.lib.copy_out import PREFIX, Table, json_value, name, value
from alliance.lib.db import prepared

GIVEN = "%s::bigint[]"
STATEMENT = """SELECT string_agg(row_to_json(told)::text, ',' ORDER BY page.place)
FROM unnest({keys}) WITH ORDINALITY AS page(key, place) JOIN ({rows}) AS r ON r.pk = page.key,
LATERAL (SELECT {cells}) AS told"""


def statement(table: Table, fields: tuple[str, ...], keys: str = GIVEN) -> str:
    """The rows of a list of primary keys, in its order, as objects of these fields between commas.

    Its constants are written in: only the keys are left to give, unless ``keys`` is where a statement around finds
    them.
    """
    connection.ensure_connection()
    rows = table.values(fields).order_by().values("pk", *(f"{PREFIX}{each}" for each in fields))
    sql = connection.ops.compose_sql(*rows.query.sql_with_params())
    cells = ", ".join(f"{json_value(value(each), table.kinds[each])} AS {name(each)}" for each in fields)
    return STATEMENT.format(keys=keys, rows=sql.replace("%", "%%"), cells=cells)


def written(sql: str, keys: list) -> bytes:
    """What ``statement`` gives for these keys."""
    return (prepared(sql, [keys])[0][0] or "").encode() if keys else b""
