"""From bits back to projects: the keys of a page in order, the tiles and the points of a map."""

from django.db import connection
from django.db.models import Q

from partners.filters import bits, geo, ranks, tiles
from partners.filters.counting import Statement
from partners.filters.criteria import any_of
from partners.models.project_bits import CHUNK, CHUNK_BITS

SORTS = {
    "-confirmed_on": ("confirmed_on", "first DESC, id DESC"),
    "-starts_on": ("starts_on", "first DESC NULLS LAST, id DESC"),
    "title": ("title", "first, id"),
    "relevance": ("ts_rank(search, websearch_to_tsquery('fr', {words}))", "first DESC, second DESC, id DESC"),
}
PROJECTS = "partners_project WHERE id = key"


class Found(Statement):
    """A statement about the projects that the bits of ``criteria`` hold, and about those written since."""

    def __init__(self, criteria):
        super().__init__(criteria)
        self.hits = self.bits.hits()

    def rows(self, sql: str) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH RECURSIVE {', '.join(self.tables.values())} {sql}" if self.tables else sql, self.params
            )
            return cursor.fetchall()

    def since(self, *columns: str) -> str:
        """The rows asked for that were written since the bits."""
        if not self.bits.base.touched:
            return ""
        found = bits.since(self.criteria).values_list(*columns)
        return f" UNION ALL SELECT * FROM ({self.compiled(found, columns)}) AS since"  # noqa: S608

    def runs(self, spans: list[tuple[int, int]]) -> str:
        """Runs of these tiles with ``part``, the bits of theirs that are asked for, and ``n``, how many."""
        lows, highs = (list(ends) for ends in zip(*spans, strict=True))
        part = f"substring({self.bits.at(self.hits, 'chunk')}, first + 1, size)"
        return f"""(
            SELECT run.*, bit_count(part) AS n
            FROM unnest({self.value(lows)}::bigint[], {self.value(highs)}::bigint[]) AS span(low, high),
            LATERAL (SELECT tile, lon, lat, chunk, first, size, {part} AS part FROM partners_projectrun
                WHERE tile BETWEEN low AND high OFFSET 0) AS run
            OFFSET 0)"""  # noqa: S608


def few(criteria, order: str, first: int, last: int) -> list[int]:
    """All are read, then sorted."""
    found = Found(criteria)
    return _sorted(found, found.hits, order, first, last)


def many(criteria, order: str, first: int, last: int) -> list[int]:
    """Those of the page alone are read; with what was written since, those that it may have pushed into it too."""
    found = Found(criteria)
    start = max(0, first - bits.MANY_TOUCHED) if found.bits.base.touched else first
    table = ranks.window(found.bits, order, start, last)
    return _sorted(found, table, order, first - start, last - start)


def _sorted(found: Found, table: str, order: str, first: int, last: int) -> list[int]:
    """The rows of these bits, and those written since, in order, from ``first`` to ``last``."""
    held = found.rows(f"SELECT chunk, bits::text FROM {table} WHERE bit_count(bits) > 0")  # noqa: S608
    slots = [chunk * CHUNK + at for chunk, text in held for at in places(text)]
    column, sort = SORTS[order]
    column = column.format(words=found.value(found.criteria.q.searched))
    since = found.since("pk")
    found.tables.clear()
    wanted = f"SELECT project_id FROM partners_projectslot WHERE slot = ANY({found.value(slots)}){since}"  # noqa: S608
    return [
        key
        for (key,) in found.rows(
            f"""SELECT id FROM ({wanted} OFFSET 0) AS found(key), LATERAL (
                SELECT id, {column} AS first, confirmed_on AS second FROM {PROJECTS} OFFSET 0) AS rows
            ORDER BY {sort} OFFSET {found.value(first)} LIMIT {found.value(last - first)}"""  # noqa: S608
        )
    ]


def places(text: str) -> list[int]:
    """Where the ones stand in « 0010… »."""
    found, at = [], text.find("1")
    while at >= 0:
        found.append(at)
        at = text.find("1", at + 1)
    return found


def nearest(criteria, first: int, last: int) -> list[int]:
    """Runs from the nearest on, until they hold enough."""
    found = Found(criteria)
    near = criteria.near
    spans = tiles.ranges(geo.around(near, criteria.radius_km))
    distance = geo.SQL.format(lat=found.value(near.lat), lon=found.value(near.lon), radius=2 * geo.EARTH_RADIUS_KM)
    since = ""
    if found.bits.base.touched:
        rows = found.compiled(bits.since(criteria).values_list("pk", "lat", "lon"), ("pk", "lat", "lon"))
        since = f" UNION ALL SELECT key, {distance} FROM ({rows}) AS since(key, lat, lon)"  # noqa: S608
    rows = found.rows(
        f"""SELECT id FROM (SELECT project_id AS id, distance FROM (
            SELECT *, sum(n) OVER (ORDER BY distance) - sum(n) OVER (PARTITION BY distance) AS before
            FROM (SELECT *, {distance} AS distance FROM {found.runs(spans)} AS runs WHERE n > 0) AS far
        ) AS ranked, generate_series(0, size - 1) AS at, LATERAL (
            SELECT project_id FROM partners_projectslot
            WHERE slot = (chunk << {CHUNK_BITS}) + first + at OFFSET 0) AS slots
        WHERE before < {found.value(last)} AND get_bit(part, at) = 1{since}) AS together
        ORDER BY distance, id DESC OFFSET {found.value(first)} LIMIT {found.value(last - first)}"""  # noqa: S608
    )
    return [key for (key,) in rows]


def in_tiles(criteria, spans: list[tuple[int, int]], shift: int) -> list[tuple]:
    """Tile, how many, mean longitude and latitude, and the key of the project when it is alone."""
    found = Found(criteria)
    rows = found.rows(
        f"""SELECT tile >> {shift} AS cell, sum(n)::bigint, sum(n * lon) / sum(n), sum(n * lat) / sum(n), max(slot),
            max(key)
        FROM (SELECT tile, lon, lat, n, NULL::bigint AS key,
                CASE WHEN n = 1 THEN (chunk << {CHUNK_BITS}) + first + position(B'1' IN part) - 1 END AS slot
            FROM {found.runs(spans)} AS runs WHERE n > 0{_since(found, spans)}) AS together
        GROUP BY cell ORDER BY cell"""  # noqa: S608
    )
    keys = _keys([slot for _, count, _, _, slot, _ in rows if count == 1 and slot])
    return [
        (cell, count, lon, lat, (key or keys.get(slot)) if count == 1 else None)
        for cell, count, lon, lat, slot, key in rows
    ]


def _since(found: Found, spans: list[tuple[int, int]]) -> str:
    if not found.bits.base.touched:
        return ""
    columns = ("tile", "lon", "lat", "pk")
    rows = found.compiled(
        bits.since(found.criteria).filter(any_of(Q(tile__range=span) for span in spans)).values_list(*columns), columns
    )
    return f" UNION ALL SELECT tile, lon, lat, 1, key, NULL FROM ({rows}) AS since(tile, lon, lat, key)"  # noqa: S608


def _keys(slots: list[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT slot, project_id FROM partners_projectslot WHERE slot = ANY(%s)", [slots])
        return dict(cursor.fetchall())


def points(criteria, box: tiles.Box, most: int) -> list[tuple]:
    """Longitude, latitude, key and day of confirmation of each project of the rectangle, ``most`` of them at most."""
    found = Found(criteria)
    west, south, east, north = (found.value(side) for side in box)
    inside = f"lon BETWEEN {west} AND {east} AND lat BETWEEN {south} AND {north}"
    since = found.since("lon", "lat", "pk", "confirmed_on")
    return found.rows(
        f"""SELECT * FROM (SELECT lon, lat, project_id, confirmed_on
            FROM {found.runs(tiles.ranges(box))} AS runs, generate_series(0, size - 1) AS at, LATERAL (
                SELECT project_id, confirmed_on FROM partners_projectslot
                WHERE slot = (chunk << {CHUNK_BITS}) + first + at OFFSET 0) AS slots
            WHERE n > 0 AND get_bit(part, at) = 1 AND {inside}{since}) AS together
        WHERE {inside} LIMIT {found.value(most)}"""  # noqa: S608
    )
