"""Every list, queue and timeline of both places at 100,000 rows of each noun: times, and queries as at 1,000."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256

import psycopg
import pytest

from alliance.running.prepare import TOP
from tests.bench.ground import FOLDER, SIZES, Base, fingerprint, heading

pytestmark = pytest.mark.bench
FEW, MANY = "1k", "100k"
MOST_MS, TIMES = 300, 20
MORNING = {"national": 12, "delegate": 10}
"""Queries of the first page: twelve at most."""
FILL = (TOP / "tests/bench/lists_ground.sql").read_text("utf-8")


@pytest.fixture(scope="module")
def walked(bases):
    """Size → who → what → its measure."""
    if not {FEW, MANY} <= bases.keys():
        pytest.skip(f"compares {FEW} with {MANY}")
    return {MANY: walk(filled(bases[MANY]), TIMES), FEW: walk(filled(bases[FEW]), 1)}


def filled(base: Base) -> Base:
    """A copy of the base, with as many rows of every noun; kept between runs."""
    bare, name = f"bench_{base.size}", f"lists_{base.size}"
    wanted = f"{fingerprint()} {sha256(FILL.encode()).hexdigest()}"
    with psycopg.connect(base.url.replace(bare, "postgres"), autocommit=True) as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if not found or found[0] != wanted:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {bare}")
            fill(base.url.replace(bare, name), SIZES[base.size])
            connection.execute(f"COMMENT ON DATABASE {name} IS '{wanted}'")
    return replace(base, url=base.url.replace(bare, name))


def fill(url: str, rows: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(FILL.replace(":rows", str(rows)))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def walk(base: Base, times: int) -> dict:
    """Kept whole in ``BENCH_DIR`` too, for whoever looks for where time goes."""
    command = [sys.executable, "-m", "tests.bench.lists", str(times)]
    environment = base.environment() | {"DJANGO_SETTINGS_MODULE": "alliance.settings"}
    output = subprocess.run(command, cwd=TOP, env=environment, check=True, capture_output=True, text=True).stdout
    (FOLDER / f"lists_{base.size}.json").write_text(output.splitlines()[-1])
    return json.loads(output.splitlines()[-1])


def of_everybody(measures: dict) -> dict[str, dict]:
    return {
        f"{who}: {name}": it
        for who, found in measures.items()
        if who != "forgotten"
        for name, it in found.items()
        if it["status"] == 200
    }


def uneven(few: dict, many: dict) -> dict[str, tuple]:
    """Those that ask more queries, or fewer, of many rows."""
    common = few.keys() & many.keys()
    pairs = {name: (few[name]["queries"], many[name]["queries"]) for name in common}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def late(found: dict[str, dict], measure: str) -> dict[str, float]:
    return {name: it[measure] for name, it in found.items() if it[measure] > MOST_MS}


def test_no_page_of_either_place_is_forgotten(walked):
    assert walked[MANY]["forgotten"] == [], "Say in tests/bench/list_routes.py which row fills their address."
    refused = {
        name: it["status"]
        for who, found in walked[MANY].items()
        if who != "forgotten"
        for name, it in found.items()
        if it["status"] not in (200, 302)
    }
    assert refused == {}
    assert len(of_everybody(walked[MANY])) > 900


def test_each_list_asks_as_many_queries_whatever_the_rows(walked):
    few, many = (of_everybody(walked[size]) for size in (FEW, MANY))
    assert len(few.keys() & many.keys()) > 800
    assert uneven(few, many) == {}
    assert {who: many[f"{who}: morning"]["queries"] for who in ("national", "delegate")} == MORNING


def test_each_list_answers_in_time(walked, table):
    """On a machine that does something else the clock says nothing: the processor's time is judged."""
    found = of_everybody(walked[MANY])
    measure = "work" if os.getloadavg()[0] > 1.5 else "p95"
    slowest = sorted(found.items(), key=lambda pair: -pair[1][measure])[:12]
    head = ("what", "p50 ms", "p95 ms", "processor, p95 ms", "queries")
    table += heading(f"Both places at {MANY}, the slowest of {len(found)}", *head)
    table += [f"| {name} | {it['p50']} | {it['p95']} | {it['work']} | {it['queries']} |" for name, it in slowest]
    assert late(found, measure) == {}


def test_a_list_that_reads_row_by_row_or_slowly_would_be_seen():
    good, bad = {"queries": 5, "p95": 200.0, "work": 150.0}, {"queries": 55, "p95": 301.0, "work": 300.5}
    assert uneven({"a": good, "b": good}, {"a": good, "b": bad}) == {"b": (5, 55)}
    assert late({"a": good, "b": bad}, "p95") == {"b": 301.0}
    assert late({"a": good, "b": bad}, "work") == {"b": 300.5}
