"""Network and needs in a real browser: axe at every width on both sides, a need described by keyboard alone."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from partners.actions.matches import propose
from partners.models import Need
from tests import builders
from tests.browser.keyboard import press, tab_to
from tests.browser.test_agreements import enter, holds
from tests.charter import adhering
from tests.partners import lacking

pytestmark = pytest.mark.django_db(transaction=True)
EVERY = list(product(("light", "dark"), (320, 768, 1280)))


@pytest.fixture
def axis():
    return builders.axis(4, "inclusion numérique")


@pytest.fixture
def network():
    made = builders.organisation(kind="network", name="Réseau des essais", slug="reseau")
    builders.signature(made, builders.charter_version("2020"))
    return made


@pytest.fixture
def member(network):
    return builders.organisation(name="Atelier", slug="atelier", parent=network, commune=builders.commune())


def test_the_pages_of_a_network_hold(live_portal, page, network, member):
    head = builders.user()
    builders.membership(head, network, "administrator")
    regional = builders.organisation(kind="regional", name="Union", parent=network)
    builders.organisation(name="Zinc", parent=regional)
    adhesion = adhering.adhesion(member, network)
    invitation = adhering.member_invitation(network, regional)
    enter(page, head, live_portal.url)
    own = ("", "invitations/", f"adhesions/{adhesion.public_id}/retirer/")
    listed = f"invitations/{invitation.invitation_list.public_id}/"
    for path in (*(f"/espace/reseau/reseau/{rest}" for rest in (*own, listed)), f"/adhesion/{invitation.token}/"):
        assert page.goto(live_portal.url + path).status == 200
        holds(page, EVERY)


def test_the_pages_of_needs_hold_on_both_sides(live_portal, page, member, axis):
    writer, agent = builders.user(), builders.staff()
    builders.membership(writer, member, "signatory")
    need = lacking.need(member, axis, created_by=writer)
    room = lacking.resource([axis])
    propose(need=need, resource=lacking.resource([axis], title="Autre salle"), by=agent)
    enter(page, writer, live_portal.url)
    for path in ("besoins/", "besoins/nouveau/", f"besoins/{need.public_id}/", "reseau/", "reseau/reseau/"):
        assert page.goto(f"{live_portal.url}/espace/atelier/{path}").status == 200
        holds(page, EVERY)
    page.context.clear_cookies()
    enter(page, agent, live_portal.url)
    ends = ("besoins/", f"besoins/{need.public_id}/", "ressources/", "ressources/nouvelle/")
    for path in (*ends, f"ressources/{room.public_id}/", "partenaires/reseau/reseau/"):
        assert page.goto(f"{live_portal.url}/gestion/{path}").status == 200
        holds(page, [("light", 320), ("dark", 1280)])


def test_a_need_is_described_by_keyboard_alone(live_portal, page, member, axis):
    writer = builders.user()
    builders.membership(writer, member, "contributor")
    enter(page, writer, live_portal.url)
    page.goto(f"{live_portal.url}/espace/atelier/besoins/nouveau/")
    tab_to(page, "kind")
    page.keyboard.press("Space")
    tab_to(page, "title")
    page.keyboard.type("Une salle")
    tab_to(page, "Choisir")  # the list of axes
    page.keyboard.press("ArrowDown")
    page.locator("#id_until").fill((timezone.localdate() + timedelta(days=60)).isoformat())
    press(page, "Enregistrer et voir ce qui existe")
    page.wait_for_url("**/besoins/*-*/")
    assert Need.objects.get().title == "Une salle"
