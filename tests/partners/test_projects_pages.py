"""The list and the map of projects, as anybody reads them."""

import re
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from partners.filters import projects
from partners.models import Project, ProjectFigure
from tests import builders
from tests.query_table import BREST, PROJECTS, REFUSED, query_world  # noqa: F401

pytestmark = pytest.mark.django_db
LIST_QUERIES = 7


def slugs_in(response) -> set[str]:
    """The projects that the list shows."""
    rows = response.content.decode().partition('<ul class="rows"')[2].partition("</ul>")[0]
    return set(re.findall(r'<h3 class="row__title"><a href="/projets/([\w-]+)/"', rows))


def test_the_page_answers_the_shared_table(client, query_world):  # noqa: F811
    answers = [(query, slugs_in(client.get(f"/projets/?{encoded(query)}"))) for query, _ in PROJECTS]

    assert answers == PROJECTS


def test_the_map_counts_what_the_list_finds(client, query_world):  # noqa: F811
    departments = dict(Project.objects.values_list("slug", "department"))
    for query, slugs in PROJECTS:
        criteria, _ = projects.parse(QueryDict(query))
        expected: dict[str, int] = {}
        for slug in slugs:
            expected[departments[slug] or ""] = expected.get(departments[slug] or "", 0) + 1

        assert (query, criteria.by_department()) == (query, expected)


def encoded(query: str) -> str:
    return query.replace("+", "%2B").replace(" ", "+")


def test_what_is_not_understood_is_said_and_the_rest_is_shown(client, query_world):  # noqa: F811
    for query, parameter in REFUSED:
        response = client.get(f"/projets/?{query}")

        assert (query, response.status_code) == (query, 200)
        assert f"« {parameter} » laissé de côté" in response.content.decode()


def test_a_list_without_problem_shows_no_notice(client, query_world):  # noqa: F811
    assert "laissé de côté" not in client.get("/projets/?axis=4&page=1").content.decode()


@pytest.mark.parametrize("page", ["2", "0", "-1", "abc", "9" * 50])
def test_a_page_that_does_not_exist_is_said(client, query_world, page):  # noqa: F811
    response = client.get(f"/projets/?page={page}")

    assert response.status_code == 200
    assert "il n’y a pas de page" in response.content.decode()


def test_a_typed_place_becomes_its_code_and_replaces_the_former_place(client, query_world):  # noqa: F811
    response = client.get("/projets/?department=23&place=Brest&axis=4")

    assert slugs_in(response) == {"halle"}
    assert response.context["listing"].criteria.address() == "axis=4&commune=29019"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("29200", "commune=29019"),
        ("Finistère", "department=29"),
        ("finistere (29)", "department=29"),
        ("La Creuse", "department=23"),
        ("2a", "department=2A"),
        ("Bretagne", "region=53"),
        ("île de france", "region=11"),
        ("Guéret (23)", "commune=23096"),
        ("gueret", "commune=23096"),
        ("Lambézellec", "commune=29996"),
        ("Guérret", "commune=23096"),
    ],
)
def test_a_place_is_understood_however_it_is_typed(client, query_world, typed, address):  # noqa: F811
    response = client.get("/projets/", {"place": typed})

    expected = address.replace("29996", "29019")
    assert response.context["listing"].criteria.address() == expected


def test_a_place_that_nobody_knows_is_said(client, query_world):  # noqa: F811
    response = client.get("/projets/", {"place": "Zzyzx\x00"})

    assert "« place » laissé de côté : aucun lieu ne s’appelle" in response.content.decode()
    assert response.context["listing"].criteria.address() == ""


def test_a_name_that_several_communes_bear_offers_the_others(client, query_world):  # noqa: F811
    builders.commune("35999", "Brest", builders.department("35", "Ille-et-Vilaine"), population=10)
    response = client.get("/projets/?place=Brest&axis=4")

    assert [(place.label, place.url) for place in response.context["listing"].other_places] == [
        ("Brest (35)", "/projets/?axis=4&commune=35999")
    ]


def test_each_chip_takes_one_choice_away(client, query_world):  # noqa: F811
    listing = client.get(f"/projets/?axis=4&axis=1&status=ongoing&near={BREST}").context["listing"]

    assert listing.chips == [
        {"label": "Inclusion numérique", "url": "/projets/?axis=1&status=ongoing&near=48.3905%2C-4.486&radius_km=25"},
        {"label": "Lieux partagés", "url": "/projets/?axis=4&status=ongoing&near=48.3905%2C-4.486&radius_km=25"},
        {"label": "En cours", "url": "/projets/?axis=4&axis=1&near=48.3905%2C-4.486&radius_km=25"},
        {"label": "À moins de 25 km de Brest (29)", "url": "/projets/?axis=4&axis=1&status=ongoing"},
    ]


def test_a_facet_ignores_its_own_choice(client, query_world):  # noqa: F811
    context = client.get("/projets/?axis=4&status=ongoing").context

    assert {option.value: (option.count, option.checked) for option in context["facets"]["axis"]} == {
        "1": (2, False),
        "4": (1, True),
    }
    assert {option.value: option.count for option in context["facets"]["status"]} == {
        "idea": 1,
        "ongoing": 1,
    }
    assert {option.value: option.count for option in context["facets"]["freshness"]} == {
        "confirmed": 1,
        "stale": 1,
    }
    assert [(option.value, option.count) for option in context["facets"]["network"]] == [("rives", 1)]


def test_every_count_of_a_facet_is_what_its_choice_finds(client, query_world):  # noqa: F811
    for query in ("", "axis=4", "status=ongoing&region=53", "network=rives", "freshness=stale"):
        context = client.get(f"/projets/?{query}").context
        for name, options in context["facets"].items():
            kept = context["listing"].criteria.address(drop=[name])
            for option in options:
                criteria, _ = projects.parse(QueryDict(f"{kept}&{name}={option.value}"))
                assert (query, name, option.value, option.count) == (
                    query,
                    name,
                    option.value,
                    criteria.queryset().count(),
                )


def test_a_corrected_search_says_so_and_offers_the_words_as_typed(client, query_world):  # noqa: F811
    html = client.get("/projets/?q=inclusoin").content.decode()

    assert "Résultats pour <strong>inclusion</strong>" in html
    assert 'href="/projets/?q=%22inclusoin%22"' in html


def test_orders_are_kept_and_never_overlap(client, query_world):  # noqa: F811
    def order(query):
        return list(projects.parse(QueryDict(query))[0].ordered().values_list("slug", flat=True))

    assert order("") == ["bus", "halle", "sans-lieu", "recyclerie", "phare", "cafe"]
    assert order("ordering=title") == ["bus", "cafe", "halle", "phare", "recyclerie", "sans-lieu"]
    assert order(f"near={BREST}") == ["halle", "phare"]
    assert order("q=inclusion numérique brest") == ["halle"]


def test_words_of_the_title_come_before_words_of_the_place(query_world):  # noqa: F811
    builders.project(title="Les écrans de Brest", slug="ecrans", commune_id="23096")

    criteria, _ = projects.parse(QueryDict("q=Brest"))
    assert list(criteria.ordered().values_list("slug", flat=True)) == ["ecrans", "halle"]


def many_projects(count: int) -> None:
    lead, commune = builders.organisation(kind="network"), builders.commune()
    axes = [builders.axis(1, "lieux partagés"), builders.axis(4, "inclusion numérique")]
    today = timezone.localdate()
    made = Project.objects.bulk_create(
        Project(
            title=f"Projet {n}", slug=f"projet-n-{n}", lead=lead, commune=commune, moderation="published",
            confirmed_on=today - timedelta(days=n % 300),
        )
        for n in range(count)
    )  # fmt: skip
    links = [Project.axes.through(project=project, axis=axes[n % 2]) for n, project in enumerate(made)]
    Project.axes.through.objects.bulk_create(links)
    ProjectFigure.objects.bulk_create(ProjectFigure(project=project, label="repas", reached=3) for project in made)


@pytest.mark.parametrize("count", [1, 3, 1000])
def test_the_list_costs_the_same_queries_whatever_its_length(client, django_assert_num_queries, count):
    many_projects(count)

    with django_assert_num_queries(LIST_QUERIES):
        response = client.get("/projets/")
    assert response.context["listing"].page.paginator.count == count


def test_the_count_stops_at_ten_thousand(query_world, monkeypatch):  # noqa: F811
    from partners.filters.paging import count_up_to

    rows = projects.parse(QueryDict(""))[0].queryset()
    assert [count_up_to(rows, limit) for limit in (5, 6, 7)] == [(5, False), (6, True), (6, True)]


def test_an_empty_list_says_why_and_how_to_get_out(client, query_world):  # noqa: F811
    html = client.get("/projets/?commune=29075&axis=1").content.decode()

    assert "Aucun projet ne répond à tout cela" in html
    assert "à moins de 25 km de Guipavas (29)" in html
    assert "near=48.4342%2C-4.4006" in html


def test_the_map_page_lists_every_departement_of_its_regions(client, query_world):  # noqa: F811
    response = client.get("/projets/carte/?axis=4")
    html = re.sub(r"\s+", " ", response.content.decode())

    assert '<a href="/projets/carte/?axis=4&amp;region=53">Bretagne</a> 1' in html
    assert '<a href="/projets/carte/?axis=4&amp;department=29">Finistère</a> 1, Ille-et-Vilaine 0' in html
    assert '<a href="/projets/?axis=4">Voir la même sélection en liste</a>' in html


def test_the_boxes_and_the_facets_are_one_form_that_loses_nothing(client, query_world):  # noqa: F811
    builders.axis(5, "achats responsables")
    query = f"q=écrans&axis=4&stake=numerique&kind=local&near={BREST}&radius_km=50&ordering=title"
    response = client.get(f"/projets/?{query}")
    html = response.content.decode()

    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html)
    assert hidden == [
        ("stake", "numerique"),
        ("kind", "local"),
        ("near", "48.3905,-4.486"),
        ("radius_km", "50"),
        ("ordering", "title"),
    ]
    assert re.findall(r'name="(q|place)"(?: id="place")? form="(\w+)"', html) == [
        ("q", "filtres"),
        ("place", "filtres"),
    ]


@pytest.mark.parametrize(
    "query", ["department=29", "region=53", "commune=29019", "department=53", "commune=53147", "department=75"]
)
def test_the_place_box_gives_back_the_place_it_shows(client, query_world, query):  # noqa: F811
    mayenne = builders.department("53", "Mayenne", builders.region("52", "Pays de la Loire"))
    builders.commune("53147", "Mayenne", mayenne, postal_codes=["53100"])
    shown = client.get(f"/projets/?{query}").context["listing"].place_text

    again = client.get("/projets/", {"place": shown}).context["listing"]
    assert again.criteria.address() == query


def test_many_choices_of_one_kind_are_one_chip(client, query_world):  # noqa: F811
    regions = "&".join(f"region={code}" for code in ("53", "75", "11", "94", "84"))
    listing = client.get(f"/projets/?{regions}&axis=1").context["listing"]

    assert listing.chips == [
        {"label": "Lieux partagés", "url": f"/projets/?{regions}"},
        {"label": "Régions : 5 choix", "url": "/projets/?axis=1"},
    ]
