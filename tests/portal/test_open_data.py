"""The page of open data, and the communes that a script may ask for."""

import re

import pytest

from tests import builders

pytestmark = pytest.mark.django_db


def test_every_file_that_the_page_offers_can_be_taken(client):
    html = client.get("/donnees/").content.decode()
    files = sorted(set(re.findall(r'href="(/api/v1/[\w-]+/(?:\?format=\w+)?)"', html)))

    assert len(files) > 30
    for path in files:
        response = client.get(path, follow=True)
        assert (path, response.status_code) == (path, 200)
        assert b"".join(response)


def test_the_dictionary_names_every_field_of_the_api(client):
    from partners.api.projects import ProjectRow

    data_sets = {data.resource: data for data in client.get("/donnees/").context["data_sets"]}

    assert [field.split(" (")[0] for field in data_sets["projects"].fields] == list(ProjectRow().fields)


@pytest.fixture
def communes():
    cotes = builders.department("22", "Côtes-d’Armor")
    builders.commune("22278", "Saint-Brieuc", cotes, population=44_000, postal_codes=["22000"])
    builders.commune("22277", "Saint-Brandan", cotes, population=2_300, postal_codes=["22800"])
    builders.commune("29019", "Brest")
    builders.commune("56017", "Bohal", builders.department("56", "Morbihan"), population=800, postal_codes=["56140"])


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("saint br", ["22278", "22277"]),
        ("St-Brieuc", ["22278"]),
        ("brieuc", ["22278"]),
        ("breist", ["29019"]),
        ("22", ["22278", "22277"]),
        ("29200", ["29019"]),
        ("BREST", ["29019"]),
        ("b", ["29019", "56017"]),
        ("", []),
        ("%", []),
        ("_rest", []),
        ("\x00", []),
        ("x" * 5000, []),
    ],
)
def test_a_commune_is_suggested_by_its_beginning_a_word_or_likeness(client, communes, typed, codes):
    response = client.get("/communes/", {"q": typed})

    assert [row["code"] for row in response.json()["results"]] == codes


def test_a_suggestion_is_exactly_this(client, communes):
    response = client.get("/communes/?q=brest")

    assert response.json() == {
        "results": [{"code": "29019", "name": "Brest", "department": "Finistère", "label": "Brest (29)"}]
    }
    assert response.headers["Cache-Control"] == "public, max-age=3600"
