"""The one search box: what a sentence asks for, and what it finds of each kind."""

import pytest

from alliance.portal.interpretation import interpret
from partners.actions.vocabulary import rebuild_vocabulary
from tests import builders
from tests.query_table import query_world  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("inclusion numérique à Brest", "axis=4&commune=29019"),
        ("INCLUSION NUMERIQUE BREST", "axis=4&commune=29019"),
        ("lieux partagés dans la Creuse", "axis=1&department=23"),
        ("les projets de l’économie circulaire en Bretagne", "axis=3&region=53"),
        ("projets près de Guéret", "commune=23096"),
        ("29200", "commune=29019"),
        ("inclusion numérique et lieux partagés", "axis=1&axis=4"),
        ("inclusion numérique", "axis=4"),
        ("inclusion numérique ordinateurs à Brest", "q=ordinateurs&axis=4&commune=29019"),
        ("café des voisins", ""),
        ("de la", ""),
    ],
)
def test_a_sentence_is_read_as_axes_a_place_and_words(query_world, typed, address):  # noqa: F811
    reading = interpret(typed)

    assert (reading.query().urlencode() if reading.says_something else "") == address


def test_a_departement_comes_before_the_commune_of_the_same_name(query_world):  # noqa: F811
    haute_saone = builders.department("70", "Haute-Saône", builders.region("27", "Bourgogne-Franche-Comté"))
    builders.commune("70186", "La Creuse", haute_saone, population=80, lat=47.6, lon=6.3)

    assert interpret("lieux partagés dans la Creuse").query().urlencode() == "axis=1&department=23"


def test_the_filtered_list_is_offered_first(client, query_world):  # noqa: F811
    response = client.get("/recherche/?q=inclusion+numérique+à+Brest")
    html = response.content.decode()

    assert response.context["offer"]["count"] == 1
    assert html.index("/projets/?axis=4&amp;commune=29019") < html.index('id="axes"')
    assert [project.slug for project in response.context["offer"]["rows"]] == ["halle"]


def test_where_a_commune_has_nothing_the_nearest_is_shown(client, query_world):  # noqa: F811
    response = client.get("/recherche/?q=inclusion+numérique+à+Guipavas")

    offer = response.context["offer"]
    assert (offer["count"], offer["around"]["count"], [row.slug for row in offer["rows"]]) == (0, 1, ["halle"])
    assert "Guipavas (29) : rien sur place" in response.content.decode()


def test_each_kind_has_its_results(client, query_world):  # noqa: F811
    builders.convention(title="Convention des Passerelles", slug="convention-passerelles")
    builders.convention(title="Passerelles en préparation", state="draft")
    html = client.get("/recherche/?q=passerelles").content.decode()

    assert "/annuaire/passerelles/" in html
    assert "/conventions/convention-passerelles/" in html
    assert "en préparation" not in html


def test_a_commune_leads_to_what_is_near_it(client, query_world):  # noqa: F811
    assert 'href="/projets/?near=48.3905,-4.486"' in client.get("/recherche/?q=Brest").content.decode()


def test_articles_of_the_charter_and_help_are_found(client):
    version = builders.charter_version("2020", articles=("Confiance et probité", "Gouvernance"))
    html = client.get("/recherche/?q=probité").content.decode()
    help_html = client.get("/recherche/?q=mandat").content.decode()

    assert ("Confiance et probité" in html, f"La charte, version {version.label}" in html) == (True, True)
    assert 'href="/aide/#signer"' in help_html


def test_mistyped_words_are_corrected_and_may_be_kept(client, query_world):  # noqa: F811
    html = client.get("/recherche/?q=inclusoin+numérique").content.decode()

    assert "Résultats pour <strong>inclusion numérique</strong>" in html
    assert 'href="?q=%22inclusoin%22%20%22num%C3%A9rique%22"' in html


@pytest.mark.parametrize("typed", ["", "   ", "%00", "zzzzzz", "%27%3B--", "a" * 5000, "(((", "%25_%5C", "&page=2"])
def test_nothing_typed_breaks_it(client, query_world, typed):  # noqa: F811
    assert client.get(f"/recherche/?q={typed}").status_code == 200


def test_nothing_found_says_what_to_try(client, query_world):  # noqa: F811
    assert "Rien ne répond à ces mots" in client.get("/recherche/?q=xyzzyx").content.decode()


def test_what_nobody_may_see_is_not_found(client, query_world):  # noqa: F811
    html = client.get("/recherche/?q=brouillon").content.decode() + client.get("/recherche/?q=cachée").content.decode()

    assert ("/projets/brouillon/" in html, "/annuaire/cachee/" in html) == (False, False)


@pytest.mark.parametrize("count", [1, 3])
def test_the_results_cost_the_same_queries_however_many(client, django_assert_num_queries, count):
    for _ in range(count):
        builders.project(title="Jardin commun", commune=builders.commune(), lead=builders.organisation(name="Jardin"))

    with django_assert_num_queries(24):
        client.get("/recherche/?q=jardin")


def test_where_nothing_answers_all_that_was_said_a_part_of_it_is_offered(client, query_world):  # noqa: F811
    response = client.get("/recherche/?q=économie+circulaire+dans+la+Creuse")

    wider = [(each["reading"].title, each["count"], each["address"]) for each in response.context["offer"]["wider"]]
    assert wider == [("Creuse (23)", 1, "department=23"), ("Économie circulaire", 1, "axis=3")]
    assert 'href="/projets/?department=23"' in response.content.decode()


def test_a_word_that_is_nearly_the_name_of_a_commune_suggests_no_place(client, query_world):  # noqa: F811
    builders.commune("37047", "Cerelles", builders.department("37", "Indre-et-Loire"), lat=47.5, lon=0.7)
    response = client.get("/recherche/?q=passerelles")

    assert "places" not in {section.kind for section in response.context["sections"]}
    found = {section.kind: section.found for section in client.get("/recherche/?q=Cerelles").context["sections"]}
    assert [place.label for place in found["places"]] == ["Cerelles (37)"]


def kinds(client, typed: str) -> list[str]:
    return [section.kind for section in client.get(f"/recherche/?q={typed}").context["sections"]]


def test_the_kind_whose_row_is_called_as_typed_comes_first(client, query_world):  # noqa: F811
    builders.organisation(name="Lieux partagés")

    assert kinds(client, "bretagne")[0] == "places"
    assert kinds(client, "inclusion+numérique")[0] == "axes"
    assert kinds(client, "passerelles")[0] == "organisations"


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("Bretagne", "/territoires/regions/53/"),
        ("bretange", "/territoires/regions/53/"),
        ("Finistère", "/territoires/departements/29/"),
        ("29", "/territoires/departements/29/"),
        ("29200", "/projets/?commune=29019"),
        ("chartre", "/charte/"),
        ("convensions", "/conventions/"),
        ("statistique", "/chiffres/"),
        ("attestaton", "/aide/#verifier"),
    ],
)
def test_one_box_finds_each_kind_even_mistyped(client, query_world, typed, url):  # noqa: F811
    rebuild_vocabulary()

    assert f'href="{url}"' in client.get(f"/recherche/?q={typed}").content.decode()


def test_a_commune_typed_as_it_is_heard_is_proposed(client, query_world):  # noqa: F811
    builders.commune("33063", "Bordeaux", builders.department("33", "Gironde"), population=260_000)
    html = client.get("/recherche/?q=bordo").content.decode()

    assert "Vous cherchiez un lieu ?" in html
    assert '<a href="/projets/?commune=33063">Bordeaux (33)</a>' in html


def test_the_box_at_the_top_of_every_page_searches_everything(client, query_world):  # noqa: F811
    for path in ("/projets/", "/aide/", "/territoires/", "/nulle-part/"):
        assert (path, 'action="/recherche/"' in client.get(path).content.decode()) == (path, True)


@pytest.mark.parametrize("path", ["/", "/recherche/"])
def test_a_page_with_the_large_box_has_no_second_one(client, path):
    assert client.get(path).content.decode().count('action="/recherche/"') == 1
