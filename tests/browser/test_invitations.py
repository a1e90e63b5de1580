"""Invitations, needs of the day and calendars in a real browser: axe at every width, an answer by keyboard alone."""

from itertools import product

import pytest
from django.utils import timezone

from events.actions.needs import say_needs
from events.guest_mails import guest_path
from events.models import Registration
from events.models.needs_links import needs_path
from tests import builders
from tests.browser.keyboard import press, tab_to
from tests.browser.test_agreements import enter, holds
from tests.events.inviting import draft, invited, network_of_two, on_invitation

pytestmark = pytest.mark.django_db(transaction=True)
EVERY = list(product(("light", "dark"), (320, 768, 1280)))
SAID = {"diet": ["vegan"], "diet_words": "", "access": ["loop"], "access_words": "", "consents": True}


def test_the_pages_of_links_and_of_the_team_hold(live_portal, page):
    agent, convention, network = builders.staff(), on_invitation(), network_of_two()
    builders.convention(slug="c27")
    guest = invited(convention, agent, network)
    seat = builders.registration(convention, builders.attendee(name="Ana"))
    say_needs(registration=seat, at=timezone.now(), **SAID)
    made = draft(convention, agent, organisation=network)
    ask = "/conventions/c27/inscription/sans-compte/"
    for path in (guest_path(guest), needs_path(seat), ask, f"{ask}?envoye"):
        assert page.goto(live_portal.url + path).status == 200
        holds(page, EVERY)
    enter(page, agent, live_portal.url)
    here = "/gestion/conventions/c26/"
    ends = ("invitations/", "invitations/nouvelles/", f"invitations/{made.public_id}/", "repas/")
    for path in ("/calendrier/", *(here + end for end in ends)):
        assert page.goto(live_portal.url + path).status == 200
        holds(page, [("light", 320), ("dark", 768), ("light", 1280)])


def test_somebody_invited_comes_by_keyboard_alone(live_portal, page):
    guest = invited(on_invitation(), builders.staff(), network_of_two())
    page.goto(live_portal.url + guest_path(guest))
    tab_to(page, "name")
    page.keyboard.press("Control+A")
    page.keyboard.type("Ana Armor")
    press(page, "Je viens")
    page.get_by_role("heading", name="Votre place est confirmée").wait_for()
    assert Registration.objects.get().attendee.name == "Ana Armor"


def test_a_calendar_of_one_s_own_is_made_and_shown_on_a_phone(live_portal, page):
    enter(page, builders.user(), live_portal.url)
    page.goto(f"{live_portal.url}/calendrier/")
    page.get_by_role("button", name="Créer mon adresse").click()
    address = page.get_by_label("Adresse à copier").input_value()
    holds(page, [("light", 320), ("dark", 768), ("light", 1280)])
    assert page.request.get(address).headers["content-type"].startswith("text/calendar")
