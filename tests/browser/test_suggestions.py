"""The search box at the top of every page: offers while one types, by keyboard or pointer, told to screen readers."""

import pytest

from tests import builders
from tests.look.test_guide import violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    builders.organisation(slug="brestoise", name="La Brestoise", kind="network")
    builders.commune()


def typed(page, live_portal, path="/aide/"):
    page.goto(f"{live_portal.url}{path}")
    box = page.get_by_role("searchbox", name="Rechercher").or_(page.get_by_role("combobox", name="Rechercher")).first
    box.press_sequentially("brest")
    page.get_by_role("listbox", name="Propositions").wait_for()
    return page.get_by_role("combobox")


def test_arrows_choose_enter_opens_and_each_thing_says_its_kind(live_portal, page, world):
    box = typed(page, live_portal)
    offers = page.get_by_role("option")
    assert offers.all_inner_texts() == ["La Brestoise\nRéseau national", "Brest (29)\nCommune"]
    assert page.get_by_role("status").last.inner_text() == "2 propositions, Entrée pour chercher partout"
    assert (box.get_attribute("aria-expanded"), box.get_attribute("aria-activedescendant")) == ("true", None)
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == offers.first.get_attribute("id")
    assert offers.first.get_attribute("aria-selected") == "true"
    box.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowUp")
    assert violations(page) == []
    with page.expect_navigation():
        box.press("Enter")
    assert page.url == f"{live_portal.url}/projets/?commune=29019"


def test_the_pointer_opens_too_and_escape_closes_without_losing_what_was_typed(live_portal, page, world):
    box = typed(page, live_portal)
    box.press("Escape")
    assert page.get_by_role("listbox").count() == 0
    assert (box.input_value(), box.get_attribute("aria-expanded")) == ("brest", "false")
    box.press_sequentially("o")
    with page.expect_navigation():
        page.get_by_role("option").first.click()
    assert page.url == f"{live_portal.url}/annuaire/brestoise/"


def test_enter_without_a_choice_searches_everything_as_without_a_script(live_portal, page, world):
    box = typed(page, live_portal, "/")
    with page.expect_navigation():
        box.press("Enter")
    assert page.url == f"{live_portal.url}/recherche/?q=brest"


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_offers_stay_on_the_screen(live_portal, page, world, width):
    page.set_viewport_size({"width": width, "height": 700})
    typed(page, live_portal, "/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_role("option").first.bounding_box()["height"] >= 44
