"""A page of a portal that is still small: how many projects and which, in one statement over the whole narrow index.

Reading a few hundred blocks costs less than looking for a better way; beyond, ``counting`` and ``hits`` know it.
"""

import time

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
)
SELECT (SELECT is_small FROM weight), (SELECT count(*) FROM hits), ARRAY(
    SELECT project_id FROM hits ORDER BY confirmed_on DESC, project_id DESC
    OFFSET {first}::bigint LIMIT least({size}::bigint, greatest(0, {most} - {first}::bigint)))
"""


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
    if large or criteria.order != ORDER or not BEYOND.isdisjoint(criteria.asked):
        return None
    statement = Statement(criteria)
    demands = [demand(statement, name) for name in dict.fromkeys((*criteria.asked, "freshness"))]
    sql = PAGE.format(
        table=TABLE, small=SMALL_BYTES, demands=" AND ".join(demands), first=statement.value(first),
        size=statement.value(size), most=COUNTED_TO,
    )  # fmt: skip
    is_small, count, keys = prepared(sql, statement.params)[0]
    if not is_small:
        return large.remember()
    return min(count, COUNTED_TO), count <= COUNTED_TO, keys


def demand(statement: Statement, name: str) -> str:
    """What a parameter asks of a row: of the columns that cells have too, the same as of a cell."""
    if name == "commune":
        return f"commune_id = ANY({statement.value(statement.criteria.keys(name))})"
    if name == "freshness":
        return f"({' OR '.join(BANDS_OF_DAYS[each] for each in statement.criteria.freshnesses)})"
    return statement.on_cells(name)


BANDS_OF_DAYS = {
    "confirmed": "confirmed_on > %(six)s::date",
    "to_confirm": "confirmed_on <= %(six)s::date AND confirmed_on >= %(twelve)s::date",
    "stale": "confirmed_on < %(twelve)s::date",
}
