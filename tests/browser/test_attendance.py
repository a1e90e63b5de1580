"""The day of a Convention in the back office, in a real browser: the page renews itself under somebody's hands."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from events.actions.entries import check_in
from events.actions.tables import prepare_tables
from events.models import Convention, Door, WorkshopTable
from tests import builders
from tests.browser.keyboard import press, tab_to
from tests.browser.test_agreements import enter
from tests.browser.test_project_journey import holds
from tests.events import wishing
from tests.events.at_the_door import a_door, gathering, present, somebody

pytestmark = pytest.mark.django_db(transaction=True)


def come(door, registration=None, **fields) -> None:
    at = timezone.now()
    check_in(door=door, found=registration, **{"key": uuid4(), "means": "scan", "at": at, "happened_at": at} | fields)


def renew(page) -> None:
    with page.expect_response(lambda response: "hx-request" in response.request.headers):
        page.evaluate("void htmx.ajax('GET', location.pathname, {source: '#direct', target: '#direct'})")


def test_what_is_typed_and_where_one_stands_stay_when_the_page_renews(live_portal, page):
    door = a_door(gathering(slug="c27"))
    come(door, said="2222", is_inside=True)
    enter(page, builders.staff(), live_portal.url)
    page.goto(f"{live_portal.url}/gestion/conventions/c27/accueil/")
    code, undo = (
        page.locator("#direct").get_by_label("Code du billet"),
        page.get_by_role("button", name="Annuler l’entrée de 2222"),
    )
    code.fill("ABCD")
    undo.focus()
    come(door, somebody(door.convention))
    renew(page)
    page.get_by_text("1 personne présente").wait_for()
    assert code.input_value() == "ABCD"
    assert undo.evaluate("each => each === document.activeElement")


@pytest.fixture
def allotted(live_portal):
    """Places of workshops were given, and the day has come; a door is open."""
    convention = wishing.gathering(slug="c27")
    wishing.someone(convention, "A")
    wishing.published(convention)
    Convention.objects.filter(pk=convention.pk).update(starts_at=timezone.now() - timedelta(hours=1))
    a_door(convention)
    return convention


def test_the_desk_holds_at_every_width_moving_and_paused(live_portal, page, allotted):
    enter(page, builders.staff(), live_portal.url)
    desk = f"{live_portal.url}/gestion/conventions/c27/accueil/"
    page.goto(desk)
    holds(page)
    page.get_by_role("link", name="La mettre en pause").click()
    page.get_by_role("link", name="Reprendre la mise à jour").wait_for()
    holds(page)
    page.locator("#place_code").fill("AAAA2222")
    page.get_by_role("button", name="Donner la place").click()
    page.get_by_text("Aucun billet de cette Convention n’a ce code.").first.wait_for()
    holds(page)


def test_the_desk_notes_an_entry_with_the_keyboard_alone(live_portal, page, allotted):
    ana = somebody(allotted)
    enter(page, builders.staff(), live_portal.url)
    page.goto(f"{live_portal.url}/gestion/conventions/c27/accueil/")
    tab_to(page, "code")
    page.keyboard.type(ana.code)
    press(page, "Noter l’entrée")
    page.get_by_text("Ana Le Goff est là.").wait_for()
    assert present(allotted) == ["Ana Le Goff"]


def test_without_javascript_on_a_phone_the_desk_notes_an_entry_and_gives_a_place(live_portal, browser, allotted):
    ana = somebody(allotted)
    context = browser.new_context(java_script_enabled=False, locale="fr-FR", viewport={"width": 320, "height": 700})
    page = context.new_page()
    enter(page, builders.staff(), live_portal.url)
    page.goto(f"{live_portal.url}/gestion/conventions/c27/accueil/")
    page.locator("#entree_code").fill(ana.code)
    page.get_by_role("button", name="Noter l’entrée").click()
    page.get_by_text("Ana Le Goff est là.").wait_for()
    page.locator("#place_code").fill(ana.code)
    page.locator("#place_workshop").select_option(index=3)
    page.get_by_role("button", name="Donner la place").click()
    page.get_by_text("Ana Le Goff a une place dans « C ».").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert wishing.held(ana) == ["C"]
    context.close()


def test_at_the_table_a_free_place_is_taken_with_the_keyboard_alone(live_portal, page, allotted):
    ana = somebody(allotted)
    come(Door.objects.get(), ana)
    prepare_tables(convention=allotted)
    table = WorkshopTable.objects.get(workshop=wishing.room("C"))
    page.goto(f"{live_portal.url}{table.path}")
    page.get_by_label("Le code de votre billet").fill(ana.code)
    page.get_by_role("button", name="M’asseoir à la table").click()
    page.get_by_text("Vous n’avez pas de place dans cet atelier").wait_for()
    holds(page)
    press(page, "Prendre une place ici")
    page.get_by_text("Vous avez une place dans cet atelier.").wait_for()
    holds(page)
    assert wishing.held(ana) == ["C"]
