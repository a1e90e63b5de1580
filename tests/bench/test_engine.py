"""Pages from the smallest size to the largest, the parts of the engine, and the planner's traps."""

import json
import os
import subprocess
import sys

import pytest

from alliance.running.prepare import TOP
from tests.bench.client import Asked, Measure, measure
from tests.bench.ground import CHOSEN, Base, heading, web
from tests.bench.test_beside import API, BOXES, LISTS, OURS, organisation

pytestmark = pytest.mark.bench
PAGES = {
    "page of projects": "/projets/", "page, text and facets": "/projets/?q=jardin", "page, an axis": "/projets/?axis=4",
    "organisation page": "/annuaire/{slug}/", "directory": "/annuaire/",
}  # fmt: skip
ANSWERS = {name: API + query for name, query in LISTS.items()} | {
    **{name: f"{API}clusters/?{box}" for name, box in BOXES.items()},
    "export, one département": f"{API}?format=csv&department=29",
}
MOST = {"facets": 40, "text": 100, "rare": 50, "clusters": 50}
TRAP = 3
"""Without its index, a query reads at least so many times more blocks."""


def test_pages_grow_little_from_the_smallest_to_the_largest(bases, table):
    found = {size: pages(base) for size, base in bases.items()}
    table += heading("Growth, p50 / p95 ms", "what", *found, "growth")
    first, last = found[CHOSEN[0]], found[CHOSEN[-1]]
    for name in first:
        times = " | ".join(f"{each[name].p50:.1f} / {each[name].p95:.1f}" for each in found.values())
        table.append(f"| {name} | {times} | {last[name].p50 / first[name].p50:.1f} |")
    assert last["page of projects"].p50 <= 2.5 * first["page of projects"].p50


def pages(base: Base) -> dict[str, Measure]:
    with web(base, OURS) as ours:
        slug = organisation(ours)
        asked = {name: Asked(ours, path.format(slug=slug)) for name, path in (PAGES | ANSWERS).items()}
        found = {name: measure(each)[0] for name, each in asked.items()}
    assert {name: each.status for name, each in found.items() if each.status != 200} == {}
    return found


@pytest.fixture(scope="module")
def probed(largest) -> dict:
    """What the engine says of itself on the largest base."""
    command = [sys.executable, "-m", "tests.bench.probe"]
    output = subprocess.run(
        command, cwd=TOP, env=largest.environment(), check=True, capture_output=True, text=True
    ).stdout
    return json.loads(output.splitlines()[-1])


def test_each_part_of_the_engine_holds(probed, table):
    parts = probed["parts"]
    table += heading(f"The engine at {CHOSEN[-1]}", "part", "p50 ms", "p95 ms", "blocks of 8 kB")
    table += [f"| {name} | {it['p50']:.1f} | {it['p95']:.1f} | {it['blocks']} |" for name, it in parts.items()]
    late = {
        name: round(it["p95"])
        for name, it in parts.items()
        for kind, most in MOST.items()
        if name.startswith(kind) and it["p95"] > most
    }
    if late and os.getloadavg()[0] > 1.5:
        pytest.skip(f"the machine does something else, times are not judged: {late}")
    assert late == {}


@pytest.mark.skipif("1M" not in CHOSEN, reason="the planner's traps need a million projects")
def test_without_its_index_each_trap_would_close(probed, table):
    traps = probed["traps"]
    table += heading("Planner traps: blocks read", "index", "with", "without")
    table += [f"| {name} | {kept} | {dropped} |" for name, (kept, dropped) in traps.items()]

    assert probed["loud"] == dict.fromkeys(probed["loud"], True)
    assert {name: kept for name, (kept, _) in traps.items() if kept > 8_000} == {}
    assert {name: both for name, both in traps.items() if both[1] < TRAP * both[0]} == {}
