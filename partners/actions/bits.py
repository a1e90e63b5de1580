"""Writing the bits of projects (partners.models.project_bits): whole, by a job, while readers and writers go on."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import batched

from django.db import connection, transaction
from django.utils import timezone

from alliance.lib.db import try_lock
from partners.models import Organisation, ProjectIndex
from partners.models.project import FRESH_MONTHS, STALE_MONTHS, months_before
from partners.models.project_bits import CHUNK, LARGE, ProjectBase, ProjectGroup, ProjectSlot, ProjectTouched

MANY_TOUCHED, MANY_MOVED = 500, 4
COMMON = 400
"""A word that one project in so many holds has bits; others are found one by one."""
SAMPLE = 20
BITS = [(at >> 3, 128 >> (at & 7)) for at in range(CHUNK)]
ORDERS = {
    "by_day": "confirmed_on DESC, id DESC", "by_start": "starts_on DESC NULLS LAST, id DESC", "by_title": "title, id",
}  # fmt: skip
"""Name of the digits → the order in which projects have their place (partners.filters.ranks)."""
COLUMNS = ("pk", "region", "department", "lead", "axes_mask", "state", "confirmed_on", "tile", "lat", "lon")
Groups = Mapping[str, Mapping[str, Collection[int]]]
Offsets = dict[tuple[str, str], list[int]]


def rewrite_bits(today: date, groups: Groups) -> bool:
    """All the bits again when they are of another day, when much was written since, or when ``groups`` have changed."""
    with transaction.atomic():
        if not try_lock("write bits") or not _is_needed(today, groups):
            return False
        write_bits(today, groups)
    return True


def _is_needed(today: date, groups: Groups) -> bool:
    touched = ProjectTouched.objects.all()
    if touched[MANY_TOUCHED - 1 : MANY_TOUCHED].exists() or touched.filter(project=None).exists():
        return True
    if not ProjectBase.objects.filter(day=today).exists():
        return ProjectBase.objects.exists() or ProjectIndex.objects.count() >= LARGE
    had = {(row.name, row.value): set(row.leads) for row in ProjectGroup.objects.filter(name__in=list(groups))}
    has = {(name, value): set(keys) for name, values in groups.items() for value, keys in values.items()}
    moved = (len(had.get(key, set()) ^ has.get(key, set())) for key in had.keys() | has.keys())
    return sum(moved) > MANY_MOVED


@transaction.atomic
def write_bits(today: date, groups: Groups) -> int:
    """All the bits again; ``groups`` are sets of lead organisations, name → value → keys. Returns how many projects.

    What is touched is forgotten before anything is read: a project written meanwhile is touched still.
    """
    ProjectTouched.objects.all().delete()
    first = (ProjectSlot.objects.order_by("-slot").values_list("slot", flat=True).first() or 0) // CHUNK + 1
    _forget()
    if ProjectIndex.objects.count() < max(1, LARGE):
        return 0
    found = trees() | groups
    ProjectGroup.objects.bulk_create(
        ProjectGroup(name=name, value=value, leads=sorted(keys))
        for name, values in found.items()
        for value, keys in values.items()
    )
    names, words, digits = _names_of_leads(found), _common_words(), _rank()
    rows = ProjectIndex.objects.order_by("tile", "lat", "lon", "pk").values_list(*COLUMNS)
    total = 0
    for chunk, part in enumerate(batched(rows.iterator(chunk_size=CHUNK), CHUNK), start=first):
        offsets = _offsets(part, names, _bands(today))
        lines = ((*name, chunk, bits) for name, bits in _bits(offsets))
        _copy("project_bits", ("name", "value", "chunk", "bits"), lines)
        lines = ((*name, chunk, bits) for *name, bits in _digits(part, digits))
        _copy("project_bits", ("name", "value", "chunk", "bits"), lines)
        lines = ((word, chunk, bits) for word, bits in _bits(_offsets_of_words(part, words)))
        _copy("partners_projectwordbits", ("word", "chunk", "bits"), lines)
        _copy("partners_projectslot", ("slot", "project_id", "confirmed_on"), _slots(chunk, part))
        _copy("partners_projectrun", ("chunk", "first", "size", "tile", "lat", "lon"), _runs(chunk, part))
        total += len(part)
    _put_in_order()
    ProjectBase.objects.create(day=today, first_chunk=first, last_chunk=chunk, built_at=timezone.now())
    _analyze()
    return total


def _forget() -> None:
    with connection.cursor() as cursor:
        for table in ("base", "group", "bits", "wordbits", "slot", "run"):
            cursor.execute(f"DELETE FROM partners_project{table}")  # noqa: S608


def _put_in_order() -> None:
    """The chunks of one value side by side, as they are read, not as they were written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO partners_projectbits (name, value, chunk, bits) "
            "SELECT name, value, chunk, bits FROM project_bits ORDER BY name, value, chunk"
        )


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE partners_projectbits, partners_projectwordbits, partners_projectslot, partners_projectrun"
        )


def trees() -> dict[str, dict[str, set[int]]]:
    """By kind, by each organisation that has others below it, and by network at the top of a tree."""
    rows = {key: (parent, kind) for key, parent, kind in Organisation.objects.values_list("pk", "parent", "kind")}
    kinds, within, roots = defaultdict(set), defaultdict(set), defaultdict(set)
    parents = {parent for parent, _ in rows.values() if parent}
    for key, (_, kind) in rows.items():
        chain = [key]
        while rows[chain[-1]][0]:
            chain.append(rows[chain[-1]][0])
        kinds[kind].add(key)
        for above in parents.intersection(chain):
            within[str(above)].add(key)
        if any(rows[each][1] == Organisation.Kind.NETWORK for each in chain):
            roots[str(chain[-1])].add(key)
    return {"kind": kinds, "within": within, "root": roots}


def _names_of_leads(groups: Groups) -> dict[int, list[tuple[str, str]]]:
    """Lead → the values that it stands in."""
    found = defaultdict(list)
    for name, values in groups.items():
        for value, keys in values.items():
            for key in keys:
                found[key].append((name, value))
    return found


def _common_words() -> frozenset[str]:
    """Words of so many projects that looking for them one by one would be slow; by a sample."""
    sampled = f"SELECT search FROM partners_project WHERE moderation = 'published' AND id % {SAMPLE} = 0"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sampled}) AS sampled")  # noqa: S608
        least = cursor.fetchone()[0] / COMMON
        cursor.execute("SELECT word FROM ts_stat(%s) WHERE ndoc >= %s", [sampled, least])
        return frozenset(word for (word,) in cursor.fetchall() if " " not in word)


def _bands(today: date) -> tuple[date, date]:
    return months_before(today, FRESH_MONTHS), months_before(today, STALE_MONTHS)


def _offsets(rows: Iterable[tuple], leads: Mapping[int, list[tuple[str, str]]], days: tuple[date, date]) -> Offsets:
    """Name and value → the places in the chunk of the projects that have it."""
    found: Offsets = defaultdict(list)
    six, twelve = days
    for at, (_, region, department, lead, mask, state, confirmed_on, *_) in enumerate(rows):
        band = "0" if confirmed_on > six else "1" if confirmed_on >= twelve else "2"
        names = [("live", ""), ("band", band), ("state", state), ("region", region or "")]
        names += [("department", department or ""), *leads.get(lead, ())]
        if band != "2":
            names.append(("listed", ""))
        for name in names:
            found[name].append(at)
        for number in range((mask or 0).bit_length()):
            if mask >> number & 1:
                found["axis", str(number)].append(at)
    return found


def _offsets_of_words(rows: Collection[tuple], words: frozenset[str]) -> dict[str, list[int]]:
    places = {row[0]: at for at, row in enumerate(rows)}
    found = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, array_to_string(tsvector_to_array(search), ' ') FROM partners_project WHERE id = ANY(%s)",
            [list(places)],
        )
        for key, text in cursor.fetchall():
            for word in words.intersection(text.split(" ")):
                found[word].append(places[key])
    return found


def _rank() -> int:
    """The place of each project in each order, for this transaction; how many binary digits a place has."""
    places = ", ".join(f"row_number() OVER (ORDER BY {order}) - 1 AS {name}" for name, order in ORDERS.items())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("DROP TABLE IF EXISTS project_place, project_bits")
        cursor.execute("CREATE TEMP TABLE project_bits (LIKE partners_projectbits) ON COMMIT DROP")
        cursor.execute(
            f"CREATE TEMP TABLE project_place ON COMMIT DROP AS SELECT id, {places} FROM partners_project "  # noqa: S608
            "WHERE moderation = 'published'"
        )
        cursor.execute("ALTER TABLE project_place ADD PRIMARY KEY (id)")
        cursor.execute("SELECT count(*) FROM project_place")
        return max(1, (cursor.fetchone()[0] - 1).bit_length())


def _digits(rows: Collection[tuple], digits: int) -> list[tuple[str, str, str]]:
    """For each order and each binary digit, the most significant first, which of these projects have it set.

    One that was published meanwhile has no place: it is touched, and read from the rows.
    """
    with connection.cursor() as cursor:
        sql = f"SELECT id, {', '.join(ORDERS)} FROM project_place WHERE id = ANY(%s)"  # noqa: S608
        cursor.execute(sql, [[row[0] for row in rows]])
        places = {key: each for key, *each in cursor.fetchall()}
    nowhere = [0] * len(ORDERS)
    found = []
    for number, name in enumerate(ORDERS):
        spelt = "".join(f"{places.get(row[0], nowhere)[number]:0{digits}b}" for row in rows)
        found += [(name, str(at), f"{spelt[at::digits]:0<{CHUNK}}") for at in range(digits)]
    return found


def _bits[Key](offsets: Mapping[Key, list[int]]) -> Iterator[tuple[Key, str]]:
    """As PostgreSQL reads them: « x0f80 »."""
    for key, held in offsets.items():
        bits = bytearray(CHUNK // 8)
        for at in held:
            byte, bit = BITS[at]
            bits[byte] |= bit
        yield key, f"x{bits.hex()}"


def _slots(chunk: int, rows: Iterable[tuple]) -> Iterator[tuple]:
    return ((chunk * CHUNK + at, row[0], row[6]) for at, row in enumerate(rows))


def _runs(chunk: int, rows: Iterable[tuple]) -> Iterator[tuple]:
    """Neighbours at one point, together; those without a point are in none."""
    point, first, size = None, 0, 0
    for at, row in enumerate((*rows, (None,) * len(COLUMNS))):
        if row[7:] != point:
            if point and point[0] is not None:
                yield chunk, first, size, *point
            point, first, size = row[7:], at, 0
        size += 1


def _copy(table: str, columns: Iterable[str], lines: Iterable[tuple]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for line in lines:
            copy.write_row(line)
