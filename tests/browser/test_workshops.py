"""Workshops by wishes in a real browser: every state of the pages, the keyboard alone, and without JavaScript."""

import pytest
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from events.actions.workshop_places import ask_place
from events.models import AllocationRun, Registration, Wish
from events.models.door_links import ticket_path
from tests import builders
from tests.browser.keyboard import press, tab_to
from tests.browser.test_project_journey import enter, holds
from tests.events.wishing import closed, gathering, held, published, room, someone, tried, workshop

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Quelles mobilités inclusives pour les habitantes et habitants des vallées éloignées des gares ?"


@pytest.fixture
def convention(live_portal):
    """Wishes are open for five workshops, one with a long name."""
    axis = builders.axis(4, "Inclusion numérique")
    convention = gathering(slug="convention", title="Convention annuelle")
    workshop(convention, title="Donner une seconde vie aux colis", hour=2, capacity=2, axis=axis)
    workshop(convention, title=LONG, hour=2, capacity=2, axis=axis)
    convention.programme.filter(title="A").update(room="Amphithéâtre Olympe-de-Gouges")
    return convention


@pytest.fixture
def ana(convention):
    """Registered, with an account."""
    person = builders.user("ana@test.invalid", full_name="Ana Essai")
    builders.registration(convention, builders.attendee(name="Ana Essai", email=person.email, user=person))
    return person


def own() -> Registration:
    return Registration.objects.get(attendee__email="ana@test.invalid")


def wished(*titles: str) -> None:
    for rank, title in enumerate(titles, 1):
        Wish.objects.create(registration=own(), workshop=room(title), rank=rank)


def ranked() -> list[str]:
    return list(own().wishes.order_by("rank").values_list("workshop__item__title", flat=True))


def test_the_pages_of_wishes_hold_in_every_state(live_portal, page, convention, ana):
    enter(page, live_portal, ana)
    wishes = f"{live_portal.url}/conventions/convention/ateliers/voeux/"
    allotment = f"{live_portal.url}/conventions/convention/ateliers/attribution/"
    assert page.goto(wishes).status == 200
    holds(page)
    for name in ("wish_1", "wish_2"):
        page.locator(f"[name={name}]").select_option(index=1)
    page.get_by_role("button", name="Garder mes vœux").click()
    page.get_by_text("C’est déjà votre 1er vœu").first.wait_for()
    holds(page)
    assert page.goto(allotment).status == 200
    holds(page)
    wished("A", "B", LONG)
    for _ in range(4):
        someone(convention, "A")
    closed(convention)
    assert page.goto(wishes).status == 200
    holds(page)
    published(convention)
    other = someone(convention, "")
    ask_place(registration=other, workshop=room("B"), at=timezone.now())
    assert page.goto(wishes).status == 200
    holds(page)
    assert page.goto(allotment).status == 200
    holds(page)


def test_the_back_office_page_holds_empty_computed_and_published(live_portal, page, convention, ana):
    enter(page, live_portal, builders.staff())
    assert page.goto(f"{live_portal.url}/gestion/conventions/convention/ateliers/").status == 200
    holds(page)
    wished("A", LONG)
    someone(convention, "AB"), someone(convention, "AB")
    tried(convention, seed="première")
    tried(convention, seed="seconde graine tirée en public le 4 mars", organisation_cap=2, kept=1)
    assert page.reload().status == 200
    holds(page)
    published(convention)
    assert page.reload().status == 200
    holds(page)


def test_workshops_are_ranked_then_given_back_with_the_keyboard_alone(live_portal, page, convention, ana):
    enter(page, live_portal, ana)
    page.goto(f"{live_portal.url}/conventions/convention/ateliers/voeux/")
    tab_to(page, "Aucun")  # the list of the first wish
    page.keyboard.type("C")
    press(page, "Garder mes vœux")
    page.get_by_text("Vos vœux sont gardés.").wait_for()
    assert ranked() == ["C"]
    published(convention)
    page.reload()
    press(page, "Rendre la place")
    page.get_by_text("La place dans « C » est rendue.").wait_for()
    assert held(own()) == []


def test_an_agent_tries_and_publishes_with_the_keyboard_alone(live_portal, page, convention, ana):
    wished("C")
    enter(page, live_portal, builders.staff())
    page.goto(f"{live_portal.url}/gestion/conventions/convention/ateliers/")
    tab_to(page, "seed")
    page.keyboard.type("2027")
    page.keyboard.press("Enter")
    page.get_by_text("L’essai est en calcul").wait_for()
    deliver_all_due()
    closed(convention)
    page.reload()
    press(page, "Publier")
    page.get_by_text("L’attribution est publiée : chaque personne").wait_for()
    assert AllocationRun.objects.published().get().seed == "2027"
    assert held(own()) == ["C"]


def test_without_javascript_wishes_are_ranked_and_a_place_is_taken_on_a_phone(live_portal, browser, convention, ana):
    context = browser.new_context(java_script_enabled=False, locale="fr-FR", viewport={"width": 320, "height": 700})
    page = context.new_page()
    enter(page, live_portal, ana)
    page.goto(f"{live_portal.url}/conventions/convention/ateliers/voeux/")
    page.locator("[name=wish_1]").select_option(str(room("B").item_id))
    page.locator("[name=wish_2]").select_option(str(room(LONG).item_id))
    page.get_by_role("button", name="Garder mes vœux").click()
    page.get_by_text("Vos vœux sont gardés.").wait_for()
    assert ranked() == ["B", LONG]
    published(convention)
    page.reload()
    page.get_by_role("button", name="Prendre une place : C").click()
    page.get_by_text("La place dans « C » est réservée.").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert held(own()) == ["B", "C", LONG]
    context.close()


def test_without_an_account_the_link_of_the_ticket_ranks_workshops(live_portal, page, convention):
    guest = someone(convention, "", name="Bo Essai")
    page.goto(f"{live_portal.url}{ticket_path(guest)}")
    holds(page)
    press(page, "Classer les ateliers")
    page.get_by_role("heading", name="Vos vœux d’atelier").wait_for()
    tab_to(page, "Aucun")
    page.keyboard.type("C")
    press(page, "Garder mes vœux")
    page.get_by_text("Vos vœux sont gardés.").wait_for()
    holds(page)
    assert list(guest.wishes.values_list("workshop__item__title", flat=True)) == ["C"]
    published(convention)
    page.goto(f"{live_portal.url}{ticket_path(guest)}ateliers/")
    holds(page)
