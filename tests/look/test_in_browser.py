"""Home, legal pages and error pages in a real browser: axe, weight, width, keyboard, print."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from events.models import Convention
from tests import builders
from tests.look.test_guide import violations

NODES = "[...document.querySelectorAll('*')].filter(e => !e.parentElement?.closest('svg')).length"
PAGES = ["/", "/accessibilite/", "/mentions-legales/", "/confidentialite/", "/plan-du-site/", "/aide/", "/rien/"]

pytestmark = pytest.mark.django_db(transaction=True)


def fill():
    """Twelve axes, six projects with long titles, a Convention: the home page at its heaviest."""
    stake, start = builders.stake(), timezone.now() + timedelta(days=40)
    axes = [builders.axis(number=n, label="Ressources humaines et mobilités", stake=stake) for n in range(1, 13)]
    for number in range(6):
        title = f"Une ressourcerie itinérante dans les hameaux de la montagne {number}"
        builders.project(axes=axes[:3], title=title, commune=builders.commune(), lead=builders.organisation())
    Convention.objects.create(slug="c", title="Convention", state="published", starts_at=start, ends_at=start)


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_their_budget_and_axe_finds_nothing(live_portal, page, path):
    fill()
    sizes = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto(f"{live_portal.url}{path}")
    assert page.evaluate(NODES) <= 350
    assert len(sizes) <= 10
    assert sum(sizes) <= 120_000
    for scheme, width in product(("light", "dark"), (320, 768, 1280)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_tab_reaches_the_skip_link_and_the_focus_is_visible(live_portal, page):
    page.goto(f"{live_portal.url}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    for _ in range(12):
        page.keyboard.press("Tab")
        width = page.evaluate(
            "(() => { const a = document.activeElement, o = getComputedStyle(a.closest('.search') ?? a);"
            " return o.outlineStyle === 'none' ? 0 : parseFloat(o.outlineWidth) })()"
        )
        assert width >= 2


def test_nobody_tabs_through_the_map(live_portal, page):
    page.goto(f"{live_portal.url}/")
    reachable = "[...document.querySelectorAll('a, button, input, select, summary')].filter(e => e.tabIndex >= 0)"
    assert page.evaluate(f"{reachable}.filter(e => e.closest('svg')).length") == 0


def test_a_department_of_the_map_leads_to_its_projects(live_portal, page):
    page.goto(f"{live_portal.url}/")
    assert page.locator("svg a[href='/projets/?department=23']").count() == 1


def test_print_shows_the_text_and_hides_the_controls(live_portal, page):
    page.goto(f"{live_portal.url}/aide/")
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    assert not page.get_by_role("navigation", name="Pied de page").is_visible()


def test_the_page_obeys_its_own_security_policy(live_portal, page):
    page.goto(f"{live_portal.url}/")
    assert page.locator("[style], style, script:not([src])").count() == 0
