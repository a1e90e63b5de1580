"""A door on a phone, in a real browser: the network is cut, the page is loaded again, what was typed is sent later."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.actions.doors import revoke_door
from events.models import CheckIn, WorkshopPlace
from events.models.door_links import door_path, ticket_path
from tests import builders
from tests.events import wishing
from tests.events.at_the_door import a_door, gathering, present, somebody
from tests.look.test_guide import violations
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
RESULT = "[data-door=result]"


@pytest.fixture
def phone(browser):
    """A phone; that its network is away is no error, anything else in its console is."""
    size = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", **size)
    opened, wrong = context.new_page(), []
    opened.set_default_timeout(10_000)
    opened.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert [line for line in wrong if "net::ERR" not in line and "status of 4" not in line] == []


def opened(live_portal, phone, door):
    """The page of the door, and what it is made of kept on the phone."""
    phone.goto(live_portal.url + door_path(door))
    phone.wait_for_selector("#porte[data-kept=yes]")


def enter(phone, code: str) -> None:
    phone.get_by_label("Code du billet").fill(code)


def result(phone, words: str) -> None:
    phone.locator(RESULT).get_by_text(words).first.wait_for()


def shows(phone, part: str, words: str) -> None:
    from playwright.sync_api import expect

    expect(phone.locator(f"[data-door={part}]")).to_have_text(words, timeout=10_000)


def test_a_door_goes_on_without_network_and_tells_what_it_missed(live_portal, phone):
    convention = gathering()
    ana, ben, mona = somebody(convention), somebody(convention, "Ben Roux"), somebody(convention, "Mona Diallo")
    door, other = a_door(convention), a_door(convention, "Porte B")
    opened(live_portal, phone, door)
    enter(phone, ana.code)
    result(phone, "Ana Le Goff")

    phone.context.set_offline(True)
    enter(phone, ben.code)
    result(phone, "Notée")
    phone.reload()  # the page comes from the phone, with what waits
    phone.get_by_text("1 à envoyer").wait_for()
    enter(phone, mona.code)
    phone.get_by_text("2 à envoyer").wait_for()
    result(phone, "Billet attendu")
    enter(phone, "22222222")
    result(phone, "Billet absent de la liste de ce téléphone")
    assert present(convention) == ["Ana Le Goff"]

    other_phone = phone.request.post(
        f"{live_portal.url}{door_path(other)}entrees/",
        form={"code": ben.code, "key": "7a1c1d9e-0000-4000-8000-000000000001", "means": "scan"},
    )
    assert other_phone.json()["result"] == "in"
    phone.context.set_offline(False)
    phone.get_by_text("Déjà entrée à").first.wait_for(timeout=15_000)
    phone.get_by_text("l’équipe cherchera qui c’est").first.wait_for()  # the last that waited
    shows(phone, "waiting", "")
    shows(phone, "present", "3")

    assert present(convention) == ["Ana Le Goff", "Ben Roux", "Mona Diallo"]
    assert [entry.registration for entry in CheckIn.objects.repeated()] == [ben]
    assert [entry.said for entry in CheckIn.objects.unknown()] == ["22222222"]


@pytest.mark.parametrize("is_away", [False, True], ids=["with network", "without"])
def test_the_key_that_sends_after_the_eighth_sign_turns_nobody_away(live_portal, phone, is_away):
    convention = gathering()
    ana = somebody(convention)
    opened(live_portal, phone, a_door(convention))
    phone.context.set_offline(is_away)
    enter(phone, ana.code)
    result(phone, "Notée" if is_away else "Ana Le Goff")
    phone.get_by_label("Code du billet").press("Enter")
    assert "door-result--refused" not in phone.locator(RESULT).get_attribute("class")
    phone.get_by_label("Code du billet").fill("234")
    phone.get_by_label("Code du billet").press("Enter")
    result(phone, "Un code de billet a huit signes.")


def test_names_walk_ins_second_thoughts_and_a_door_that_is_closed(live_portal, phone):
    convention = gathering(capacity=3)
    somebody(convention, "Ana Le Goff", organisation=builders.organisation(name="Atelier des Marais"))
    waiting = somebody(convention, "Mona Diallo", status="waiting")
    door = a_door(convention)
    opened(live_portal, phone, door)

    phone.get_by_text("Chercher par le nom").click()
    phone.get_by_label("Nom de la personne").fill("goff")
    phone.get_by_role("listitem").filter(has_text="Atelier des Marais").get_by_role("button", name="Entrer").click()
    result(phone, "Ana Le Goff")
    enter(phone, waiting.code)
    result(phone, "est sur la liste d’attente")
    phone.get_by_role("button", name="Faire entrer quand même").click()
    result(phone, "Entrée")
    phone.get_by_text("Sans billet").click()
    phone.get_by_label("Nom", exact=True).fill("Léo Passage")
    phone.get_by_role("button", name="Faire entrer", exact=True).click()
    result(phone, "Léo Passage")
    assert present(convention) == ["Ana Le Goff", "Léo Passage", "Mona Diallo"]

    phone.get_by_role("button", name="Annuler").first.click()
    shows(phone, "present", "2")
    assert present(convention) == ["Ana Le Goff", "Mona Diallo"]
    revoke_door(door=door, at=door.opens_at)
    enter(phone, waiting.code)
    phone.get_by_text("Le lien de cette porte est fermé.").wait_for()
    phone.get_by_text("1 à envoyer").wait_for()


def test_whoever_walks_in_is_given_a_workshop_place_while_there_is_network(live_portal, phone):
    convention = wishing.gathering(starts_at=timezone.now() + timedelta(hours=1))
    wishing.someone(convention, "A")
    wishing.published(convention)
    opened(live_portal, phone, a_door(convention))
    walks_in(phone, "Léo Passage")
    phone.get_by_text("Une place d’atelier").click()
    phone.get_by_role("button", name="C, ").click()
    phone.get_by_text("Place prise").wait_for()
    (held,) = WorkshopPlace.objects.filter(registration__attendee__name="Léo Passage")
    assert held.workshop.item.title == "C"
    phone.get_by_role("button", name="B, ").wait_for()

    phone.context.set_offline(True)
    phone.get_by_role("button", name="B, ").click()
    phone.get_by_text("Sans réseau, pas de place d’atelier").wait_for()
    walks_in(phone, "Mia Passage", "Notée")  # written down on the phone, and offered nothing
    phone.get_by_text("Une place d’atelier").wait_for(state="hidden")
    assert WorkshopPlace.objects.filter(source="walk_in").count() == 1


def walks_in(phone, name: str, told: str = "Entrée") -> None:
    phone.locator("details").filter(has_text="Sans billet").evaluate("each => { each.open = true; }")
    phone.get_by_label("Nom", exact=True).fill(name)
    phone.get_by_role("button", name="Faire entrer", exact=True).click()
    result(phone, told)
    result(phone, name)


def test_the_pages_of_the_day_hold_at_every_width_and_axe_finds_nothing(live_portal, phone, settings):
    convention = gathering(capacity=3)
    ana, waiting = somebody(convention), somebody(convention, "Mona", status="waiting")
    door = a_door(convention)
    opened(live_portal, phone, door)
    for code in (ana.code, ana.code, waiting.code):
        enter(phone, code)
        phone.wait_for_timeout(300)
    phone.evaluate("document.querySelectorAll('details').forEach(each => { each.name = ''; each.open = true; })")
    holds(phone, "door")
    cookie = signed_in(builders.staff()).cookies[settings.SESSION_COOKIE_NAME].value
    phone.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_portal.url}])
    at_hand = f"/gestion/conventions/{convention.slug}/accueil/"
    for path in (ticket_path(ana), ticket_path(waiting), at_hand, f"{at_hand}portes/{door.public_id}/"):
        assert phone.goto(live_portal.url + path).status == 200
        holds(phone, path)


def holds(phone, where: str) -> None:
    for scheme, width in (("light", 320), ("dark", 768), ("light", 1280)):
        phone.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        phone.set_viewport_size({"width": width, "height": 900})
        assert violations(phone) == [], (where, scheme, width)
        assert phone.evaluate("document.documentElement.scrollWidth") <= width, (where, width)
