"""Error pages: the right status, the sentence, the portal's own design; nothing of the machinery."""

import pytest
from django.db import connection
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.lib.urls")]


@pytest.fixture
def quiet(client) -> Client:
    """A client that answers 500 as a server does, instead of raising."""
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("conflict", 409, "Les inscriptions sont closes."),
        ("throttled", 429, "Vous pourrez recommencer dans 90 secondes."),
        ("invalid", 400, "Cette demande n’est pas lisible"),
        ("denied", 403, "Vous ne pouvez pas faire cela d’ici"),
        ("busy", 503, "Le portail est très demandé"),
        ("bug", 500, "Le portail a rencontré une panne"),
        ("data", 500, "Le portail a rencontré une panne"),
        ("nul", 400, "Cette demande n’est pas lisible"),
    ],
)
def test_each_failure_has_its_page(quiet, kind, status, words):
    response = quiet.get(f"/fails/{kind}/")
    text = response.content.decode()
    assert response.status_code == status
    assert words in text
    assert '<html lang="fr"' in text
    assert "example.org" not in text
    assert "no-store" in response.headers["Cache-Control"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_whoever_must_wait_is_told_for_how_long(quiet):
    assert quiet.get("/fails/throttled/").headers["Retry-After"] == "90"
    assert quiet.get("/fails/busy/").headers["Retry-After"] == "2"


def test_an_unknown_page_and_a_nul_in_the_path_have_their_pages(client):
    assert client.get("/nulle-part/").status_code == 404
    response = client.get("/fails/a%00b/")
    assert response.status_code == 400
    assert "Cette demande n’est pas lisible" in response.content.decode()


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/api/v1/projets/", 404, "Cette page n’existe pas ou n’existe plus."),
        ("/api/v1/projects/a,b/", 404, "Cette page n’existe pas ou n’existe plus."),
        ("/api/v1/projects/a%00b/", 400, "La demande contient un caractère interdit."),
    ],
)
def test_a_program_is_refused_in_its_own_language(client, path, status, sentence):
    response = client.get(path)
    assert (response.status_code, response.json()) == (status, {"detail": sentence})
    assert response.headers["Content-Type"] == "application/json"


def test_a_page_asked_with_the_wrong_method_says_so_and_what_it_allows(client):
    response = client.post("/annuaire/", {"q": "x"})
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")
    assert "Cette page ne se demande pas ainsi" in response.content.decode()
    assert client.post("/api/v1/axes/").json() == {"detail": "Méthode «\xa0POST\xa0» non autorisée."}


def test_a_form_that_expired_is_a_403_with_a_sentence(settings):
    response = Client(enforce_csrf_checks=True).post("/fails/none/", {})
    assert response.status_code == 403
    assert "Le formulaire a expiré" in response.content.decode()


def test_the_503_and_500_pages_ask_nothing_of_the_database(quiet, django_assert_num_queries):
    with django_assert_num_queries(0):
        for kind in ("busy", "bug"):
            quiet.get(f"/fails/{kind}/")


def test_a_database_that_fails_in_a_middleware_is_a_503_too(quiet, django_user_model):
    quiet.force_login(django_user_model.objects.create_user("ada@example.org"))

    def down(execute, sql, params, many, context):
        from tests.lib.urls import busy

        raise busy()

    with connection.execute_wrapper(down):
        response = quiet.get("/private/")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "2"


@pytest.mark.parametrize("path", ["/public/", "/private/", "/api/fails/none/"])
def test_a_nul_in_the_cookie_of_the_session_is_refused_like_any_other(quiet, path):
    quiet.cookies["portail_session"] = "\x00abcdefghij"
    response = quiet.get(path)
    assert response.status_code == 400
    assert "interdit" in response.content.decode() or "n’est pas lisible" in response.content.decode()


def test_a_nul_in_a_cookie_that_nobody_reads_is_nothing(client):
    client.cookies["autre"] = "\x00abcdefghij"
    assert client.get("/public/").status_code == 200
