"""How many projects for each value of each facet, in one statement: from the counted cells and what changed since
when the cells or the bits tell them apart, else from the rows themselves, 20,001 of them at most.

Both give the same figures: see docs/decisions/0017-query-engine.md.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from django.core.exceptions import EmptyResultSet
from django.db import connection

from alliance.lib.db import prepared
from partners.filters.bits import FACETS as WITH_BITS
from partners.filters.bits import LED, Bits, known, since
from partners.filters.paging import COUNTED_TO
from partners.models.project import FRESH_MONTHS, STALE_MONTHS, months_before
from partners.models.project_bits import LARGE

PLACE = ("region", "department", "commune", "near", "radius_km")
ROWS_COUNTED = LARGE
"""From rows, figures are exact to here: a portal that is too small for bits has no others."""
UNCOUNTED = frozenset({"q", "near", "commune"})
"""What no cell tells apart."""
BANDS = {"confirmed": 0, "to_confirm": 1, "stale": 2}
DEPARTMENT, AXES, LEAD = 1, 2, 4
"""The bits of a cell's shape; région, state and band are in every shape with a département."""
EVERYWHERE = frozenset({"status", "freshness"})
"""What every shape tells apart."""
PLACED = frozenset({"state", "band", "department_id"})
"""Columns that the cells of the départements tell apart within a place too: fifteen for each at most."""
REGION_AND_AXES = "(region_id || ' ' || axes_mask)"
BITS = {
    "department_id": DEPARTMENT, "region": DEPARTMENT, "department": DEPARTMENT, "axes_mask": AXES, "axis": AXES,
    REGION_AND_AXES: DEPARTMENT | AXES, "stake": AXES, "root": LEAD, "kind": LEAD, "network": LEAD, "signatory": LEAD,
}  # fmt: skip


@dataclass(frozen=True)
class Facet:
    """``column`` by which to count, and the parameters that it ignores."""

    column: str
    without: frozenset = frozenset()


FACETS = {
    "count": Facet("NULL"),
    "masks": Facet("axes_mask"),
    "departments": Facet("department_id"),
    "regions_axes": Facet(REGION_AND_AXES),
    "axis": Facet("axes_mask", frozenset({"axis"})),
    "status": Facet("state", frozenset({"status"})),
    "freshness": Facet("band", frozenset({"freshness"})),
    "network": Facet("root", frozenset({"network"})),
    "map": Facet("department_id", frozenset(PLACE)),
}

# What the cells miss: changes since, and the projects that a day or more has moved from one band to another.
RECENT = """
built AS (
    SELECT coalesce(max(six), %(six)s) AS six, coalesce(max(twelve), %(twelve)s) AS twelve FROM partners_projectcube
), aged AS (
    SELECT unnest(range_agg(daterange(low, high, '(]'))) AS days, built.* FROM built, LATERAL (VALUES
        (least(six, %(six)s::date), greatest(six, %(six)s::date)),
        (least(twelve, %(twelve)s::date) - 1, greatest(twelve, %(twelve)s::date) - 1)) AS moved(low, high)
    GROUP BY six, twelve
), recent AS MATERIALIZED (
    SELECT region_id, department_id, axes_mask, lead_id, state, tile, count, lat_sum, lon_sum,
        CASE WHEN confirmed_on > six THEN 0 WHEN confirmed_on >= twelve THEN 1 ELSE 2 END AS band
    FROM partners_projectchange, built
    UNION ALL
    SELECT region_id, department_id, axes_mask, lead_id, state, tile >> 36, sign, sign * lat, sign * lon,
        CASE WHEN confirmed_on > border.six THEN 0 WHEN confirmed_on >= border.twelve THEN 1 ELSE 2 END
    FROM aged, partners_projectindex AS i,
        LATERAL (VALUES (1, %(six)s::date, %(twelve)s::date), (-1, aged.six, aged.twelve)) AS border(sign, six, twelve)
    WHERE confirmed_on >= lower(days) AND confirmed_on < upper(days)
)"""
CELLS = """(
    SELECT region_id, department_id, axes_mask, lead_id, state, band, tile, count, lat_sum, lon_sum
    FROM partners_projectcell WHERE shape = {shape}
    UNION ALL
    SELECT region_id, department_id, axes_mask, lead_id, state, band, {tile}, count, lat_sum, lon_sum FROM recent
) AS cells"""
ROWS = """(
    SELECT *, 1 AS count, CASE WHEN confirmed_on > %(six)s THEN 0 WHEN confirmed_on >= %(twelve)s THEN 1 ELSE 2 END AS band
    FROM {name}
) AS rows"""  # noqa: E501
ROOTS = """
roots AS MATERIALIZED (
    SELECT o.id, coalesce(above.parent_id, o.parent_id, o.id) AS root FROM partners_organisation o
    LEFT JOIN partners_organisation above ON above.id = o.parent_id
    LEFT JOIN partners_organisation top ON top.id = above.parent_id
    WHERE 'network' IN (o.kind, above.kind, top.kind)
)"""
NOTHING = "SELECT {columns} WHERE false"
TYPES = {
    "region_id": "text", "department_id": "text", "state": "text", "confirmed_on": "date", "lat": "float8",
    "lon": "float8", "project__title": "text", "project__starts_on": "date",
}  # fmt: skip
"""Of the columns that are no keys, for tables without a row."""
COLUMNS = ("region_id", "department_id", "axes_mask", "lead_id", "state", "confirmed_on")


@dataclass(frozen=True)
class Counts:
    """Facet → value → how many; ``exact`` holds the facets whose figures are whole, the others are « at least »."""

    by: dict[str, dict[str, int]]
    exact: frozenset[str]

    @property
    def count(self) -> int:
        return min(sum(self.by["count"].values()), COUNTED_TO)

    @property
    def count_exact(self) -> bool:
        return sum(self.by["count"].values()) <= COUNTED_TO


@dataclass
class Statement:
    """One statement and its parameters, put together piece by piece."""

    criteria: object
    params: dict = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    sources: dict[frozenset, str] = field(default_factory=dict)

    def __post_init__(self):
        today = self.criteria.today
        self.params |= {"six": months_before(today, FRESH_MONTHS), "twelve": months_before(today, STALE_MONTHS)}

    @cached_property
    def bits(self) -> Bits | None:
        return Bits(self) if self.criteria.bits else None

    def has_bits(self, name: str) -> bool:
        """Cells answer when next to nothing is asked, and tell how many there are; bits whatever is asked together."""
        known = name == "count" or name in WITH_BITS
        asked = set(self.criteria.asked)
        cheap = EVERYWHERE | {"region", "department"} if FACETS[name].column in PLACED else EVERYWHERE
        costly = asked & LED if name == "count" else asked - cheap
        counted = self.criteria.is_counted() and not costly
        return known and not counted and self.bits is not None

    def value(self, given) -> str:
        name = f"p{len(self.params)}"
        self.params[name] = given
        return f"%({name})s"

    def compiled(self, queryset, columns: Collection[str] = COLUMNS) -> str:
        """The SQL of a queryset of these columns, its parameters named among ours."""
        try:
            sql, values = queryset.query.sql_with_params()
        except EmptyResultSet:
            typed = (f"NULL::{TYPES.get(name, 'bigint')} AS {name}" for name in columns)
            return NOTHING.format(columns=", ".join(typed))
        return sql.replace("%%", "%%%%") % tuple(self.value(each) for each in values)

    def asked(self, without: Collection[str]) -> list[str]:
        return [name for name in (*self.criteria.asked, "freshness") if name not in without]

    def from_cells(self, without: Collection[str], bits: int = 0) -> tuple[str, list[str]]:
        """The smallest cells that tell apart what is asked, and the conditions on them."""
        asked = dict.fromkeys(self.asked(without))
        for name in asked:
            bits |= BITS.get(name, 0)
        self.tables.setdefault("recent", RECENT)
        return CELLS.format(shape=bits, tile="tile"), [self.on_cells(name) for name in asked]

    def on_cells(self, name: str) -> str:
        criteria = self.criteria
        if name in ("axis", "stake"):
            return f"(axes_mask & {self.value(criteria.mask(name))}::bigint) <> 0"
        if name in ("kind", "network", "signatory"):
            return f"lead_id IN ({self.compiled(criteria.leads(name))})"
        if name == "freshness":
            return f"band = ANY({self.value([BANDS[each] for each in criteria.freshnesses])})"
        column = {"status": "state", "region": "region_id", "department": "department_id"}[name]
        return f"{column} = ANY({self.value(criteria.keys(name))})"

    def from_rows(self, without: Collection[str]) -> str:
        """The first rows that answer, as a table; the same one for all the facets that leave out the same."""
        left_out = frozenset(without) & {*self.criteria.asked, "freshness"}
        if left_out not in self.sources:
            name = self.sources[left_out] = f"rows{len(self.sources)}"
            rows = self.criteria.narrow(without=left_out).values_list(*COLUMNS)[: ROWS_COUNTED + 1]
            self.tables[name] = f"{name} AS MATERIALIZED ({self.compiled(rows)})"
        return self.sources[left_out]

    def fetched(self, sql: str) -> list[tuple]:
        """Cells are read in the same way whatever the values; rows are not, and each time is planned for itself."""
        if not self.sources and "bits" not in self.__dict__:
            return prepared(sql, self.params)
        with connection.cursor() as cursor:
            cursor.execute(sql, self.params)
            return cursor.fetchall()

    def facet(self, name: str) -> str:
        facet = FACETS[name]
        if self.has_bits(name):
            counted = self.bits.facet(name, facet.without)
            return f"{counted} UNION ALL {self.from_touched(name)}" if self.bits.base.touched else counted
        if self.criteria.is_counted(facet.without):
            source, conditions = self.from_cells(facet.without, BITS.get(facet.column, 0))
            where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        else:
            source, where = ROWS.format(name=self.from_rows(facet.without)), ""
        return self.grouped(name, source, where)

    def from_touched(self, name: str) -> str:
        """The rows written since the bits."""
        left_out = FACETS[name].without & {*self.criteria.asked, "freshness"}
        table = "_".join(("since", *sorted(left_out)))
        rows = since(self.criteria, left_out).values_list(*COLUMNS)
        self.tables.setdefault(table, f"{table} AS MATERIALIZED ({self.compiled(rows)})")
        return self.grouped(name, ROWS.format(name=table))

    def grouped(self, name: str, source: str, where: str = "") -> str:
        column = FACETS[name].column
        if column == "root":
            self.tables["roots"] = ROOTS
            source += " JOIN roots ON roots.id = lead_id"
        return (
            f"SELECT '{name}', {column}::text, sum(count)::bigint FROM {source}{where}"  # noqa: S608
            " GROUP BY 2 HAVING sum(count) <> 0"
        )


def count(criteria, *names: str) -> Counts:
    """The figures of these facets, in one query; sets of axes, when asked for, tell how many projects there are."""
    statement = Statement(criteria)
    asked = [name for name in names if name != "count" or "masks" not in names]
    selects = " UNION ALL ".join(statement.facet(name) for name in asked)
    if not known.exist:
        today = statement.value(criteria.today)
        selects += f" UNION ALL SELECT 'bits', NULL, count(*) FROM partners_projectbase WHERE day = {today}"  # noqa: S608
    by: dict[str, dict[str, int]] = {name: {} for name in (*names, "bits")}
    for name, value, number in statement.fetched(f"WITH {', '.join(statement.tables.values())} {selects}"):
        by[name][value] = by[name].get(value, 0) + number
    seen = by.pop("bits").get(None)
    known.exist = known.exist or bool(seen)
    if "count" in names and "count" not in asked:
        by["count"] = {None: sum(by["masks"].values())} if by["masks"] else {}
    whole = (name for name in names if statement.has_bits(name) or criteria.is_counted(FACETS[name].without))
    short = (name for name in names if sum(by[name].values()) <= ROWS_COUNTED)
    return Counts(by, frozenset((*whole, *short)))
