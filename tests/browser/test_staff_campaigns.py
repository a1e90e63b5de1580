"""Campaign screens in a real browser: axe at three widths, light and dark; a reminder sent by keyboard alone."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from charter.actions.closing import close_campaign
from charter.actions.reminders import draft_reminder
from charter.models import Campaign, Reminder
from tests import builders
from tests.browser.keyboard import press, tab_to
from tests.charter.campaigns import World, make_world
from tests.look.test_guide import violations
from tests.look.test_in_browser import NODES
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    """An open campaign, somebody at every point, names long enough to wrap."""
    made = make_world()
    for number in range(8):
        name = f"Fédération des épiceries itinérantes et des lavoirs partagés {number}"
        network = builders.organisation(kind="network", name=name, commune=builders.commune())
        organisation = made.signatory(parent=network, name=f"Lavoir {number}")
        made.event(organisation, "invited")
        if number > 2:
            made.event(organisation, "opened")
        if number > 5:
            made.resign(organisation)
    return made


@pytest.fixture
def national(world, live_portal, page):
    cookie = signed_in(world.agent).cookies["portail_session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_portal.url}])
    return page


def holds(page) -> None:
    assert page.evaluate(NODES) <= 350
    for scheme, width in product(("light", "dark"), (320, 768, 1280)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_screens_of_an_open_campaign_hold_at_every_width(live_portal, national, world):
    campaign = world.campaign()
    reminder = draft_reminder(campaign=campaign, group="unopened", by=world.agent)
    base = f"{live_portal.url}/gestion/campagnes/{campaign.public_id}/"
    own = ["", "organisations/", "inviter/?q=lavoir", "relances/", f"relances/{reminder.public_id}/", "clore/"]
    for path in [*own, "../", "../../actes-en-attente/", "../../mandats/deposer/?q=lavoir"]:
        assert national.goto(base + path).status == 200
        holds(national)


def test_the_screens_before_the_opening_and_after_the_closing_hold_too(live_portal, national, world):
    today = timezone.localdate()
    days = {"opens_on": today - timedelta(days=9), "closes_on": today - timedelta(days=1), "grace_on": today}
    campaign = world.campaign(opened_at=timezone.now() - timedelta(days=9), **days)
    close_campaign(campaign=campaign, by=world.agent, motive="Terme échu.")
    prepared = builders.campaign(world.new, opened=False)
    base = f"{live_portal.url}/gestion/campagnes/"
    for path in (f"{campaign.public_id}/registre/", f"{prepared.public_id}/ouvrir/", f"{prepared.public_id}/dates/"):
        assert national.goto(base + path).status == 200
        holds(national)


def test_a_reminder_leaves_by_keyboard_alone(live_portal, national, world):
    campaign = world.campaign()
    national.goto(f"{live_portal.url}/gestion/campagnes/{campaign.public_id}/")
    press(national, "Relances")
    national.wait_for_url("**/relances/")
    tab_to(national, "group")
    national.keyboard.press("ArrowDown")
    national.keyboard.press("Enter")
    national.get_by_text("rien n’est encore parti").wait_for()
    assert national.get_by_role("row").count() == 4
    tab_to(national, "motive")
    national.keyboard.type("À mi-parcours.")
    tab_to(national, "")
    national.keyboard.press("Enter")
    national.get_by_text("3\u00a0lettres partent.").wait_for()
    assert Reminder.objects.get().group == "opened"
    assert Campaign.objects.get().reminders.exclude(confirmed_at=None).count() == 1
