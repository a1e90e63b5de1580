"""What the search box offers while one types."""

from datetime import datetime

import pytest
from django.utils import timezone

from tests import builders
from tests.query_table import query_world  # noqa: F401

pytestmark = pytest.mark.django_db
PATH = "/recherche/propositions/"


def offered(client, typed: str) -> list[tuple[str, str, str]]:
    response = client.get(PATH, {"q": typed})
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "public, max-age=300")
    return [(row["label"], row["kind"], row["url"]) for row in response.json()["results"]]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("breta", [("Bretagne", "Région", "/territoires/regions/53/"),
                   ("Rives & Relais en Bretagne", "Organisation", "/annuaire/rives-bretagne/")]),
        ("finis", [("Finistère", "Département", "/territoires/departements/29/")]),
        ("Brest", [("Brest (29)", "Commune", "/projets/?commune=29019")]),
        ("29490", [("Guipavas (29)", "Commune", "/projets/?commune=29075")]),
        ("inclusion", [("Inclusion numérique", "Axe d’action", "/axes/4/")]),
        ("rives", [("Réseau Rives & Relais", "Réseau national", "/annuaire/rives/"),
                   ("Rives & Relais en Bretagne", "Organisation", "/annuaire/rives-bretagne/")]),
        ("annuelle", [("Convention annuelle (2031)", "Convention", "/conventions/c31/")]),
        ("accessibilité", [("Accessibilité", "Page", "/accessibilite/")]),
        ("cachee", []), ("brouillon", []), ("b", []), ("", []), ("\x00", []), ("%", []), ("x" * 5000, []),
    ],
)  # fmt: skip
def test_each_thing_is_offered_with_its_kind(client, query_world, typed, expected):  # noqa: F811
    starts_at = datetime(2031, 1, 10, 9, tzinfo=timezone.get_default_timezone())
    builders.convention(slug="c31", title="Convention annuelle", starts_at=starts_at)
    assert offered(client, typed) == expected


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_as_many_queries_for_one_thing_as_for_three(client, django_assert_max_num_queries, rows):
    for _ in range(rows):
        builders.organisation(name="Bresse", commune=builders.commune())
    with django_assert_max_num_queries(9):
        client.get(PATH, {"q": "bre"})
