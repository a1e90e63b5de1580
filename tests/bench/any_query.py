"""Whatever a stranger combines: filters, words and zooms drawn at random, always the same, on ``DATABASE_URL``.

``python -m tests.bench.any_query`` prints JSON: kind → [[query, ms], …]. A kind is judged by the least of two tries,
so that what else the machine does weighs less.
"""

import json
import os
import random
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.http import QueryDict  # noqa: E402

from partners.api.clusters import features  # noqa: E402
from partners.filters import projects  # noqa: E402

SEED, DRAWN = 2014, int(os.environ.get("BENCH_DRAWN", "120"))
RARE = 200
TOWNS = ["48.8566,2.3522", "48.3905,-4.486", "45.76,4.83", "43.3,5.37", "-20.88,55.45"]
VALUES = """
SELECT 'region', array_agg(DISTINCT region_id) FROM partners_projectindex WHERE region_id IS NOT NULL UNION ALL
SELECT 'department', array_agg(DISTINCT department_id) FROM partners_projectindex WHERE department_id IS NOT NULL
UNION ALL SELECT 'network', array_agg(slug::text) FROM partners_organisation WHERE kind = 'network' AND is_public
UNION ALL SELECT 'axis', array_agg(number::text) FROM partners_axis WHERE valid_to IS NULL
UNION ALL SELECT 'commune', array_agg(code::text) FROM (SELECT code FROM partners_commune ORDER BY md5(code) LIMIT 40) c
"""
WORDS = """
(SELECT shown FROM partners_vocabularyword ORDER BY uses DESC, word LIMIT 150) UNION ALL
(SELECT shown FROM (SELECT shown FROM partners_vocabularyword ORDER BY md5(word) LIMIT 100) AS others)
"""
FIXED = {
    "status": ["idea", "ongoing", "done", "abandoned"], "freshness": ["confirmed", "to_confirm", "stale"],
    "kind": ["network", "regional", "local", "authority"], "signatory": ["current", "pending", "former", "none"],
    "near": TOWNS,
}  # fmt: skip


def drawn(dice: random.Random, values: dict[str, list[str]], words: list[str], *, text: bool) -> str:
    """A query string: some parameters, some repeated; with one to three words when ``text``."""
    names = dice.sample(sorted(values), dice.choice([1, 1, 2, 2, 3, 4]))
    pairs = [(name, value) for name in names for value in dice.sample(values[name], dice.choice([1, 1, 1, 2]))]
    pairs = [pair for at, pair in enumerate(pairs) if pair[0] != "near" or "near" not in dict(pairs[:at])]
    if "near" in names:
        pairs.append(("radius_km", dice.choice(["5", "25", "100", "200"])))
    if text:
        joined = dice.choice([" ", " ", " OR ", " -"]).join(dice.sample(words, dice.choice([1, 1, 2, 3])))
        pairs.append(("q", joined))
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value)
    return query.urlencode()


def criteria(query: str):
    return projects.parse(QueryDict(query))[0]


def page(query: str) -> bool:
    """All that a list page asks; whether few projects match."""
    found = criteria(query)
    assert found.facets
    found.keys_of(0, 50)
    return found.counts.count <= RARE


def few(query: str) -> None:
    found = criteria(query)
    found.counted()
    found.keys_of(0, 50)


def clusters(query: str, zoom: int, box: tuple) -> None:
    features(criteria(query), box, zoom)


def box_of(dice: random.Random, zoom: int) -> tuple[float, float, float, float]:
    """A screen of 1,280 by 800 pixels somewhere in France."""
    lon, lat = dice.choice([(2.35, 48.85), (-4.5, 48.4), (4.8, 45.8), (dice.uniform(-4, 7), dice.uniform(43, 50))])
    wide = 360 * 1280 / 256 / 2**zoom
    return max(-180, lon - wide / 2), max(-85, lat - wide / 5), min(180, lon + wide / 2), min(85, lat + wide / 5)


def least(act) -> float:
    taken = []
    for _ in range(2):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    return min(taken)


def main() -> None:
    dice = random.Random(SEED)
    with connection.cursor() as cursor:
        cursor.execute(VALUES)
        values = FIXED | {name: sorted(found) for name, found in cursor.fetchall()}
        cursor.execute(WORDS)
        words = [word for (word,) in cursor.fetchall()]
    found: dict[str, list] = {"text": [], "facets": [], "rare": [], "clusters": []}
    for _ in range(DRAWN):
        query = drawn(dice, values, words, text=True)
        found["text"].append((query, least(lambda q=query: page(q))))
        query = drawn(dice, values, words, text=False)
        found["facets"].append((query, least(lambda q=query: criteria(q).facets)))
        if page(query):
            found["rare"].append((query, least(lambda q=query: few(q))))
        query, zoom = drawn(dice, values, words, text=dice.random() < 0.5), dice.randint(4, 18)
        box = box_of(dice, zoom)
        found["clusters"].append((f"{query} zoom={zoom}", least(lambda q=query, z=zoom, b=box: clusters(q, z, b))))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
