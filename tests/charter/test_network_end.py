"""A head takes back what it sent and says that a member has left: pages that ask before anything is done."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone

from charter.models import Adhesion
from tests import builders
from tests.charter import adhering
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
SPACE = "/espace/reseau/reseau/"


@pytest.fixture
def network():
    made = builders.organisation(kind="network", name="Réseau des essais", slug="reseau")
    builders.signature(made, builders.charter_version("2020"))
    return made


@pytest.fixture
def member(network):
    return builders.organisation(name="Atelier", slug="atelier", parent=network)


@pytest.fixture
def adhesion(member, network):
    return adhering.adhesion(member, network)


def acting(network, role: str) -> Client:
    person = builders.user()
    builders.membership(person, network, role)
    return signed_in(person)


def text(response) -> str:
    return " ".join(response.content.decode().split())


def end(adhesion) -> str:
    return f"{SPACE}adhesions/{adhesion.public_id}/retirer/"


def test_the_page_asks_and_writes_nothing(network, adhesion):
    page = acting(network, "administrator").get(end(adhesion))
    assert page.status_code == 200
    assert "Retirer l’adhésion d’Atelier ?" in text(page)
    assert "Elle adhère sous votre réseau depuis le" in text(page)
    assert Adhesion.objects.live().get() == adhesion


def test_a_motive_is_asked_and_kept(network, adhesion):
    head = acting(network, "administrator")
    refused = head.post(end(adhesion), {"motive": " "})
    assert refused.status_code == 400
    assert "Dites pourquoi en quelques mots." in text(refused)
    assert Adhesion.objects.live().exists()
    done = head.post(end(adhesion), {"motive": "Association dissoute"}, follow=True)
    assert done.redirect_chain == [(SPACE, 302)]
    assert "Atelier n’adhère plus sous votre réseau." in text(done)
    adhesion.refresh_from_db()
    assert (adhesion.withdrawn_side, adhesion.motive) == ("network", "Association dissoute")
    assert head.get(end(adhesion)).status_code == 404


def test_a_reader_is_told_that_they_only_read(network, adhesion):
    reader = acting(network, "reader")
    assert reader.get(end(adhesion)).status_code == 403
    assert reader.post(end(adhesion), {"motive": "Non"}).status_code == 403
    assert Adhesion.objects.live().exists()


def test_strangers_find_nothing(network, adhesion):
    other = builders.organisation(kind="network", slug="autre")
    stranger = acting(other, "administrator")
    assert stranger.get(end(adhesion)).status_code == 404
    assert stranger.post(end(adhesion).replace("/reseau/", "/autre/", 1), {"motive": "Non"}).status_code == 404
    assert acting(network, "administrator").get(f"{SPACE}adhesions/{uuid.uuid4()}/retirer/").status_code == 404
    assert Adhesion.objects.live().exists()


def test_each_invitation_says_where_it_stands(network, member):
    now = timezone.now()
    waiting = adhering.member_invitation(network, member, email="ana@test.invalid")
    adhering.member_invitation(network, name="Partie", email="bo@test.invalid", answered_at=now, answer="declined")
    page = acting(network, "administrator").get(f"{SPACE}invitations/")
    states = {each.name: each.state_key for each in page.context["page"]}
    words = text(page)
    assert states == {"Atelier": "waiting", "Partie": "declined"}
    assert "ana@test.invalid · envoyée le" in words
    assert words.count("valable jusqu’au") == 1
    assert f'action="{SPACE}invitations/{waiting.public_id}/reprendre/"' in words
    assert words.count("/reprendre/") == 1
