"""From the list of Conventions to a seat and a letter and back, in a real browser, by keyboard alone."""

import re

import pytest
from icalendar import Calendar

from alliance.outbox.delivery import deliver_all_due
from events.models import Registration
from tests import builders
from tests.browser.keyboard import press, tab_to
from tests.look.test_guide import violations
from tests.portal.test_sign_in import code_in
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_person_takes_a_seat_by_keyboard_gets_a_letter_and_gives_the_seat_back(live_portal, smtp_server, page):
    convention = builders.convention(title="Convention d’essai", capacity=1)
    ana = builders.user("ana@test.invalid", full_name="Ana Essai")
    builders.membership(ana, builders.organisation(name="Atelier du Coin"), "reader")

    page.goto(f"{live_portal.url}/conventions/")
    press(page, "M’inscrire")
    page.wait_for_url(re.compile(r"/connexion/\?next=/conventions/"))
    tab_to(page, "email")
    page.keyboard.type("ana@test.invalid")
    page.keyboard.press("Enter")
    page.get_by_label("Code à 6 chiffres").wait_for()
    tab_to(page, "code")
    page.keyboard.type(code_in(smtp_server.messages[-1]))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/conventions/{convention.slug}/inscription/")
    press(page, "Confirmer mon inscription")
    page.get_by_role("heading", name="Votre place est confirmée").wait_for()

    registration = Registration.objects.get()
    assert (registration.status, registration.attendee.organisation.name) == ("confirmed", "Atelier du Coin")
    assert deliver_all_due() == 1
    letter = smtp_server.messages[-1]
    (calendar,) = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    (event,) = Calendar.from_ical(calendar.get_content()).walk("VEVENT")
    assert (letter["To"], letter["Subject"]) == ("ana@test.invalid", "Inscription confirmée : Convention d’essai")
    assert event["uid"].startswith(str(registration.public_id))

    press(page, "Rendre ma place")
    page.get_by_role("heading", name="Annuler l’inscription d’Ana Essai ?").wait_for()
    press(page, "Annuler l’inscription")
    page.get_by_text("L’inscription d’Ana Essai est annulée.").wait_for()
    registration.refresh_from_db()
    assert registration.status == "cancelled"


def test_the_pages_of_those_who_are_signed_in_hold_at_every_width_and_axe_finds_nothing(live_portal, page, settings):
    ana, local = builders.user("ana@test.invalid", full_name="Ana Essai"), builders.organisation(slug="atelier")
    builders.membership(ana, local)
    builders.membership(ana, builders.organisation())
    free, full = builders.convention(slug="libre"), builders.convention(slug="pleine", capacity=0)
    builders.registration(free, builders.attendee(organisation=local))
    mine = builders.registration(full, builders.attendee(organisation=local, user=ana), status="waiting")
    session = signed_in(ana).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_portal.url}])
    paths = ["/conventions/libre/inscription/", "/conventions/pleine/inscription/", "/espace/atelier/inscriptions/"]
    for path in [*paths, f"/conventions/pleine/inscription/{mine.public_id}/annuler/"]:
        page.goto(live_portal.url + path)
        for scheme, width in (("light", 320), ("light", 768), ("dark", 1280)):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 900})
            assert violations(page) == [], (path, scheme, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
