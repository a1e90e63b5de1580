"""/chiffres/: each number is the count of the list that it opens, and has its definition."""

import re
from datetime import UTC, datetime

import pytest

from charter.models import CharterVersion
from partners.models import ProgrammeCount
from tests import builders
from tests.query_table import query_world  # noqa: F401

pytestmark = pytest.mark.django_db


def count_of(client, url: str) -> int:
    context = client.get(url).context
    return (context["listing"].page if "listing" in context else context["page"]).paginator.count


@pytest.fixture
def figures_world(query_world):  # noqa: F811
    version = CharterVersion.objects.get(slug="2020")
    for year, countersigned in ((2020, True), (2020, True), (2022, False)):
        builders.signature(None, version, countersigned, signed_at=datetime(year, 12, 31, 23, 30, tzinfo=UTC))
    for kind, state in (("mecenat", "active"), ("mecenat", "ended"), ("innovation_societale", "active")):
        builders.agreement(kind=kind, state=state)


@pytest.mark.parametrize("name", ["freshness", "states", "kinds", "signatures"])
def test_every_number_is_the_count_of_its_list(client, figures_world, name):
    rows = client.get("/chiffres/").context[name]["rows"]

    assert [(row.label, row.value) for row in rows] == [(row.label, count_of(client, row.url)) for row in rows]
    assert sum(row.value for row in rows) > 0


def test_the_year_of_a_signature_is_that_of_paris(client):
    version = builders.charter_version("2020")
    for year in (2020, 2020, 2022):
        builders.signature(None, version, signed_at=datetime(year, 12, 31, 23, 30, tzinfo=UTC))
    rows = client.get("/chiffres/").context["signatures"]["rows"]

    assert {row.label: row.value for row in rows} == {"2021": 2, "2022": 0, "2023": 1}


def test_each_cell_of_axes_and_regions_is_the_count_of_its_list(client, figures_world):
    lines = client.get("/chiffres/axes-et-regions/").context["lines"]

    cells = [cell for _, line in lines for cell in line]
    assert [cell.value for cell in cells] == [count_of(client, cell.url) for cell in cells]
    assert sum(cell.value for cell in cells) > 0


def test_blanks_are_the_regions_where_nobody_carries_an_axis(client, figures_world):
    context = client.get("/chiffres/").context
    axes = {axis.number: axis for axis in context["axes"]}

    blanks = {axis.number: {region.code for region in regions} for axis, regions in context["blanks"]}
    everywhere = {region.code for region, _ in client.get("/chiffres/axes-et-regions/").context["lines"]}
    for number in axes:
        empty = {code for code in everywhere if not count_of(client, f"/projets/?axis={number}&region={code}")}
        assert (number, blanks.get(number, set())) == (number, empty)


def test_what_the_programme_announced_has_its_date_and_source_and_is_not_computed(client, figures_world):
    ProgrammeCount.objects.create(value=33, on="2014-10-14", precision="month", source="Publication du programme.")
    html = re.sub(r"\s+", " ", client.get("/chiffres/").content.decode())

    assert '<th scope="row">Octobre 2014</th><td class="number">33</td>' in html
    assert "Réseaux nationaux. Publication du programme." in html


def test_there_is_no_number_without_its_definition(client, figures_world):
    html = client.get("/chiffres/").content.decode()

    assert html.count("Définition.</strong>") == html.count('<section class="stack"') == 6
    assert "Comptés dans le portail le " in html


def test_an_empty_portal_has_no_figure_and_does_not_fail(client):
    html = client.get("/chiffres/").content.decode()

    assert ("Rien à compter pour l’instant." in html, "Aucun nombre annoncé n’est enregistré." in html) == (True, True)


@pytest.mark.parametrize(("path", "queries"), [("/chiffres/", 11), ("/chiffres/axes-et-regions/", 3)])
@pytest.mark.parametrize("count", [1, 3])
def test_the_figures_cost_the_same_queries_whatever_they_count(client, django_assert_num_queries, path, queries, count):
    version = builders.charter_version("2020")
    for _ in range(count):
        lead = builders.organisation(commune=builders.commune())
        builders.project([builders.axis()], lead=lead, commune=lead.commune)
        builders.signature(lead, version)
        builders.agreement(lead)

    with django_assert_num_queries(queries):
        client.get(path)
