"""The page of a Convention in the back office: where it stands, and a line for each of its screens."""

import re

import pytest
from django.urls import reverse

from alliance.portal.convention_lines import LINES
from tests import builders
from tests.events import wishing

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention():
    return builders.convention(slug="c30", title="Convention 2030", capacity=12, place="Halle")


def hub(client, user):
    builders.sign_in(client, user)
    return client.get("/gestion/conventions/c30/")


def test_every_screen_has_its_line_which_says_where_it_stands(client, convention):
    wishing.workshop(convention, title="A")
    wishing.someone(convention, "A")
    page = hub(client, builders.staff(national=True)).content.decode()
    lines = re.findall(r'<h2><a href="([^"]+)">([^<]+)</a></h2><p>([^<]+)</p>', page)
    assert [url for url, _, _ in lines] == [reverse(line.route, args=["c30"]) for line in LINES]
    assert (
        "/gestion/conventions/c30/ateliers/",
        "Ateliers et vœux",
        "1 personne confirmée a classé des ateliers.",
    ) in [(url, title, told.replace("\xa0", " ")) for url, title, told in lines]


def test_it_says_seats_and_who_waits(client, convention):
    builders.registration(convention)
    builders.registration(convention, status="waiting")
    page = hub(client, builders.staff(national=True)).content.decode()
    assert "1 prise sur 12, 1 personne attend" in page.replace("\xa0", " ")


def test_an_agent_of_a_region_reads_it_and_a_partner_does_not(client, convention):
    assert hub(client, builders.staff(regions=[builders.region()])).status_code == 200
    assert hub(client, builders.user()).status_code == 404


def test_one_that_does_not_exist_is_not_found(client):
    builders.sign_in(client, builders.staff(national=True))
    assert client.get("/gestion/conventions/c31/").status_code == 404
