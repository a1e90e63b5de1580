"""The bounds hold for every combination that a stranger tries, not only for those that somebody thought of."""

import json
import os
import subprocess
import sys

import pytest

from alliance.running.prepare import TOP
from tests.bench.ground import SIZES, built, server

pytestmark = pytest.mark.bench
SIZE = os.environ.get("BENCH_SIZES", ",".join(SIZES)).split(",")[-1]
MOST = {"text": 100, "facets": 40, "rare": 50, "clusters": 50}
BUSY = 1.5


@pytest.fixture(scope="module")
def tried() -> dict[str, list]:
    with server() as address:
        base = built(address, SIZE)
        command = [sys.executable, "-m", "tests.bench.any_query"]
        told = subprocess.run(command, cwd=TOP, env=base.environment(), check=True, capture_output=True, text=True)
    return json.loads(told.stdout.splitlines()[-1])


@pytest.mark.parametrize("kind", MOST)
def test_any_combination_holds(tried, kind):
    ranked = sorted(tried[kind], key=lambda row: -row[1])
    print(f"\n{kind}: the worst of {len(ranked)} at {SIZE}")
    for query, taken in ranked[:10]:
        print(f"{taken:8.1f} ms  {query}")
    p95 = ranked[len(ranked) // 20][1]
    if p95 > MOST[kind] and os.getloadavg()[0] > BUSY:
        pytest.skip(f"the machine does something else, times are not judged: {p95:.0f} ms")
    assert p95 <= MOST[kind]
