"""The partner space: arrival with its to-dos, an organisation's page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alliance.portal.todos import places_of
from tests import builders
from tests.portal.test_todos import busy, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return builders.organisation(name="Atelier des Marais", slug="marais", summary="Un jardin pour apprendre.")


@pytest.fixture
def person():
    return builders.user("ana@test.invalid", full_name="Ana Test")


def test_the_space_asks_who_one_is(client):
    assert client.get("/espace/").url == "/connexion/?next=/espace/"
    assert client.get("/espace/marais/").url == "/connexion/?next=/espace/marais/"


def test_a_partner_is_greeted_with_their_organisations(client, person, organisation):
    builders.membership(person, organisation, "signatory")
    builders.membership(person, organisation, "administrator")
    builders.sign_in(client, person)

    page = client.get("/espace/").content.decode()

    assert "Bonjour Ana Test" in page
    assert '<a href="/espace/marais/">Atelier des Marais</a>' in page
    assert "représentant habilité, administrateur ou administratrice" in page
    assert "Rien ne vous attend" in page


def test_without_organisation_the_page_says_why_and_what_to_do(client, person):
    builders.sign_in(client, person)

    page = client.get("/espace/").content.decode()

    assert "Aucune organisation pour l’instant" in page
    assert 'href="/rejoindre/"' in page


def test_agents_without_organisation_go_to_the_back_office(client):
    builders.sign_in(client, builders.staff())

    assert client.get("/espace/").url == "/gestion/"


def test_agents_who_act_for_an_organisation_have_its_space(client, organisation):
    agent = builders.staff()
    builders.membership(agent, organisation)
    builders.sign_in(client, agent)

    assert "Atelier des Marais" in client.get("/espace/").content.decode()


def test_the_space_is_only_read(client, person):
    builders.sign_in(client, person)

    assert client.post("/espace/").status_code == 405


def test_the_page_of_an_organisation_tells_its_members_where_things_stand(client, person, organisation):
    version = builders.charter_version("2020")
    builders.signature(organisation, version)
    builders.membership(person, organisation, "contributor")
    builders.agreement(organisation, title="Lieux partagés", ends_on=days(900))
    builders.agreement(organisation, title="Brouillon", state="draft")
    builders.project(lead=organisation)
    builders.sign_in(client, person)

    page = client.get("/espace/marais/").content.decode()

    assert "signataire de la version 2020" in page
    assert "Lieux partagés" in page
    assert "Brouillon" not in page
    assert "1\u00a0projet publié" in page


@pytest.mark.parametrize("path", ["", "equipe/"])
def test_a_strangers_organisation_does_not_exist(client, person, organisation, path):
    builders.membership(person, builders.organisation(slug="autre"), "administrator")
    builders.sign_in(client, person)

    assert client.get(f"/espace/marais/{path}").status_code == 404
    assert client.get(f"/espace/autre/{path}").status_code == 200
    assert client.get(f"/espace/inconnue/{path}").status_code == 404


def test_who_has_left_is_a_stranger(client, person, organisation):
    builders.membership(person, organisation, starts_on=days(-30), ends_on=days(-1))
    builders.sign_in(client, person)

    assert client.get("/espace/marais/").status_code == 404
    assert "Aucune organisation" in client.get("/espace/").content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_the_same_queries_for_one_organisation_and_three(client, person, number):
    builders.charter_version("2020")
    busy(person, number)
    builders.sign_in(client, person)
    slug = places_of(person, days(0))[0].organisation.slug

    counts = []
    for path in ("/espace/", f"/espace/{slug}/", f"/espace/{slug}/equipe/"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))

    assert counts == [14, 16, 4]


def test_only_who_acts_for_several_organisations_may_change(client, person, organisation):
    builders.membership(person, organisation, "contributor")
    builders.sign_in(client, person)
    alone = client.get("/espace/marais/projets/").content.decode()
    builders.membership(person, builders.organisation(name="Zinc", slug="zinc"), "reader")
    for path in ("", "projets/", "besoins/", "equipe/", "reseau/"):
        page = client.get(f"/espace/marais/{path}").content.decode()
        assert '<li><a href="/espace/zinc/">Zinc</a></li>' in page, path
    assert "Toutes mes organisations" not in alone
