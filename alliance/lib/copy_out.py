"""Whole sets, shaped by PostgreSQL into lines of CSV, JSON, GeoJSON or spreadsheet XML and streamed by COPY.

Nothing is built row by row in Python: memory does not grow with the set, and the rate is the server's own.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

BLOCK = 65_536
LONGEST_MILLISECONDS = 3_600_000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# No text that PostgreSQL gives holds these, so that a line goes out as it is: neither quoted nor escaped.
TO_ESCAPE = "[&<>\x01-\x1f\ufffe\uffff]"
BARE = r"(FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')"
ROWS = "<rows>"
PREFIX = "x_"  # an expression may not be called like a column of its model
NOT_XML = "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]))
CELL_MAX = 32_767


@dataclass(frozen=True)
class Table:
    """A queryset, an expression for each field, and its kind: text, number, flag, day, moment, list or nested.

    ``point`` names the fields of longitude and latitude (degrees, WGS 84).
    """

    rows: QuerySet
    columns: dict
    kinds: dict[str, str]
    point: tuple[str, str] | None = None

    def values(self, fields: tuple[str, ...]) -> QuerySet:
        wanted = dict.fromkeys((*fields, *(self.point or ())))
        return self.rows.values(**{f"{PREFIX}{each}": self.columns[each] for each in wanted})


def literal(text: str) -> str:
    """A string constant of SQL; ``%`` is doubled, since parameters are merged afterwards."""
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def name(field: str) -> str:
    return connection.ops.quote_name(field)


def value(field: str) -> str:
    return name(f"{PREFIX}{field}")


def moment(sql: str) -> str:
    """ISO 8601 with the offset of our zone, to the second: what ``api_views.iso`` writes."""
    zone = literal(settings.TIME_ZONE)
    local, offset = f"({sql} AT TIME ZONE {zone})", f"({sql} AT TIME ZONE {zone}) - ({sql} AT TIME ZONE 'UTC')"
    return f"""to_char({local}, 'YYYY-MM-DD"T"HH24:MI:SS') || to_char({offset}, '"+"HH24:MI')"""


def flag(sql: str) -> str:
    return f"CASE WHEN {sql} THEN 'oui' WHEN NOT {sql} THEN 'non' END"


def inert(text: str) -> str:
    """The text, after an apostrophe when a spreadsheet would take it for a formula."""
    signs = ", ".join(map(literal, FORMULA))
    return f"CASE WHEN left({text}, 1) IN ({signs}) THEN '''' || {text} ELSE {text} END"


def csv_cell(sql: str, kind: str) -> str:
    if kind == "flag":
        return flag(sql)
    if kind == "moment":
        return moment(sql)
    if kind == "nested":
        return f"array_to_json({sql})"
    if kind == "list":
        return inert(f"array_to_string({sql}, ' | ')")
    return inert(f"{sql}::text") if kind == "text" else sql


def json_value(sql: str, kind: str) -> str:
    return moment(sql) if kind == "moment" else sql


def xml_text(text: str) -> str:
    """What XML wants said otherwise, and no more than a cell may hold."""
    clean = f"translate(left({text}, {CELL_MAX}), {literal(NOT_XML)}, '')"
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"), ("\n", "&#10;")):
        clean = f"replace({clean}, {literal(sign)}, {literal(entity)})"
    return clean


def sheet_text(sql: str, kind: str) -> str:
    """The text of a cell, or NULL when it is of another type."""
    text = {
        "text": inert(f"{sql}::text"),
        "flag": flag(sql),
        "list": inert(f"array_to_string({sql}, ' | ')"),
        "nested": f"nullif(array_to_json({sql})::text, '[]')",
    }
    return text.get(kind, "NULL")


def sheet_cell(sql: str, kind: str, *, plain: bool) -> str:
    """One ``<c>`` of a sheet: numbers and days typed, in the styles of ``xlsx.STYLES``; all else is text."""
    if kind == "number":
        return f"'<c><v>' || {sql} || '</v></c>'"
    if kind == "day":
        return f"'<c s=\"1\"><v>' || ({sql} - DATE '1899-12-30') || '</v></c>'"
    if kind == "moment":
        local = f"({sql} AT TIME ZONE {literal(settings.TIME_ZONE)})"
        return (
            f"'<c s=\"2\"><v>' || round(extract(epoch FROM {local} - TIMESTAMP '1899-12-30') / 86400, 6) || '</v></c>'"
        )
    text = f"nullif({sheet_text(sql, kind)}, '')"
    opening = '<c t="inlineStr"><is><t xml:space="preserve">'
    return f"'{opening}' || {text if plain else xml_text(text)} || '</t></is></c>'"


def csv_rows(table: Table, fields: tuple[str, ...]) -> Iterator[bytes]:
    """Lines of CSV without header; what is text is between quotes, so that codes keep their leading zeros."""
    cells = ", ".join(f"{csv_cell(value(each), table.kinds[each])} AS {name(each)}" for each in fields)
    texts = ", ".join(name(each) for each in fields if table.kinds[each] in {"text", "list", "nested"})
    options = f"(FORMAT csv, FORCE_QUOTE ({texts}))" if texts else "(FORMAT csv)"
    return copied(f"SELECT {cells} FROM {ROWS}", table.values(fields), options)  # noqa: S608  names are quoted


def json_rows(table: Table, fields: tuple[str, ...]) -> Iterator[bytes]:
    """One object a line, in the order of the fields."""
    sql = f"SELECT row_to_json(p) FROM {ROWS}, {_shaped(table, fields)}"  # noqa: S608  names are quoted
    return copied(sql, table.values(fields), BARE)


def feature_rows(table: Table, fields: tuple[str, ...]) -> Iterator[bytes]:
    """One GeoJSON Feature a line; its geometry is null where nothing says where it is."""
    lon, lat = map(value, table.point) if table.point else ("NULL", "NULL")
    geometry = (
        f"CASE WHEN {lon} IS NULL OR {lat} IS NULL THEN 'null' "
        f"""ELSE '{{"type":"Point","coordinates":[' || {lon} || ',' || {lat} || ']}}' END"""
    )
    feature = f"""'{{"type":"Feature","geometry":' || {geometry} || ',"properties":' || row_to_json(p) || '}}'"""
    sql = f"SELECT {feature} FROM {ROWS}, {_shaped(table, fields)}"  # noqa: S608  names are quoted
    return copied(sql, table.values(fields), BARE)


def sheet_rows(table: Table, fields: tuple[str, ...]) -> Iterator[bytes]:
    """One ``<row>`` of a sheet a line. Most rows hold nothing to escape, or too long: one look tells."""
    texts = ", ".join(sheet_text(value(each), table.kinds[each]) for each in fields)
    row = {
        plain: ", ".join(
            f"coalesce({sheet_cell(value(each), table.kinds[each], plain=plain)}, '<c/>')" for each in fields
        )
        for plain in (True, False)
    }
    hostile = f"octet_length(whole) >= {CELL_MAX} OR whole ~ {literal(TO_ESCAPE)}"
    cells = f"concat('<row>', CASE WHEN {hostile} THEN concat({row[False]}) ELSE concat({row[True]}) END, '</row>')"
    sql = f"SELECT {cells} FROM {ROWS}, LATERAL (SELECT concat({texts}) AS whole) AS t"  # noqa: S608  names are quoted
    return copied(sql, table.values(fields), BARE)


def _shaped(table: Table, fields: tuple[str, ...]) -> str:
    cells = ", ".join(f"{json_value(value(each), table.kinds[each])} AS {name(each)}" for each in fields)
    return f"LATERAL (SELECT {cells}) AS p"


def copied(statement: str, rows: QuerySet, options: str) -> Iterator[bytes]:
    """Blocks of about 64 kB, each ending with a line. Closing the iterator early cancels the query.

    ``ROWS`` in the statement stands for the queryset. Without JIT, which costs seconds before the first row.
    """
    inner, parameters = rows.query.sql_with_params()
    command = f"COPY ({statement.replace(ROWS, f'({inner}) AS r')}) TO STDOUT {options}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL jit = off; SET LOCAL statement_timeout = {LONGEST_MILLISECONDS}")
        with cursor.copy(command, parameters) as copy, closing(_blocks(copy)) as blocks:
            yield from blocks


def _blocks(copy) -> Iterator[bytes]:
    held, size = [], 0
    for line in copy:
        held.append(bytes(line))
        size += len(line)
        if size >= BLOCK:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)
