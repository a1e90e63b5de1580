"""A door without a mouse: Tab, Enter, Space and typing alone; the focus is never lost, results are told."""

import pytest
from playwright.sync_api import expect

from events.models.door_links import door_path
from tests.browser.keyboard import FOCUSED, press, tab_to
from tests.events.at_the_door import a_door, gathering, present, somebody

pytestmark = pytest.mark.django_db(transaction=True)
RESULT = "[data-door=result]"


@pytest.fixture
def door(live_portal, page):
    convention = gathering(capacity=9)
    convention.ana, convention.ben = somebody(convention), somebody(convention, "Ben Roux")
    convention.mona = somebody(convention, "Mona Diallo", status="waiting")
    page.goto(live_portal.url + door_path(a_door(convention)))
    page.wait_for_selector("#porte:not([hidden])")
    return convention


def told(page, word: str, name: str) -> None:
    """In the panel of results, which is a live region."""
    panel = page.locator(RESULT)
    assert panel.get_attribute("role") == "status"
    expect(panel).to_contain_text(name, timeout=10_000)
    expect(panel.locator("[data-word]")).to_have_text(word)


def to_take_back(page, name: str) -> None:
    tab_to(page, "Annuler")
    assert page.get_by_role("button", name=f"Annuler : {name}").evaluate("each => each === document.activeElement")


def backwards_to(page, words: str) -> None:
    """What stands above: Maj + Tab."""
    for _ in range(9):
        page.keyboard.press("Shift+Tab")
        if page.evaluate(FOCUSED).startswith(words):
            return
    raise AssertionError(f"the keyboard does not reach « {words} »")


def focused(page, words: str) -> None:
    page.wait_for_function(f"words => {FOCUSED}.startsWith(words)", arg=words)


def test_a_typed_code_a_name_and_a_walk_in_are_entered_without_a_mouse(page, door):
    assert page.locator("[data-door=network]").get_attribute("role") == "status"  # « Sans réseau » is read out
    tab_to(page, "code")
    page.keyboard.type(door.ana.code.lower())
    told(page, "Entrée", "Ana Le Goff")
    focused(page, "code")

    press(page, "Chercher par le nom")
    tab_to(page, "")  # the field has no name
    page.keyboard.type("roux")
    expect(page.locator("[data-door=found-words]")).to_have_text("1 personne")
    assert page.get_by_role("button", name="Entrer : Ben Roux").count() == 1
    press(page, "Entrer")
    told(page, "Entrée", "Ben Roux")
    assert page.evaluate("document.activeElement.id") == "nom"

    tab_to(page, "Sans billet")
    page.keyboard.press("Space")
    tab_to(page, "name")
    page.keyboard.type("Léo Passage")
    tab_to(page, "Faire entrer")
    page.keyboard.press("Space")
    told(page, "Entrée", "Léo Passage")
    focused(page, "Faire entrer")
    assert present(door) == ["Ana Le Goff", "Ben Roux", "Léo Passage"]


def test_an_entry_is_taken_back_and_somebody_let_in_anyway_and_the_focus_follows(page, door):
    tab_to(page, "code")
    page.keyboard.type(door.ana.code)
    told(page, "Entrée", "Ana Le Goff")
    to_take_back(page, "Ana Le Goff")
    page.keyboard.press("Space")
    told(page, "Entrée annulée", "Ana Le Goff")
    focused(page, "code")
    expect(page.locator("[data-door=present]")).to_have_text("0")

    page.keyboard.type(door.mona.code)
    told(page, "Pas d’entrée", "est sur la liste d’attente")
    backwards_to(page, "Faire entrer quand même")
    page.keyboard.press("Enter")
    told(page, "Entrée", "Mona Diallo")
    focused(page, "code")
    assert present(door) == ["Mona Diallo"]


def test_a_line_that_is_drawn_again_keeps_the_focus_of_its_button(page, door):
    tab_to(page, "code")
    page.keyboard.type(door.ana.code)
    told(page, "Entrée", "Ana Le Goff")
    to_take_back(page, "Ana Le Goff")
    page.evaluate("code => { const field = document.getElementById('code'); field.value = code; "
                  "field.dispatchEvent(new Event('input')) }", door.ben.code)  # fmt: skip
    told(page, "Entrée", "Ben Roux")
    focused(page, "Annuler")
