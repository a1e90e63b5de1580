"""The query engine itself, on the database of ``DATABASE_URL``: times of each part, and what a dropped index costs.

``python -m tests.bench.probe`` prints JSON. Blocks (8 kB pages read, cached or not) do not depend on the
machine's load.
"""

import json
import os
import statistics
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
django.setup()

from django.db import ProgrammingError, connection, transaction  # noqa: E402
from django.http import QueryDict  # noqa: E402

from partners.api.clusters import features  # noqa: E402
from partners.filters import projects  # noqa: E402

TIMES = 20
FACETS = {
    "facets, no filter": "",
    "facets, an axis": "axis=4",
    "facets, région and axis": "region=53&axis=3",
    "facets, département": "department=29",
}
TEXTS = {
    "text, rare word": "q=brest",
    "text, common word": "q=jardin",
    "text, commonest word": "q=projet",
    "text, common word and région": "q=jardin&region=53",
    "text, commonest word, rare filters": "q=projet&axis=8&status=abandoned",
}
RARE = {
    "rare: Corse, abandoned, axis 8": "region=94&status=abandoned&axis=8",
    "rare: abandoned, axis 8": "status=abandoned&axis=8",
    "rare: an axis without project": "axis=12",
    "rare: département, idea, axis 3": "department=48&status=idea&axis=3",
}
OTHERS = {
    "commune": "commune=29019",
    "network": "network={network}",
    "network and axis": "network={network}&axis=4",
    "signatory": "signatory=current",
    "25 km around Paris": "near=48.8566,2.3522",
    "200 km around Paris": "near=48.8566,2.3522&radius_km=200",
    "by title": "ordering=title&region=53",
    "page 200": "",
    "text by title": "q=jardin&ordering=title",
    "text of the older half, commonest word": "q=projet&freshness=to_confirm",
    "text by title, page 200": "q=projet&ordering=title",
}
MAPS = {
    "clusters, zoom 5": (5, (-6, 41, 10, 51.5)),
    "clusters, zoom 7": (7, (-3, 45, 7, 51)),
    "clusters, zoom 10": (10, (1.5, 48.2, 3.2, 49.2)),
    "clusters, zoom 14": (14, (2.3, 48.82, 2.4, 48.88)),
    "clusters of an axis, zoom 9": (9, (1, 48, 4.5, 50)),
}
TRAPS = {
    "projectindex_recent": "",
    "projectindex_region": "region=94&status=abandoned",
    "projectindex_department": "department=48&status=abandoned",
    "projectindex_axes": "status=abandoned&axis=8",
    "projectindex_commune": "commune=29019",
    "projectindex_lead": "network={local}",
    "projectindex_words": "q=brest",
    "projectindex_tile": "near=48.3905,-4.486&radius_km=5",
}
"""Index → what only it makes quick, when rows answer."""
BRITTANY = (7, (-5.2, 47.2, -1, 48.9))
BIT_TRAPS = {
    "partners_projectbits_pkey": ("count", "axis=4&kind=local&status=abandoned"),
    "partners_projectwordbits_pkey": ("count", "q=jardin&region=53"),
    "partners_projectslot_pkey": ("page", "kind=local&region=94"),
    "partners_projectslot_project_id_key": ("count", "commune=29019&kind=local"),
    "projectindex_commune": ("count", "commune=29019&kind=local"),
    "projectrun_tile": ("map", "axis=4&kind=local"),
}
"""Index or key → what only it makes quick, when bits answer."""
TABLES = {"bits": "axis=4&kind=local", "wordbits": "q=jardin", "run": "near=48.3905,-4.486&radius_km=5",
    "slot": "q=jardin&ordering=title"}  # fmt: skip
"""Table of bits → what goes wrong, at once and aloud, without it."""


def criteria(query: str, names: dict[str, str]):
    return projects.parse(QueryDict(query.format(**names)))[0]


def keys(query: str, names: dict[str, str], first: int = 0) -> list[int]:
    found = criteria(query, names)
    found.counted()
    return found.keys_of(first, first + 50)


def whole(query: str, names: dict[str, str]) -> list[int]:
    """All that a list page asks: facets, count, map, keys."""
    found = criteria(query, names)
    assert found.facets
    return found.keys_of(0, 50)


def timed(act) -> dict[str, float]:
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    return {"p50": statistics.median(taken), "p95": sorted(taken)[int(TIMES * 0.95)], "blocks": blocks(act)}


def blocks(act) -> int:
    """8 kB pages that the statements of ``act`` read."""
    read = 0

    def explained(execute, sql, params, many, context):
        nonlocal read
        if sql.lstrip().upper().startswith(("SELECT", "WITH")):
            with context["connection"].cursor().cursor as raw:
                raw.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
                plan = raw.fetchone()[0][0]["Plan"]
                read += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        act()
    return read


def without(drop: str, act) -> int:
    """The same after the statement ``drop``; what it dropped is back afterwards."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(drop)
        found = blocks(act)
        transaction.set_rollback(True)
    return found


def trapped(index: str, found) -> tuple[int, int]:
    """The blocks that the keys of a page cost by rows, once counted, with the index and without."""
    found.__dict__["bits"] = None  # as for the first request of a process: rows answer
    assert found.counted()[0] > 0, index
    return blocks(lambda: found.keys_of(0, 50)), without(f"DROP INDEX {index}", lambda: found.keys_of(0, 50))


def by_bits(query: str) -> None:
    found = criteria(query, {})
    assert found.bits, query
    found.counted()
    found.keys_of(0, 50)
    features(found, BRITTANY[1], BRITTANY[0])


def bit_trap(name: str, part: str, query: str) -> tuple[int, int]:
    """The blocks that a count, page or map costs by bits with an index or key, and without; it is back afterwards."""

    def act():
        found = criteria(query, {})
        assert found.bits, query
        if part == "map":
            zoom, box = MAPS["clusters, zoom 10"]
            return features(found, box, zoom)
        found.counted()
        return found.keys_of(0, 50) if part == "page" else None

    table = "projectslot" if "slot" in name else name.removeprefix("partners_").removesuffix("_pkey")
    is_index = not name.startswith("partners_")
    drop = f"DROP INDEX {name}" if is_index else f"ALTER TABLE partners_{table} DROP CONSTRAINT {name}"
    return blocks(act), without(drop, act)


def is_loud(table: str, query: str) -> bool:
    """Whether the engine refuses to answer, rather than answer something else, when a table of bits is gone."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE partners_project{table}")
        try:
            with transaction.atomic():
                by_bits(query)
        except ProgrammingError:
            found = True
        else:
            found = False
        transaction.set_rollback(True)
    return found


def main() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, min(slug) FROM partners_organisation WHERE is_public GROUP BY kind")
        slugs = dict(cursor.fetchall())
    names = {"network": slugs["network"], "local": slugs["local"]}
    acts = {name: lambda q=query: criteria(q, names).facets for name, query in FACETS.items()}
    acts |= {name: lambda q=query: whole(q, names) for name, query in TEXTS.items()}
    acts |= {name: lambda q=query: keys(q, names) for name, query in (RARE | OTHERS).items()}
    acts["text by title, page 200"] = lambda: keys(OTHERS["text by title, page 200"], names, 9_950)
    acts["page 200"] = lambda: keys("", names, 9_950)
    for name, (zoom, box) in MAPS.items():
        query = "axis=4" if "axis" in name else ""
        acts[name] = lambda q=query, z=zoom, b=box: features(criteria(q, names), b, z)
    found = {name: timed(act) for name, act in acts.items()}
    traps = {index: trapped(index, criteria(query, names)) for index, query in TRAPS.items()}
    traps |= {f"bits: {name}, {query}": bit_trap(name, part, query) for name, (part, query) in BIT_TRAPS.items()}
    loud = {table: is_loud(table, query) for table, query in TABLES.items()}
    print(json.dumps({"parts": found, "traps": traps, "loud": loud}))


if __name__ == "__main__":
    main()
