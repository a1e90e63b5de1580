"""The databases and the report of one run of the bench."""

import os

import pytest
from django.utils import timezone

from tests.bench.ground import CHOSEN, FOLDER, built, server


@pytest.fixture(scope="session")
def bases():
    """Size → its database. One server for the whole run: two could not share a folder."""
    with server() as address:
        yield {size: built(address, size) for size in CHOSEN}


@pytest.fixture(scope="session")
def largest(bases):
    """The largest of them."""
    return bases[CHOSEN[-1]]


@pytest.fixture(scope="session")
def report():
    lines: list[str] = []
    yield lines
    print("\n" + said(lines))


@pytest.fixture
def table(report):
    """Lines of the report; ``BENCH_DIR/performance.md`` holds those of the tests that have ended."""
    yield report
    (FOLDER / "performance.md").write_text(said(report))


def said(lines: list[str]) -> str:
    busy = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end"
    return "\n".join([f"`make bench`, {timezone.now():%Y-%m-%d}, {busy}.", *lines, ""])
