"""The programme in a real browser: every screen at every width, one drafted by keyboard, no JavaScript needed."""

import pytest
from django.utils import timezone

from events.actions.programme import add_item, withdraw_item
from events.actions.speakers import add_speaker, give_consent
from events.models import ProgrammeVersion
from events.models.speaker_links import speaker_path, words_digest
from tests import builders
from tests.browser.keyboard import press, tab_to
from tests.browser.test_project_journey import enter, holds
from tests.events import wishing
from tests.events.drafting import change, move, publish, temps, words

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Quelles mobilités inclusives pour les habitantes et habitants des vallées éloignées des gares ?"
SPOKEN = {"function": "directrice", "organisation_words": "Réseau Rives & Relais", "email": "o@test.invalid"}


@pytest.fixture
def convention(live_portal):
    """Published twice, with drafts of every kind: new, changed, withdrawn, and two workshops that would collide."""
    convention = wishing.gathering(slug="c30", title="Convention annuelle", place="Halle des Trois Préaux")
    wishing.workshop(convention, title=LONG, hour=2, capacity=2, axis=builders.axis(4, "Inclusion numérique"))
    wishing.someone(convention, "CA", name="Anne-Charlotte de Montgolfier-Delacroix")
    wishing.published(convention)
    table = temps(convention, "La confiance se mesure-t-elle ?", "round_table", room="Verrière")
    publish(convention)
    change(table, room="Grande salle", online_url="https://visio.example/x")
    publish(convention, note="La verrière ferme pour travaux l’après-midi.")
    table.refresh_from_db()
    named = add_speaker(item=table, words=SPOKEN | {"name": "Oriane Tastevent"}, by=None, at=timezone.now())
    give_consent(speaker=named, words=words_digest(named), at=timezone.now())
    asked = SPOKEN | {"name": "Basile Quatre-Vents", "email": "b@test.invalid"}
    add_speaker(item=table, words=asked, by=None, at=timezone.now())
    change(table, summary="Deux réseaux, une commune, une chercheuse, et la salle.")
    move(wishing.room("C").item, -1)
    withdraw_item(item=wishing.room("B").item, by=None, at=timezone.now())
    new = words(table, title="Clôture")
    add_item(convention=convention, kind="plenary", words=new, by=None, at=timezone.now())
    return convention


def test_the_public_pages_hold_at_every_width(live_portal, page, convention):
    table = convention.programme.get(kind="round_table")
    named, asked = table.speakers.all()
    for path in (
        "/conventions/c30/",
        "/conventions/c30/programme/changements/",
        speaker_path(named),
        speaker_path(asked),
    ):
        assert page.goto(live_portal.url + path).status == 200
        holds(page)


def test_the_screens_of_the_back_office_hold_at_every_width(live_portal, page, convention):
    enter(page, live_portal, builders.staff())
    table = convention.programme.get(kind="round_table")
    workshop = wishing.room("C").item
    speaker = table.speakers.last()
    for path in (
        "",
        "programme/",
        "programme/nouveau/",
        "programme/publier/",
        f"programme/{table.public_id}/",
        f"programme/{workshop.public_id}/",
        f"programme/{table.public_id}/intervenants/",
        f"programme/{table.public_id}/intervenants/{speaker.public_id}/",
        "suivante/",
    ):
        assert page.goto(f"{live_portal.url}/gestion/conventions/c30/{path}").status == 200
        holds(page)


def test_a_temps_is_drafted_and_published_with_the_keyboard_alone(live_portal, page):
    convention = builders.convention(slug="c30", title="Convention annuelle")
    enter(page, live_portal, builders.staff())
    page.goto(f"{live_portal.url}/gestion/conventions/c30/programme/")
    press(page, "Ajouter un temps")
    page.get_by_role("heading", name="Nouveau temps").wait_for()
    tab_to(page, "title")
    page.keyboard.type("Ouverture")
    tab_to(page, "starts")
    page.keyboard.type("0900A")  # the last sign is for browsers that count twelve hours
    tab_to(page, "ends")
    page.keyboard.type("1000A")
    tab_to(page, "room")
    page.keyboard.press("Enter")
    page.get_by_text("« Ouverture » est ajouté.").wait_for()
    press(page, "Relire et publier")
    page.get_by_role("heading", name="Publier le programme").wait_for()
    tab_to(page, "note")
    page.keyboard.type("La première.")
    page.keyboard.press("Enter")
    page.get_by_text("La version 1 du programme est publiée.").wait_for()
    assert [version.note for version in ProgrammeVersion.objects.filter(convention=convention)] == ["La première."]
    assert [item.title for item in convention.programme.all()] == ["Ouverture"]


def test_without_javascript_a_speaker_says_yes_on_a_phone(live_portal, browser, convention):
    context = browser.new_context(java_script_enabled=False, locale="fr-FR", viewport={"width": 320, "height": 700})
    page = context.new_page()
    asked = convention.programme.get(kind="round_table").speakers.last()
    page.goto(live_portal.url + speaker_path(asked))
    page.get_by_role("button", name="Oui, publier mon nom").click()
    page.get_by_role("heading", name="Votre nom est au programme").wait_for()
    page.goto(f"{live_portal.url}/conventions/c30/")
    page.get_by_text("Basile Quatre-Vents").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert context.cookies() == []
    context.close()
