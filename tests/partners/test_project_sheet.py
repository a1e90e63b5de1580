"""The page of one project, as anybody reads it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from alliance.lib.french import month
from partners.models import Project, ProjectFigure, ProjectPartner
from tests import builders
from tests.query_table import query_world  # noqa: F401

pytestmark = pytest.mark.django_db


def test_a_project_shows_who_where_and_how_fresh(client, query_world):  # noqa: F811
    ProjectFigure.objects.create(
        project=Project.objects.get(slug="halle"), label="ordinateurs", target=400, reached=340
    )
    html = client.get("/projets/halle/").content.decode()

    assert "340 ordinateurs sur 400" in html
    assert '<a href="/annuaire/atelier/">Atelier du Vallon</a>' in html
    assert '<dt>Financeur</dt><dd><a href="/annuaire/creuse/">Entraide creusoise</a></dd>' in html
    assert "position approximative" not in html
    assert "/projets/phare/" in html.partition('id="voisins"')[2]
    assert f"confirmé en {month(timezone.localdate() - timedelta(days=10))}" in html


def test_an_approximate_place_is_said(client):
    commune = builders.commune(code="29001", name="Argol", precision="P", lat=48.2, lon=-4.3, postal_codes=["29560"])
    builders.project(slug="ici", commune=commune)
    builders.project(slug="point", commune=commune, lat=48.21, lon=-4.31)

    assert "position approximative" in client.get("/projets/ici/").content.decode()
    assert "position approximative" not in client.get("/projets/point/").content.decode()


def test_a_stale_project_stays_in_the_archive_and_says_so(client):
    builders.project(slug="ancien", confirmed_on=date(2024, 3, 2))

    response = client.get("/projets/ancien/")
    assert "Personne n’a confirmé ce projet depuis mars 2024" in response.content.decode()
    assert list(client.get("/projets/").context["listing"].page) == []


def test_a_lead_out_of_the_directory_is_not_linked(client):
    hidden = builders.organisation(slug="discrete", name="Association discrète", is_public=False)
    project = builders.project(slug="visible", lead=hidden)
    ProjectPartner.objects.create(project=project, organisation=hidden, role="host")

    html = client.get("/projets/visible/").content.decode()
    assert ("/annuaire/discrete/" in html, html.count("Association discrète")) == (False, 1)


@pytest.mark.parametrize("moderation", ["draft", "submitted"])
def test_what_is_not_published_does_not_exist_for_the_public(client, moderation):
    builders.project(slug="secret", moderation=moderation)

    assert [client.get(f"/projets/secret/{path}").status_code for path in ("", "signaler/", "signaler/merci/")] == [
        404
    ] * 3


def test_a_project_without_anything_else_still_has_a_page(client, django_assert_num_queries):
    builders.project(slug="nu", lead=None)

    with django_assert_num_queries(4):
        html = client.get("/projets/nu/").content.decode()
    assert "porteur non renseigné" in html
    assert "projet sans lieu" in html


def test_projects_of_the_same_axis_in_the_same_region_are_shown(client):
    axis, other, brest = builders.axis(1), builders.axis(2), builders.commune()
    far = builders.commune("23096", "Guéret", builders.department("23", "Creuse", builders.region("75", "Aquitaine")))
    builders.project([axis], slug="ici", commune=brest)
    alike = builders.project([axis, other], slug="pareil", commune=brest)
    builders.project([other], slug="autre", commune=brest)
    builders.project([axis], slug="loin", commune=far)
    response = client.get("/projets/ici/")

    assert list(response.context["kindred"]) == [alike]
    assert 'href="/projets/?axis=1&amp;region=53"' in response.content.decode()


def test_a_project_without_axis_has_no_kin(client):
    builders.project(slug="ici", commune=builders.commune())

    assert client.get("/projets/ici/").context["kindred"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_sheet_costs_the_same_queries_whatever_its_kin(client, django_assert_num_queries, count):
    axis, brest = builders.axis(1), builders.commune()
    for number in range(count + 1):
        builders.project([axis], slug=f"p-{number}", commune=brest, lead=builders.organisation())

    with django_assert_num_queries(9):
        client.get("/projets/p-0/")
