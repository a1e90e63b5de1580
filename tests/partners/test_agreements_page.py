"""The public list of accords: what was agreed, between whom, never for how much."""

import pytest

from tests import builders

pytestmark = pytest.mark.django_db


def titles(client, query: str = "") -> set[str]:
    return {agreement.title for agreement in client.get(f"/accords/?{query}").context["listing"].page}


@pytest.fixture
def four_agreements():
    brest = builders.organisation(slug="brest", name="Atelier de Brest", commune=builders.commune())
    axis = builders.axis(4, "inclusion numérique")
    builders.agreement(brest, title="Mécénat", kind="mecenat", amount_cents=123_456_00).axes.set([axis])
    builders.agreement(title="Achats", kind="pratiques_responsables", state="ended")
    builders.agreement(title="Brouillon", state="draft")
    builders.agreement(title="Discret", is_public=False)
    builders.agreement(builders.organisation(is_public=False), title="Caché")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Mécénat", "Achats"}),
        ("kind=mecenat", {"Mécénat"}),
        ("status=ended", {"Achats"}),
        ("status=active&kind=pratiques_responsables", set()),
        ("axis=4", {"Mécénat"}),
        ("region=53", {"Mécénat"}),
        ("q=achat", {"Achats"}),
        ("place=Brest", {"Mécénat"}),
    ],
)
def test_the_page_finds_what_its_address_asks_for(client, four_agreements, query, found):
    assert titles(client, query) == found


def test_no_amount_is_ever_shown(client, four_agreements):
    html = client.get("/accords/").content.decode()

    assert ("123" in html, "€" in html, 'href="/annuaire/brest/"' in html) == (False, False, True)


def test_every_count_of_a_facet_is_what_its_choice_finds(client, four_agreements):
    facets = client.get("/accords/").context["facets"]

    told = {(name, option.value): option.count for name, options in facets.items() for option in options}
    assert told == {(name, value): len(titles(client, f"{name}={value}")) for name, value in told}


def test_what_is_not_understood_is_said(client, four_agreements):
    assert "laissé de côté" in client.get("/accords/?kind=cadeau").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_queries_whatever_its_length(client, django_assert_num_queries, count):
    for _ in range(count):
        builders.agreement(builders.organisation(commune=builders.commune())).axes.set([builders.axis()])

    with django_assert_num_queries(7):
        client.get("/accords/")
