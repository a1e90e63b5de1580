"""The criteria as operations on bits (partners.models.project_bits): « or » within a parameter, « and » among them.

A table of bits is SQL that gives (chunk, bits). What was written since the bits is masked out of them and read from
the rows instead, so that figures are exact at any instant, for any filters together, in about the same time.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import connection

from partners.filters import geo, tiles
from partners.filters.tsquery import Node, tree
from partners.models import ProjectIndex
from partners.models.project_bits import CHUNK, CHUNK_BITS, ProjectTouched

MANY_TOUCHED = 2_000
MANY_LEADS = 12
LED = frozenset({"kind", "network", "signatory"})
"""Parameters about the organisation that leads: cells tell them apart at a price, no index has them in order."""
BANDS = {"confirmed": "0", "to_confirm": "1", "stale": "2"}
FACETS = {
    "axis": "axis", "departments": "department", "map": "department", "status": "state", "freshness": "band",
    "network": "root",
}  # fmt: skip
"""Facet → the name under which its values have bits; « count » has none."""
NONE = f"0::bit({CHUNK})::varbit"
SPAN = "span (first, last) AS MATERIALIZED (SELECT first_chunk, last_chunk FROM partners_projectbase)"
STATE = """
SELECT (SELECT count(*) FROM (SELECT FROM partners_projecttouched LIMIT %(many)s) AS touched),
    EXISTS (SELECT FROM partners_projecttouched WHERE project_id IS NULL), websearch_to_tsquery('fr', %(words)s)::text
FROM partners_projectbase WHERE day = %(day)s
"""


@dataclass(frozen=True)
class Base:
    """The bits that answer some criteria: whether anything was touched since, the tree of words.

    ``leads``: parameter → (its values that have bits, leads to add, leads to take away).
    """

    touched: bool
    words: Node | None = None
    leads: dict[str, tuple[list[str], list[int], list[int]]] = field(default_factory=dict)


class Known:
    """Whether bits were seen lately: where there are none, nobody asks for them. Other figures tell on their way."""

    exist = False


known = Known()


def base_of(criteria) -> Base | None:
    """None when the bits cannot answer: few projects, another day, too much written since, words at a distance."""
    if not known.exist:
        return None
    with connection.cursor() as cursor:
        given = {"many": MANY_TOUCHED + 1, "words": criteria.q.searched, "day": criteria.today}
        cursor.execute(STATE, given)
        found = cursor.fetchone()
    known.exist = found is not None
    if found is None or found[0] > MANY_TOUCHED or found[1]:
        return None
    words = tree(found[2])
    if words and has_near(words):
        return None
    leads = {name: leads_of(criteria, name) for name in ("network", "signatory") if getattr(criteria, name)}
    if any(each is None for each in leads.values()):
        return None
    return Base(bool(found[0]), words, leads)


def has_near(words: Node) -> bool:
    return words.kind == "near" or any(has_near(each) for each in words.parts)


def leads_of(criteria, name: str) -> tuple[list[str], list[int], list[int]] | None:
    """Which values have bits, and how the leads asked for differ from those; None when they differ much."""
    stored = "within" if name == "network" else name
    values = [str(key) for key in criteria.keys(name)]
    statement = """
        WITH had (value, id) AS (
            SELECT value, unnest(leads) FROM partners_projectgroup WHERE name = %s AND value = ANY(%s)),
        has (id) AS ({now})
        SELECT ARRAY(SELECT DISTINCT value FROM had), ARRAY(SELECT id FROM has EXCEPT SELECT id FROM had),
            ARRAY(SELECT id FROM had EXCEPT SELECT id FROM has)"""
    sql, params = criteria.leads(name).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement.format(now=sql), [stored, values, *params])
        having, added, gone = cursor.fetchone()
    return None if len(added) + len(gone) > MANY_LEADS else (having, added, gone)


class Bits:
    """Tables of bits among the common tables of a statement (``partners.filters.counting.Statement``)."""

    def __init__(self, statement):
        self.statement = statement
        self.criteria = statement.criteria
        self.base: Base = statement.criteria.bits

    def table(self, name: str, sql: str) -> str:
        self.statement.tables.setdefault(name, f"{name} (chunk, bits) AS MATERIALIZED ({sql})")
        return name

    def stored(self, name: str, values: Collection[str]) -> str:
        given = [str(value) for value in values]
        if len(given) == 1:
            return (
                f"SELECT chunk, bits FROM partners_projectbits WHERE name = '{name}' "  # noqa: S608
                f"AND value = {self.statement.value(given[0])}"
            )
        return (
            f"SELECT chunk, bit_or(bits) FROM partners_projectbits WHERE name = '{name}' "  # noqa: S608
            f"AND value = ANY({self.statement.value(given)}) GROUP BY chunk"
        )

    def of_slots(self, slots: str) -> str:
        """The bits of the slots that ``slots``, SQL, selects."""
        return (
            f"SELECT slot >> {CHUNK_BITS}, bit_or(set_bit({NONE}, slot & {CHUNK - 1}, 1)) "  # noqa: S608
            f"FROM ({slots}) AS found(slot) GROUP BY 1"
        )

    def of_rows(self, rows) -> str:
        """The bits of rows of the project index."""
        found = self.statement.compiled(rows.order_by().values_list("pk"), ("project_id",))
        return self.of_projects(found)

    def of_projects(self, found: str) -> str:
        """The bits of the few projects that ``found``, SQL, selects; each slot by its key."""
        return self.of_slots(
            f"SELECT slot FROM ({found} OFFSET 0) AS found(key), "  # noqa: S608
            "LATERAL (SELECT slot FROM partners_projectslot WHERE project_id = key OFFSET 0) AS slots"
        )

    def both(self, *tables: str) -> str:
        """Chunks that stand in all: counted, not joined, for the planner cannot know how many rows a join would try."""
        if len(tables) == 1:
            return f"SELECT chunk, bits FROM {tables[0]}"  # noqa: S608
        every = " UNION ALL ".join(f"SELECT chunk, bits FROM {each}" for each in tables)  # noqa: S608
        return f"SELECT chunk, bit_and(bits) FROM ({every}) AS each GROUP BY chunk HAVING count(*) = {len(tables)}"  # noqa: S608

    def either(self, *tables: str) -> str:
        every = " UNION ALL ".join(f"SELECT chunk, bits FROM {each}" for each in tables)  # noqa: S608
        return f"SELECT chunk, bit_or(bits) FROM ({every}) AS each GROUP BY chunk"  # noqa: S608

    def except_(self, table: str, other: str) -> str:
        return (
            f"SELECT chunk, coalesce({table}.bits & ~{other}.bits, {table}.bits) "  # noqa: S608
            f"FROM {table} LEFT JOIN {other} USING (chunk)"
        )

    @property
    def live(self) -> str:
        return self.table("live", self.stored("live", [""]))

    def demanded(self, name: str) -> str:
        """The table of what one parameter demands."""
        criteria = self.criteria
        demands = {
            "q": lambda: self.word(self.base.words),
            "axis": lambda: self.axes("axis"),
            "stake": lambda: self.axes("stake"),
            "network": lambda: self.led("network", "within"),
            "signatory": lambda: self.led("signatory", "signatory"),
            "kind": lambda: self.table("g_kind", self.stored("kind", criteria.keys("kind"))),
            "status": lambda: self.table("g_status", self.stored("state", criteria.keys("status"))),
            "freshness": self.fresh,
            "commune": lambda: self.table(
                "g_commune", self.of_rows(ProjectIndex.objects.filter(commune__in=criteria.keys("commune")))
            ),
            "near": self.near,
        }
        if name in demands:
            return demands[name]()
        return self.table(f"g_{name}", self.stored(name, criteria.keys(name)))

    def axes(self, name: str) -> str:
        mask = self.criteria.mask(name)
        numbers = [number for number in range(mask.bit_length()) if mask >> number & 1]
        return self.table(f"g_{name}", self.stored("axis", numbers))

    def fresh(self) -> str:
        asked = {BANDS[each] for each in self.criteria.freshnesses}
        if asked == {"0", "1", "2"}:
            return self.live
        return self.table(
            "g_freshness", self.stored("listed", [""]) if asked == {"0", "1"} else self.stored("band", sorted(asked))
        )

    def led(self, name: str, stored: str) -> str:
        """Projects led by some organisations: those that have bits, then the few that have joined or left."""
        having, added, gone = self.base.leads[name]
        table = self.table(f"g_{name}", self.stored(stored, having))
        if added:
            few = self.table(f"g_{name}_in", self.of_rows(ProjectIndex.objects.filter(lead__in=added)))
            table = self.table(f"g_{name}_with", self.either(table, few)) if having else few
        if gone:
            few = self.table(f"g_{name}_out", self.of_rows(ProjectIndex.objects.filter(lead__in=gone)))
            table = self.table(f"g_{name}_without", self.except_(table, few))
        return table

    def near(self) -> str:
        """Whole runs, those that follow each other together, by the distance of their point."""
        criteria = self.criteria
        value = self.statement.value
        spans = tiles.ranges(geo.around(criteria.near, criteria.radius_km))
        lows, highs = (list(ends) for ends in zip(*spans, strict=True))
        lat, lon = value(criteria.near.lat), value(criteria.near.lon)
        return self.table(
            "g_near",
            f"""SELECT chunk, bit_or(substring({NONE}, 1, low) || substring(~{NONE}, 1, high - low)
                || substring({NONE}, 1, {CHUNK} - high))
            FROM (SELECT chunk, min(first) AS low, max(first + size) AS high FROM (
                SELECT chunk, first, size, first + size - sum(size) OVER (PARTITION BY chunk ORDER BY first) AS island
                FROM unnest({value(lows)}::bigint[], {value(highs)}::bigint[]) AS span(low, high)
                JOIN partners_projectrun ON tile BETWEEN low AND high
                WHERE {geo.SQL.format(lat=lat, lon=lon, radius=2 * geo.EARTH_RADIUS_KM)}
                    <= {value(criteria.radius_km)}) AS inside
            GROUP BY chunk, island) AS islands GROUP BY chunk""",  # noqa: S608
        )

    def word(self, node: Node | None, path: str = "w") -> str:
        if node is None:
            return self.table(path, f"SELECT 0, {NONE} WHERE false")
        if node.kind == "word":
            return self.table(path, self.one_word(node.text))
        parts = [self.word(each, f"{path}{at}") for at, each in enumerate(node.parts)]
        if node.kind == "not":
            return self.table(path, self.except_(self.live, parts[0]))
        return self.table(path, self.both(*parts) if node.kind == "&" else self.either(*parts))

    def one_word(self, word: str) -> str:
        """A common word has bits; the others are in few projects, found by their index."""
        value = self.statement.value(word)
        quoted = self.statement.value("'" + word.replace("\\", "\\\\").replace("'", "''") + "'")
        has_bits = f"EXISTS (SELECT FROM partners_projectwordbits WHERE word = {value})"
        few = self.of_projects(
            "SELECT project_id FROM partners_projectindex "  # noqa: S608
            f"WHERE partners_words(project_id, words) @@ {quoted}::tsquery AND NOT {has_bits}"
        )
        return f"SELECT chunk, bits FROM partners_projectwordbits WHERE word = {value} UNION ALL {few}"  # noqa: S608

    def hits(self, without: Collection[str] = ()) -> str:
        """The table of what the criteria ask, some parameters left out."""
        asked = [name for name in (*self.criteria.asked, "freshness") if name not in without]
        tables = list(dict.fromkeys(self.demanded(name) for name in dict.fromkeys(asked))) or [self.live]
        name = "h_" + "_".join(dict.fromkeys(tables))
        if len(tables) == 1 and not self.base.touched:
            return tables[0]
        table = self.table(name, self.both(*tables))
        if not self.base.touched:
            return table
        touched = self.table("touched", self.of_projects("SELECT DISTINCT project_id FROM partners_projecttouched"))
        return self.table(f"{name}_t", self.except_(table, touched))

    def facet(self, name: str, without: Collection[str]) -> str:
        hits = self.hits(without)
        if name == "count":
            return f"SELECT 'count', NULL, sum(bit_count(bits))::bigint FROM {hits} HAVING sum(bit_count(bits)) > 0"  # noqa: S608
        value = "(1::bigint << value::int)::text" if name == "axis" else "nullif(value, '')"
        return f"""SELECT '{name}', {value}, sum(bit_count(bits & {self.at(hits, "chunk")}))::bigint
            FROM partners_projectbits WHERE name = '{FACETS[name]}' GROUP BY value
            HAVING sum(bit_count(bits & {self.at(hits, "chunk")})) > 0"""  # noqa: S608

    def at(self, table: str, chunk: str) -> str:
        """The bits of a chunk, from an array: no join whose way the planner would have to guess."""
        array = f"all_{table}"
        self.statement.tables.setdefault("span", SPAN)
        self.statement.tables.setdefault(
            array,
            f"{array} (bits) AS MATERIALIZED (SELECT "  # noqa: S608
            "array_agg(CASE WHEN bit_count(bits) > 0 THEN bits END ORDER BY number) FROM span, "
            f"generate_series(first, last) AS number LEFT JOIN {table} ON chunk = number)",
        )
        return f"(SELECT bits FROM {array})[{chunk} - (SELECT first FROM span) + 1]"  # noqa: S608


def since(criteria, without: Collection[str] = ()):
    """The rows asked for among those written since the bits."""
    touched = ProjectTouched.objects.filter(project__isnull=False).order_by().values("project")
    return criteria.narrow(without=without).filter(pk__in=touched)
