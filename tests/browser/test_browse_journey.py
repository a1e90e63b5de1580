"""From the one search box to an organisation, by keyboard alone, then the same by the map."""

import re

import pytest

from tests.browser.keyboard import press, tab_to
from tests.query_table import query_world  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db, request):
    return request.getfixturevalue("query_world")


def test_a_reader_goes_from_the_search_box_to_an_organisation_by_keyboard(live_portal, page, world):
    page.goto(live_portal.url)
    tab_to(page, "q")
    page.keyboard.type("inclusion numérique à Brest")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche/?q=*")
    assert page.locator("h1").is_visible()
    press(page, "La Halle aux écrans")
    page.wait_for_url("**/projets/halle/")
    assert page.locator("h1").inner_text() == "La Halle aux écrans"
    press(page, "Atelier du Vallon")
    page.wait_for_url("**/annuaire/atelier/")
    assert page.locator("h1").inner_text() == "Atelier du Vallon"
    press(page, "Charte")
    page.wait_for_url("**/charte/")


def test_filters_are_ticked_and_removed_by_keyboard(live_portal, page, world):
    page.goto(f"{live_portal.url}/projets/")
    assert page.locator(".rows > li").count() == 6
    tab_to(page, "axis")
    page.keyboard.press("Space")  # with JavaScript a ticked box applies by itself; without, « Appliquer » does
    page.wait_for_url(re.compile(r"axis=1"))
    titles = page.locator(".rows > li h3, .rows > li h2").all_inner_texts()
    assert sorted(titles) == ["Café des voisins", "Le Phare"]
    chip = page.get_by_role("link", name=re.compile("Retirer le filtre"))
    chip.press("Enter")
    page.wait_for_url(re.compile(r"/projets/\??$"))
    assert page.locator(".rows > li").count() == 6


def test_the_map_leads_to_the_list_of_a_department_and_both_show_the_same_set(live_portal, page, world):
    page.goto(f"{live_portal.url}/projets/")
    page.locator("svg a[href*='department=29']").first.click()
    page.wait_for_url(re.compile(r"department=29"))
    titles = page.locator(".rows > li h3, .rows > li h2").all_inner_texts()
    assert sorted(titles) == ["La Halle aux écrans", "Le Phare"]
    page.goto(f"{live_portal.url}/projets/carte/?department=29")
    assert page.get_by_role("link", name=re.compile("Finistère")).first.is_visible()
