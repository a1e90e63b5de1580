"""A page of a portal that is still small: how many projects, which and what they say, in one statement over the
whole narrow index.

Reading a few hundred blocks costs less than looking for a better way; beyond, ``counting`` and ``hits`` know it.
"""

import time
from collections.abc import Collection

from alliance.lib import stamps
from alliance.lib.db import prepared
from partners.filters.counting import Statement
from partners.filters.paging import COUNTED_TO
from partners.models import ProjectIndex

SMALL_BYTES = 4_000_000
LARGE_FOR = 60
ORDER = "-confirmed_on"
BEYOND = frozenset({"q", "near"})
"""What is asked by itself, of indexes of their own."""
TABLE = ProjectIndex._meta.db_table
PAGE = """
WITH weight AS MATERIALIZED (SELECT pg_relation_size('{table}') <= {small} AS is_small),
hits AS MATERIALIZED (
    SELECT project_id, confirmed_on FROM {table} WHERE (SELECT is_small FROM weight) AND {demands}
), chosen AS MATERIALIZED (SELECT ARRAY(
    SELECT project_id FROM hits ORDER BY confirmed_on DESC, project_id DESC
    OFFSET {first}::bigint LIMIT least({size}::bigint, greatest(0, {most} - {first}::bigint))) AS keys
)
SELECT (SELECT is_small FROM weight), (SELECT count(*) FROM hits), {told}
"""
CHOSEN = "(SELECT keys FROM chosen)"
"""Where a statement about the rows of the page finds their keys."""


class Large:
    """Whether the index was too large less than a minute ago: whoever asks meanwhile need not ask again."""

    until = 0.0

    def __bool__(self) -> bool:
        return time.monotonic() < self.until

    def remember(self) -> None:
        self.until = time.monotonic() + LARGE_FOR


large = Large()


def page(criteria, first: int, size: int) -> tuple[int, bool, list[int]] | None:
    """How many rows, to 10,000, whether that is exact, and the keys of ``size`` of them from ``first`` on.

    None when the index is not small, or when another one answers.
    """
    found = answered(Statement(criteria), first, size, CHOSEN)
    return found and (found[0], found[1], found[2])


def page_told(
    criteria, first: int, size: int, rows: str, nouns: Collection[str]
) -> tuple[int, bool, bytes, dict[str, int]] | None:
    """As ``page``, but what the statement ``rows`` says of ``CHOSEN``, and the versions of these nouns then."""
    statement = Statement(criteria)
    versions = stamps.TOLD.format(nouns=statement.value(list(nouns)))
    found = answered(statement, first, size, f"({rows}), ({versions})")
    return found and (found[0], found[1], (found[2] or "").encode(), stamps.noted(nouns, found[3]))


def answered(statement: Statement, first: int, size: int, told: str) -> tuple | None:
    criteria = statement.criteria
    if large or criteria.order != ORDER or not BEYOND.isdisjoint(criteria.asked):
        return None
    demands = [demand(statement, name) for name in dict.fromkeys((*criteria.asked, "freshness"))]
    sql = PAGE.format(
        table=TABLE, small=SMALL_BYTES, demands=" AND ".join(demands), first=statement.value(first),
        size=statement.value(size), most=COUNTED_TO, told=told,
    )  # fmt: skip
    is_small, count, *rest = prepared(sql, statement.params)[0]
    if not is_small:
        return large.remember()
    return min(count, COUNTED_TO), count <= COUNTED_TO, *rest


def demand(statement: Statement, name: str) -> str:
    """What a parameter asks of a row: of the columns that cells have too, the same as of a cell."""
    if name in COLUMNS:
        return f"{COLUMNS[name]} = ANY((SELECT {statement.value(statement.criteria.keys(name))}::text[])::text[])"
    if name == "freshness":
        return f"({' OR '.join(BANDS_OF_DAYS[each] for each in statement.criteria.freshnesses)})"
    return statement.on_cells(name)


# Values stand in a SELECT of their own, where the planner does not see them: seen, each new one would seem worth a plan
# of its own, and planning takes four times as long as reading.
COLUMNS = {"status": "state", "region": "region_id", "department": "department_id", "commune": "commune_id"}
SIX, TWELVE = "(SELECT %(six)s::date)", "(SELECT %(twelve)s::date)"
BANDS_OF_DAYS = {
    "confirmed": f"confirmed_on > {SIX}",
    "to_confirm": f"confirmed_on <= {SIX} AND confirmed_on >= {TWELVE}",
    "stale": f"confirmed_on < {TWELVE}",
}
