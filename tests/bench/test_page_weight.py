"""Every public page at its largest size, in a real browser as cold as a first visit: EcoIndex, weight, first sight.

The line is that of Lighthouse's slow 4G (1.6 Mb/s, 150 ms there and back) and the processor is slowed four times.
"""

from dataclasses import dataclass

import psycopg
import pytest

from tests.bench.ground import Web, heading, web
from tests.browser import ecoindex
from tests.browser.test_public_pages import PLAIN
from tests.look.test_in_browser import NODES

pytestmark = pytest.mark.bench
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
SLOWER = 4
MOST = {"elements": 350, "requests": 10, "kilobytes": 120, "script": 30, "seconds": 2.5}
TRIES = 3
WATCH = """
    window.seen = 0;
    new PerformanceObserver((list) => { for (const each of list.getEntries()) window.seen = each.startTime; })
        .observe({ type: "largest-contentful-paint", buffered: true });
"""
# The fullest of each noun.
FULLEST = {
    "/annuaire/{}/": """SELECT slug FROM partners_organisation o WHERE is_public ORDER BY
        (SELECT count(*) FROM partners_projectindex i WHERE i.lead_id = o.id) DESC, id LIMIT 2""",
    "/projets/{}/": """(SELECT slug FROM partners_project WHERE moderation = 'published' AND is_demo
        ORDER BY length(description) DESC, id LIMIT 1) UNION ALL (SELECT p.slug FROM partners_project p
        JOIN partners_projectpartner x ON x.project_id = p.id GROUP BY p.id ORDER BY count(*) DESC, p.id LIMIT 1)""",
    "/projets/{}/signaler/": "SELECT min(slug) FROM partners_project WHERE moderation = 'published'",
    "/conventions/{}/": "SELECT slug FROM events_convention WHERE state <> 'draft'",
    "/verifier/{}/": "SELECT min(code) FROM charter_signature",
    "/alertes/{}/confirmer/": "SELECT min(public_id::text) FROM partners_alert",
    "/alertes/{}/arreter/": "SELECT min(public_id::text) FROM partners_alert",
}


@dataclass(frozen=True)
class Page:
    """``kilobytes`` and ``script`` as transferred; ``seconds`` until the largest thing was seen."""

    status: int
    elements: int
    requests: int
    kilobytes: float
    script: float
    seconds: float

    @property
    def score(self) -> int:
        return ecoindex.score(elements=self.elements, requests=self.requests, kilobytes=self.kilobytes)

    def faults(self) -> list[str]:
        found = [f"{name} {getattr(self, name):.1f}" for name, most in MOST.items() if getattr(self, name) > most]
        found += [f"answers {self.status}"] if self.status >= 500 else []
        letter = ecoindex.grade(self.score)
        return found if letter == "A" else [*found, f"grade {letter}"]


@pytest.fixture(scope="module")
def served(largest):
    with web(largest, "alliance.wsgi:application") as running:
        yield largest, running


def addresses(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        found = [
            path.format(value)
            for path, query in FULLEST.items()
            for (value,) in connection.execute(query).fetchall()
            if value
        ]
    return [*PLAIN, *found]


def look(browser, running: Web, path: str) -> Page:
    """One first visit."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
    page, sizes, script = context.new_page(), [], []

    def count(request):
        size = request.sizes()
        (script if request.resource_type == "script" else sizes).append(
            size["responseBodySize"] + size["responseHeadersSize"]
        )

    page.on("requestfinished", count)
    page.add_init_script(WATCH)
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", LINE)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    response = page.goto(running.url(path), wait_until="networkidle", timeout=60_000)
    found = Page(
        status=response.status,
        elements=page.evaluate(NODES),
        requests=len(sizes) + len(script),
        kilobytes=sum(sizes + script) / 1000,
        script=sum(script) / 1000,
        seconds=page.evaluate("window.seen") / 1000,
    )
    context.close()
    return found


def best(browser, running: Web, path: str) -> Page:
    """What the machine does besides may slow a visit: the best of a few."""
    found = look(browser, running, path)
    for _ in range(TRIES - 1):
        if found.seconds <= MOST["seconds"]:
            return found
        found = min(found, look(browser, running, path), key=lambda page: page.seconds)
    return found


def test_every_public_page_has_grade_a_and_is_seen_soon(served, table, browser):
    base, running = served
    found = {path: best(browser, running, path) for path in addresses(base.url)}
    heaviest = sorted(found.items(), key=lambda item: item[1].score)[:5]
    slowest = sorted(found.items(), key=lambda item: -item[1].seconds)[:5]
    title = f"{len(found)} public pages at {base.size}, cold, 1.6 Mb/s, 150 ms, processor ÷ {SLOWER}: the worst"
    table += heading(title, "page", "EcoIndex", "elements", "requests", "kB", "of script", "seen after, s")
    for path, page in dict(heaviest + slowest).items():
        table.append(
            f"| {path} | {page.score} | {page.elements} | {page.requests} | {page.kilobytes:.0f} | {page.script:.1f} "
            f"| {page.seconds:.2f} |"
        )
    assert len(found) > 70
    assert {path: page.faults() for path, page in found.items() if page.faults()} == {}


def test_control_a_page_that_is_too_heavy_or_late_is_told():
    light = Page(200, 340, 9, 41.0, 3.8, 1.2)
    assert (light.score, light.faults()) == (82, [])
    heavy = Page(503, 600, 30, 400.0, 60.0, 3.1)
    assert len(heavy.faults()) == 7
