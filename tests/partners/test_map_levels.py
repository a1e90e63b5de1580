"""The map goes from France to a commune; at each level it draws the rows of the list of the same address."""

import pytest

from tests import builders
from tests.query_table import BREST, PROJECTS, query_world  # noqa: F401

pytestmark = pytest.mark.django_db


def level_at(client, query: str):
    return client.get(f"/projets/carte/?{query}").context["level"]


@pytest.mark.parametrize(
    ("query", "name", "trail"),
    [
        ("", "france", []),
        ("axis=4", "france", []),
        ("region=53&region=75", "france", []),
        ("region=53", "region", ["/projets/carte/"]),
        ("department=29&axis=4", "department", ["/projets/carte/?axis=4", "/projets/carte/?axis=4&region=53"]),
        ("commune=29019", "commune",
         ["/projets/carte/", "/projets/carte/?region=53", "/projets/carte/?department=29"]),
        (f"near={BREST}&radius_km=30", "around", ["/projets/carte/"]),
    ],
)  # fmt: skip
def test_the_place_asked_for_decides_how_near_the_map_is(client, query_world, query, name, trail):  # noqa: F811
    level = level_at(client, query)

    assert (level.name, [link.url for link in level.trail]) == (name, trail)


def test_the_map_and_the_list_of_one_address_count_the_same(client, query_world):  # noqa: F811
    for query, slugs in PROJECTS:
        address = query.replace(" ", "+")
        assert (query, client.get(f"/projets/carte/?{address}").context["total"]) == (query, len(slugs))


@pytest.mark.parametrize("query", ["department=29", "commune=29019", f"near={BREST}&radius_km=30", "department=23"])
def test_the_clusters_count_exactly_the_rows_that_have_a_point(client, query_world, query):  # noqa: F811
    shown = client.get(f"/projets/carte/?{query}").context

    assert sum(cluster.count for cluster in shown["level"].picture.clusters) == shown["total"]


def test_a_project_alone_leads_to_its_page_and_several_lead_nearer(client):
    brest = builders.commune()
    quimper = builders.commune("29232", "Quimper", lat=47.9975, lon=-4.0979, postal_codes=["29000"])
    builders.project(slug="seul", title="Seul à Quimper", commune=quimper)
    for _ in range(2):
        builders.project(commune=brest)

    clusters = level_at(client, "department=29").picture.clusters
    inside = level_at(client, "commune=29019").picture.clusters

    assert [(each.count, each.url) for each in clusters] == [
        (2, "/projets/carte/?commune=29019"),
        (1, "/projets/seul/"),
    ]
    assert [(each.count, each.url) for each in inside] == [(2, "/projets/?commune=29019")]


def test_a_circle_over_several_communes_holds_all_that_it_counts(client):
    places = [builders.commune(f"2910{n}", f"Ici-{n}", lat=48.4 + n / 60, lon=-4.4 + n / 60) for n in range(3)]
    for place in places:
        builders.project(commune=place)

    (cluster,) = [each for each in level_at(client, "department=29").picture.clusters if each.count > 1][:1]
    nearer = client.get(cluster.url)

    assert nearer.context["level"].name == "around"
    assert nearer.context["total"] >= cluster.count


def test_an_approximate_point_says_so(client):
    builders.project(title="Quelque part", commune=builders.commune(precision="E"))
    builders.project(title="Ici même", commune=builders.commune("29232", "Quimper", lat=47.9975, lon=-4.0979))

    told = {each.label: each.approximate for each in level_at(client, "department=29").picture.clusters}
    assert told == {"Quelque part, position approximative": True, "Ici même": False}


def test_a_place_that_the_map_does_not_draw_still_has_its_list(client):
    here = builders.region("975", "Saint-Pierre-et-Miquelon", zone="com")
    miquelon = builders.department("975", "Saint-Pierre-et-Miquelon", here)
    builders.project(commune=builders.commune("97502", "Saint-Pierre", miquelon, lat=46.78, lon=-56.17))
    response = client.get("/projets/carte/?department=975")

    assert (response.status_code, response.context["total"]) == (200, 1)
    assert 'href="/projets/carte/?commune=97502"' in response.content.decode()


LEVELS = [("", 8), ("region=53", 9), ("department=29", 11), ("commune=29019", 12)]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("query", "queries"), LEVELS)
def test_each_level_costs_the_same_queries_whatever_it_holds(client, django_assert_num_queries, query, queries, count):
    for number in range(count):
        apart = {"lat": 48.1 + number / 5, "lon": -4.2}
        builders.project([builders.axis()], commune=builders.commune(), lead=builders.organisation(), **apart)

    with django_assert_num_queries(queries):
        client.get(f"/projets/carte/?{query}")
