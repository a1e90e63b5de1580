"""Ours, the stock way and the bare floor, in one run, on the same rows, server and machine, one client at a time."""

import json
import subprocess
import sys
from contextlib import ExitStack

import pytest

from alliance.running.prepare import TOP
from tests.bench.client import Asked, Measure, etag_of, measure, ratio
from tests.bench.ground import CHOSEN, Base, Web, heading, web

pytestmark = pytest.mark.bench
OURS, PEER, LIMIT = "alliance.wsgi:application", "tests.bench.peer_wsgi:application", "tests.bench.limit:application"
API = "/api/v1/projects/"
BOXES = {
    "clusters, zoom 5": "bbox=-6,41,10,51.5&zoom=5", "clusters, zoom 7": "bbox=-3,45,7,51&zoom=7",
    "clusters, zoom 10": "bbox=1.5,48.2,3.2,49.2&zoom=10", "clusters, zoom 14": "bbox=2.3,48.82,2.4,48.88&zoom=14",
}  # fmt: skip
WHOLE = "department=29"
LISTS = {
    "list": "", "filtered list": "?region=53&status=ongoing&axis=4", "text search": "?q=jardin",
    "text search, commonest word": "?q=projet",
}  # fmt: skip
OURS_OF = {name: API + query for name, query in LISTS.items()} | {
    **{name: f"{API}clusters/?{box}" for name, box in BOXES.items()},
    "organisation": "/api/v1/organisations/{slug}/",
    "export, one département": f"{API}?format=json&{WHOLE}",
}
PEER_OF = OURS_OF | {"export, one département": f"{API}whole/?{WHOLE}"}
LIMIT_OF = {name: API + query for name, query in LISTS.items()} | {
    "export, one département": f"{API}?format=json&{WHOLE}"
}
COLUMNS = (
    "ours p50 / p95 ms", "peer p50 / p95", "limit p50", "ours ÷ peer (rounds)", "ours ÷ limit", "CPU ms, ours / peer",
    "queries, ours / peer",
)  # fmt: skip
LEAST = {"list": 3, "filtered list": 3, "If-None-Match": 8}
"""How many times as many answers a second as the peer, at least, at every size."""


@pytest.mark.parametrize("size", CHOSEN)
def test_beside_the_peer_and_the_limit(bases, table, size):
    base = bases[size]
    with ExitStack() as stack:
        servers = [stack.enter_context(web(base, each)) for each in (OURS, PEER, LIMIT)]
        slug = organisation(servers[0])
        found = {name: beside(name, slug, *servers) for name in OURS_OF}
        found["If-None-Match"] = unchanged(*servers[:2], API + LISTS["filtered list"])
        memory = [each.memory_mb() for each in servers]
    sent = queries(base, slug)
    table += heading(f"{size}: beside the peer and the limit, one client", "what", *COLUMNS)
    table += [line(name, measures, sent.get(name, ("1", "—"))) for name, measures in found.items()]
    table += ["", "Memory at most, MB: ours {:.0f}, peer {:.0f}, limit {:.0f}.".format(*memory)]
    ratios = {name: ratio(found[name][0], found[name][1]).middle for name in LEAST}
    assert {name: round(ratios[name], 2) for name, least in LEAST.items() if ratios[name] < least} == {}


def organisation(served: Web) -> str:
    from urllib.request import urlopen

    with urlopen(served.url("/api/v1/organisations/?kind=network&page_size=1")) as response:
        return json.load(response)["results"][0]["slug"]


def beside(name: str, slug: str, ours: Web, peer: Web, limit: Web) -> list[Measure]:
    asked = [Asked(ours, OURS_OF[name].format(slug=slug)), Asked(peer, PEER_OF[name].format(slug=slug))]
    if name in LIMIT_OF:
        asked.append(Asked(limit, LIMIT_OF[name]))
    found = measure(*asked)
    assert {each.status for each in found} == {200}, name
    return found


def unchanged(ours: Web, peer: Web, path: str) -> list[Measure]:
    found = measure(*(Asked(each, path, {"If-None-Match": etag_of(each, path)}) for each in (ours, peer)))
    assert [each.status for each in found] == [304, 304]
    return found


def line(name: str, measures: list[Measure], sent: tuple) -> str:
    ours, peer, *limit = measures
    floor, share = (f"{limit[0].p50:.1f}", f"{ratio(ours, limit[0]).middle:.2f}") if limit else ("—", "—")
    return (
        f"| {name} | {ours.p50:.1f} / {ours.p95:.1f} | {peer.p50:.1f} / {peer.p95:.1f} | {floor} "
        f"| {ratio(ours, peer)} | {share} | {ours.cpu:.1f} / {peer.cpu:.1f} | {sent[0]} / {sent[1]} |"
    )


def queries(base: Base, slug: str) -> dict[str, tuple[int, int]]:
    asked = {who: {name: path.format(slug=slug) for name, path in each.items()} for who, each in WHO.items()}
    ours, peer = (inside(base, who, addresses)["queries"] for who, addresses in asked.items())
    return {name: (ours[name], peer[name]) for name in ours}


WHO = {"alliance.settings": OURS_OF, "tests.bench.peer_settings": PEER_OF}


def inside(base: Base, who: str, addresses: dict[str, str], *words: str) -> dict:
    """What tests/bench/inside.py says."""
    asked = [f"{name}={path}" for name, path in addresses.items()]
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.inside", *words, *asked]
    environment = base.environment() | {"DJANGO_SETTINGS_MODULE": who, "LOG_LEVEL": "ERROR"}
    done = subprocess.run(command, cwd=TOP, env=environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("size", CHOSEN)
def test_where_the_time_of_a_list_goes(bases, table, size):
    """In one process, without the web server: medians of each part."""
    base = bases[size]
    lists = {name: OURS_OF[name] for name in ("list", "filtered list")}
    layers = inside(base, "alliance.settings", lists, "--layers")["layers"]
    with web(base, OURS) as ours, web(base, LIMIT) as limit:
        asked = [Asked(each, OURS_OF[name]) for name in layers for each in (ours, limit)]
        nothing, *found = measure(Asked(limit, "/healthz"), *asked)
    table += heading(f"{size}: where the time of a list goes, ms", "part", *(f"{name} (share)" for name in layers))
    wholes = dict(zip(layers, found[::2], strict=True))
    table.append(f"| web server and client, nothing asked | {' | '.join([f'{nothing.p50:.2f}'] * len(layers))} |")
    for part in next(iter(layers.values())):
        cells = (f"{parts[part]:.2f} ({parts[part] / wholes[name].p50:.0%})" for name, parts in layers.items())
        table.append(f"| {part} | {' | '.join(cells)} |")
    table.append(f"| asked of the web server | {' | '.join(f'{each.p50:.2f}' for each in wholes.values())} |")
    table.append(f"| the limit, asked likewise | {' | '.join(f'{each.p50:.2f}' for each in found[1::2])} |")
    assert all(parts["whole"] >= parts["rows and JSON, one query"] for parts in layers.values())


@pytest.mark.parametrize("size", CHOSEN)
def test_facets_beside_one_group_by_for_each(bases, table, size):
    """In one process: pages show facets, no address of the API does."""
    found = inside(bases[size], "alliance.settings", {}, "--facets")["facets"]
    table += heading(f"{size}: facets, ms", "filters", "ours p50 / p95", "peer p50 / p95", "peer ÷ ours")
    for name, each in found.items():
        ours, peer = each["ours"], each["peer"]
        table.append(
            f"| {name} | {ours['p50']:.1f} / {ours['p95']:.1f} | {peer['p50']:.1f} / {peer['p95']:.1f} "
            f"| {peer['p50'] / ours['p50']:.1f} |"
        )
    assert found
