"""The bounds hold for every combination that a stranger tries, not only for those that somebody thought of."""

import json
import os
import subprocess
import sys

import pytest

from alliance.running.prepare import TOP
from tests.bench.ground import heading

pytestmark = pytest.mark.bench
MOST = {"text": 100, "facets": 40, "rare": 50, "clusters": 50}
BUSY = 1.5


@pytest.fixture(scope="module")
def tried(largest) -> dict[str, list]:
    command = [sys.executable, "-m", "tests.bench.any_query"]
    told = subprocess.run(command, cwd=TOP, env=largest.environment(), check=True, capture_output=True, text=True)
    return json.loads(told.stdout.splitlines()[-1])


@pytest.mark.parametrize("kind", MOST)
def test_any_combination_holds(tried, largest, table, kind):
    ranked = sorted(tried[kind], key=lambda row: -row[1])
    if kind == next(iter(MOST)):
        table += heading(
            f"Any combination at {largest.size}, drawn at random", "kind", "drawn", "p50 ms", "p95 ms", "most"
        )
    middle, late, worst = (ranked[int(len(ranked) * part)][1] for part in (0.5, 0.05, 0))
    table.append(f"| {kind} | {len(ranked)} | {middle:.1f} | {late:.1f} | {worst:.1f} |")
    print(f"\n{kind}: the worst of {len(ranked)} at {largest.size}")
    for query, taken in ranked[:10]:
        print(f"{taken:8.1f} ms  {query}")
    p95 = ranked[len(ranked) // 20][1]
    if p95 > MOST[kind] and os.getloadavg()[0] > BUSY:
        pytest.skip(f"the machine does something else, times are not judged: {p95:.0f} ms")
    assert p95 <= MOST[kind]
