"""Régions and départements: what the alliance does there and what it does not, with the figures of the lists."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import builders
from tests.query_table import query_world  # noqa: F401

pytestmark = pytest.mark.django_db


def count_of(client, url: str) -> int:
    return client.get(url).context["listing"].page.paginator.count


@pytest.mark.parametrize("path", ["/territoires/regions/53/", "/territoires/departements/29/"])
def test_every_figure_is_the_count_of_the_list_that_it_opens(client, query_world, path):  # noqa: F811
    figures = client.get(path).context["figures"]

    linked = [figure for figure in figures if figure["url"]]
    assert [figure["value"] for figure in linked] == [count_of(client, figure["url"]) for figure in linked]
    assert len(linked) >= 3
    assert [figure["value"] for figure in figures if not figure["url"]] == [0] * (4 - len(linked))


def test_each_axis_here_is_the_count_of_its_list_and_the_others_are_said(client, query_world):  # noqa: F811
    response = client.get("/territoires/departements/29/")
    html = response.content.decode()

    shown = {axis.number: axis.project_count for axis in response.context["axes"]}
    assert shown == {number: count_of(client, f"/projets/?department=29&axis={number}") for number in shown}
    assert set(shown) | {axis.number for axis in response.context["uncovered"]} == {1, 2, 3, 4}
    assert "ne sont pas couverts ici" in html or "n’est pas couvert ici" in html
    assert 'href="/projets/?department=29&amp;axis=4"' in html


def test_an_axis_still_to_fill_in_is_neither_covered_nor_uncovered(client, query_world):  # noqa: F811
    builders.axis(10, "Axe à renseigner", status="to_fill_in")
    context = client.get("/territoires/regions/53/").context

    assert 10 not in {axis.number for axis in (*context["axes"], *context["uncovered"])}


def test_a_region_shows_its_departements_and_leads_to_them(client, query_world):  # noqa: F811
    response = client.get("/territoires/regions/53/")
    html = response.content.decode()

    counts = {each.code: each.project_count for each in response.context["departments"]}
    assert counts == {code: count_of(client, f"/projets/?department={code}") for code in counts}
    assert 'href="/territoires/departements/29/"' in html


def test_the_list_of_territories_counts_like_the_lists(client, query_world):  # noqa: F811
    regions = client.get("/territoires/").context["regions"]

    told = {region.code: region.count for region in regions}
    assert told == {code: count_of(client, f"/projets/?region={code}") for code in told}


def test_the_functions_of_the_agents_are_shown_and_never_who_they_are(client):
    region = builders.commune().region
    agent = builders.staff(regions=[region], email="erwan@test.invalid", full_name="Erwan Canari")
    agent.perimeter.job_title = "Délégué régional"
    agent.perimeter.save()
    html = client.get("/territoires/departements/29/").content.decode()

    assert ("Délégué régional" in html, "Canari" in html, "erwan@" in html) == (True, False, False)
    assert 'href="/territoires/departements/29/ecrire/"' in html


def test_where_no_agent_has_the_region_the_national_team_answers(client):
    builders.commune()

    assert client.get("/territoires/regions/53/").context["functions"] == ["Équipe nationale des partenariats"]


def test_gatherings_to_come_are_those_of_here_and_the_conventions(client):
    brest, soon = builders.commune(), timezone.now() + timedelta(days=20)
    paris = builders.commune("75056", "Paris", builders.department("75", "Paris", builders.region("11", "Idf")))
    times = {"starts_at": soon, "ends_at": soon}
    here = builders.convention(title="Rencontre de Brest", kind="meeting", commune=brest, **times)
    national = builders.convention(title="Convention", kind="convention", commune=paris, **times)
    builders.convention(title="Rencontre de Paris", kind="meeting", commune=paris, **times)
    builders.convention(title="En préparation", kind="meeting", commune=brest, state="draft", **times)

    assert set(client.get("/territoires/departements/29/").context["conventions"]) == {here, national}


def test_an_empty_departement_says_so_and_what_to_do(client):
    builders.department()
    html = client.get("/territoires/departements/29/").content.decode()

    assert "Aucun projet n’y a été confirmé depuis un an." in html
    assert "Aucune organisation de l’annuaire n’y a son adresse." in html


@pytest.mark.parametrize(
    "path", ["/territoires/regions/29/", "/territoires/departements/999/", "/territoires/departements/x/"]
)
def test_an_unknown_place_is_not_found(client, path):
    builders.department()

    assert client.get(path).status_code == 404


def test_the_address_of_a_place_is_written_in_one_way(client):
    builders.department("2A", "Corse-du-Sud", builders.region("94", "Corse"))
    response = client.get("/territoires/departements/2a/")

    assert (response.status_code, response.url) == (301, "/territoires/departements/2A/")


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("path", "queries"), [("regions/53", 22), ("departements/29", 23)])
def test_a_page_costs_the_same_queries_whatever_it_holds(client, django_assert_num_queries, path, queries, count):
    builders.charter_version("2020")
    for number in range(count):
        lead = builders.organisation(commune=builders.commune())
        axis = builders.axis()
        lead.axes.set([axis])
        builders.project([axis], lead=lead, commune=lead.commune, lat=48.1 + number / 5, lon=-4.2)

    with django_assert_num_queries(queries):
        client.get(f"/territoires/{path}/")
