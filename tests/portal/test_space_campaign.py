"""A campaign as a partner sees it: the day until which it waits, on arrival and beside the text."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alliance.lib.french import long_date
from alliance.portal.todos import places_of, todos_of
from charter.models import Campaign
from tests import builders
from tests.charter.campaigns import make_world, replica
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return make_world()


def titles(person) -> list[str]:
    now = timezone.now()
    return [todo.title for todo in todos_of(person, places_of(person, timezone.localdate(now)), at=now)]


def test_the_first_thing_to_do_is_dated_while_the_campaign_waits_then_by_the_grace(world):
    organisation = world.signatory(slug="marais", summary="Un atelier.")
    person, campaign = organisation.memberships.get().user, world.campaign()
    assert titles(person) == [f"Signer la charte, version 2020, avant le {long_date(campaign.closes_on)}"]
    grace_on = timezone.localdate() + timedelta(days=5)
    with replica():
        Campaign.objects.update(closes_on=timezone.localdate() - timedelta(days=1), grace_on=grace_on)
    assert titles(person) == [f"Signer la charte, version 2020, avant le {long_date(grace_on)}"]


@pytest.mark.parametrize("why", ["prepared", "not concerned"])
def test_without_a_campaign_for_it_the_day_is_not_said(world, why):
    organisation = world.signatory(slug="marais", summary="Un atelier.")
    person = organisation.memberships.get().user
    if why == "prepared":
        world.campaign(opened=False)
    else:
        builders.campaign(world.new)
    assert titles(person) == ["Signer la charte, version 2020"]
    assert "campagne de réengagement" not in signed_in(person).get("/espace/marais/signer/").content.decode()


def test_the_page_to_sign_says_until_when(world):
    organisation = world.signatory(slug="marais")
    campaign = world.campaign()
    page = signed_in(organisation.memberships.get().user).get("/espace/marais/signer/").content.decode()
    day = long_date(campaign.closes_on)
    assert f"La campagne de réengagement vous attend jusqu’au {day} inclus." in page


def test_the_public_register_tells_who_is_being_renewed(world, client):
    organisation = world.signatory(name="Les Marais", slug="marais", is_public=True)
    assert "réengagement en cours" not in client.get("/annuaire/marais/").content.decode()
    world.campaign()
    assert "A signé en 2015, réengagement en cours" in client.get("/annuaire/marais/").content.decode()
    assert "réengagement en cours" in client.get("/charte/signataires/").content.decode()
    world.resign(organisation)
    assert "réengagement en cours" not in client.get("/annuaire/marais/").content.decode()
