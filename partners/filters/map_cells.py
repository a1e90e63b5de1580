"""Projects of a rectangle as a map draws them: tiles with how many when far, points when near.

The set is the list's. Tiles are whole: a rectangle that cuts one counts all of it, so that neighbours never overlap.
"""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from partners.filters import counting, tiles
from partners.filters import found as from_bits
from partners.filters.counting import AXES, BITS, CELLS, DEPARTMENT, LEAD, RECENT, Statement
from partners.filters.criteria import any_of
from partners.filters.hits import FEW
from partners.models import Project

ITEMS_MAX = 2_000
TILES_ACROSS = 44
GRID_BITS = 2
"""A tile drawn is a quarter of a 256-pixel one, for each axis."""
NEAR_SHAPE, FAR_SHAPE = 8, 9
NEAR_BITS, FAR_BITS = 12, 10
POINT = ("tile", "lon", "lat")
COVERED = frozenset({"axis", "stake", "status", "freshness"})
"""What the tile index tells without its rows."""


@dataclass(frozen=True)
class Mark:
    """One thing on the map; ``project`` is the key of the only one that it stands for, else None."""

    lon: float
    lat: float
    count: int
    project: int | None = None


def points(criteria, box: tiles.Box) -> list[Mark] | None:
    """Every project of the rectangle, the last confirmed first; None when they are too many to be drawn."""
    if criteria.bits:
        rows = from_bits.points(criteria, box, ITEMS_MAX + 1)
        return None if len(rows) > ITEMS_MAX else _last_confirmed_first(rows)
    west, south, east, north = box
    inside = Q(lon__range=(west, east), lat__range=(south, north)) & in_spans(tiles.ranges(box))
    rows = criteria.narrow().filter(inside).values_list("lon", "lat", "pk", "confirmed_on")[: ITEMS_MAX + 1]
    found = list(rows)
    return None if len(found) > ITEMS_MAX else _last_confirmed_first(found)


def _last_confirmed_first(rows: list[tuple]) -> list[Mark]:
    found = sorted(rows, key=lambda row: (row[3], row[2]), reverse=True)
    return [Mark(lon, lat, 1, key) for lon, lat, key, _ in found]


def clusters(criteria, box: tiles.Box, zoom: int) -> list[Mark]:
    """Tiles that meet the rectangle, no smaller than a map at ``zoom`` draws them, at most 2,000."""
    bits = min(zoom + GRID_BITS, tiles.depth(box, TILES_ACROSS))
    spans = tiles.ranges(box, bits=bits)
    if criteria.bits:
        rows = from_bits.in_tiles(criteria, spans, 2 * (tiles.SIDE_BITS - bits))
        return [Mark(lon, lat, count, key) for _, count, lon, lat, key in rows]
    if not criteria.counts.count:
        return []
    shape = shape_for(criteria, bits)
    if shape is None:
        return _from_rows(criteria, spans, bits)
    return _from_cells(criteria, spans, bits, shape)


def shape_for(criteria, bits: int) -> int | None:
    """The counted tiles that answer, if any do and the rows are not few."""
    asked = 0
    for name in criteria.asked:
        asked |= BITS.get(name, 0)
    if not criteria.is_counted() or asked & LEAD or criteria.counts.count <= FEW:
        return None
    if not asked & AXES:
        return NEAR_SHAPE if bits <= NEAR_BITS else None
    departments = asked & DEPARTMENT and "department" in criteria.asked
    return FAR_SHAPE if bits <= FAR_BITS and not departments else None


def in_spans(spans: list[tuple[int, int]]) -> Q:
    return any_of(Q(tile__range=span) for span in spans)


def _from_cells(criteria, spans, bits: int, shape: int) -> list[Mark]:
    statement = Statement(criteria)
    size = NEAR_BITS if shape == NEAR_SHAPE else FAR_BITS
    shift = 2 * (tiles.SIDE_BITS - size)
    tile = "tile" if shape == NEAR_SHAPE else f"tile >> {2 * (NEAR_BITS - FAR_BITS)}"
    demands = [statement.on_cells(name) for name in dict.fromkeys((*criteria.asked, "freshness"))]
    lows, highs = ([end >> shift for end in ends] for ends in zip(*spans, strict=True))
    rows = _rows(
        f"""WITH {RECENT} SELECT tile >> {2 * (size - bits)} AS cell, sum(count)::bigint, sum(lon_sum) / sum(count),
            sum(lat_sum) / sum(count)
        FROM unnest({statement.value(lows)}::bigint[], {statement.value(highs)}::bigint[]) AS span(low, high)
        JOIN {CELLS.format(shape=shape, tile=tile)} ON tile BETWEEN low AND high
        WHERE {" AND ".join(demands)} GROUP BY cell HAVING sum(count) > 0 ORDER BY cell""",  # noqa: S608
        statement,
    )
    return _marks(criteria, rows, bits)


def _from_rows(criteria, spans, bits: int) -> list[Mark]:
    """From the index's rows: range by range when its tile index holds all that is asked, else as the planner likes."""
    statement = Statement(criteria)
    if COVERED.issuperset(criteria.asked) and criteria.counts.count > FEW:
        lows, highs = (list(ends) for ends in zip(*spans, strict=True))
        narrow = statement.compiled(criteria.narrow().values_list(*POINT), POINT)
        within = f"SELECT * FROM ({narrow}) AS found(tile, lon, lat) WHERE tile BETWEEN low AND high OFFSET 0"  # noqa: S608
        spread = f"unnest({statement.value(lows)}::bigint[], {statement.value(highs)}::bigint[]) AS span(low, high)"
        source = f"{spread}, LATERAL ({within}) AS rows"
    else:
        narrow = statement.compiled(criteria.narrow().filter(in_spans(spans)).values_list(*POINT), POINT)
        source = f"({narrow}) AS rows(tile, lon, lat)"
    rows = _rows(
        f"""SELECT tile >> {2 * (tiles.SIDE_BITS - bits)} AS cell, count(*), avg(lon), avg(lat)
        FROM {source} GROUP BY cell ORDER BY cell""",  # noqa: S608
        statement,
    )
    return _marks(criteria, rows, bits)


def _marks(criteria, rows: list[tuple], bits: int) -> list[Mark]:
    alone = _alone(criteria, [cell for cell, count, *_ in rows if count == 1], bits)
    return [Mark(lon, lat, count, alone.get(cell)) for cell, count, lon, lat in rows]


def _alone(criteria, cells: list[int], bits: int) -> dict[int, int]:
    """Tile → the key of its only project."""
    if not cells:
        return {}
    statement, shift = Statement(criteria), 2 * (tiles.SIDE_BITS - bits)
    narrow = statement.compiled(criteria.narrow().values_list("tile", "pk"), ("tile", "pk"))
    return dict(
        _rows(
            f"""SELECT cell, id FROM unnest({statement.value(cells)}::bigint[]) AS asked(cell), LATERAL (
                SELECT id FROM ({narrow}) AS found(tile, id)
                WHERE tile BETWEEN cell << {shift} AND ((cell + 1) << {shift}) - 1 LIMIT 1) AS rows""",  # noqa: S608
            statement,
        )
    )


def _rows(sql: str, statement: counting.Statement) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, statement.params)
        return cursor.fetchall()


def told(keys: list[int]) -> dict[int, tuple[str, str]]:
    """Key → slug and title."""
    rows = Project.objects.filter(pk__in=keys).order_by().values_list("pk", "slug", "title") if keys else ()
    return {key: (slug, title) for key, slug, title in rows}
