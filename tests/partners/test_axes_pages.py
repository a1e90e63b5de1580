"""The axes: what is known of each, and how sure that is."""

import pytest

from partners.models import Axis, Region
from tests import builders
from tests.query_table import query_world  # noqa: F401

pytestmark = pytest.mark.django_db


def test_axes_stand_under_their_stake_with_their_status_and_figures(client, query_world):  # noqa: F811
    builders.axis(10, "Axe à renseigner", status="to_fill_in")
    response = client.get("/axes/")

    stakes = [(stake and stake.slug, [axis.number for axis in axes]) for stake, axes in response.context["stakes"]]
    assert stakes == [("cohesion", [1, 2]), ("numerique", [4]), ("ecologie", [3]), (None, [10])]
    counts = {
        axis.number: (axis.project_count, axis.organisation_count)
        for _, axes in response.context["stakes"]
        for axis in axes
    }
    assert counts == {1: (2, 2), 2: (1, 0), 3: (1, 1), 4: (2, 1), 10: (0, 0)}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_queries_whatever_its_length(client, django_assert_num_queries, count):
    for number in range(1, count + 1):
        builders.project([builders.axis(number)])

    with django_assert_num_queries(3):
        client.get("/axes/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_queries_whatever_it_holds(client, django_assert_num_queries, count):
    axis = builders.axis(1)
    for _ in range(count):
        organisation = builders.organisation()
        organisation.axes.set([axis])
        builders.project([axis], lead=organisation)

    with django_assert_num_queries(15):
        client.get("/axes/1/")


def test_the_page_of_an_axis_says_what_who_and_where(client, query_world):  # noqa: F811
    response = client.get("/axes/4/")
    html = response.content.decode()

    assert [figure["value"] for figure in response.context["figures"]] == [2, 2, 1, 0]
    assert response.context["by_department"] == {"29": 1, "69": 1}
    assert ['href="/projets/halle/"' in html, 'href="/annuaire/atelier/"' in html] == [True, True]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("attested", "Axe attesté."),
        ("to_confirm", "sans que l’on puisse prouver qu’il figure parmi les douze axes"),
        ("to_fill_in", "rien n’est inventé ici"),
    ],
)
def test_the_page_says_how_sure_the_portal_is(client, status, words):
    builders.axis(7, "Nom de l’axe", status=status, source="Rapport 2020, page 4" if status == "attested" else "")

    html = client.get("/axes/7/").content.decode()
    assert (words in html, "Rapport 2020, page 4" in html) == (True, status == "attested")


def test_an_axis_that_ended_or_never_was_is_not_found(client):
    builders.axis(9, valid_to="2019-12-31")

    assert [client.get(path).status_code for path in ("/axes/9/", "/axes/99/", "/axes/999999999999999999999/")] == [
        404
    ] * 3


def test_every_figure_of_an_axis_is_the_count_of_the_list_that_it_opens(client, query_world):  # noqa: F811
    builders.agreement().axes.set([Axis.objects.get(number=4)])
    builders.agreement(state="ended").axes.set([Axis.objects.get(number=4)])
    projects, _, organisations, agreements = client.get("/axes/4/").context["figures"]

    for figure in (projects, organisations, agreements):
        listing = client.get(figure["url"]).context["listing"]
        assert (figure["label"], figure["value"]) == (figure["label"], listing.page.paginator.count)
    assert agreements["value"] == 1


def test_the_regions_where_nobody_carries_the_axis_are_named(client, query_world):  # noqa: F811
    absent = {region.code for region in client.get("/axes/4/").context["absent"]}

    known = set(Region.objects.exclude(zone="com").values_list("code", flat=True))
    with_some = {
        code for code in known if client.get(f"/projets/?axis=4&region={code}").context["listing"].page.paginator.count
    }
    assert absent == known - with_some
