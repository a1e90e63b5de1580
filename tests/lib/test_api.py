"""Errors of the API: the contract's shapes, French sentences."""

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.lib.urls")]


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("conflict", 409, {"errors": [{"code": "closed", "detail": "Les inscriptions sont closes."}]}),
        ("invalid", 400, {"non_field_errors": ["La date est passée."]}),
        ("fields", 400, {"date": ["La date est passée."], "non_field_errors": ["Rien n’a changé."]}),
        ("nul", 400, {"non_field_errors": ["La demande contient un caractère interdit."]}),
        ("throttled", 429, {"detail": "Trop de tentatives. Attendez un peu avant de recommencer."}),
        ("wait", 429, {"detail": "Trop de tentatives. Attendez un peu avant de recommencer."}),
        ("busy", 503, {"detail": "Le portail est très demandé. Recommencez dans quelques secondes."}),
        ("denied", 403, {"detail": "Vous n'avez pas la permission d'effectuer cette action."}),
    ],
)
def test_each_failure_has_its_shape(client, kind, status, body):
    response = client.get(f"/api/fails/{kind}/")
    assert (response.status_code, response.json()) == (status, body)


@pytest.mark.parametrize(("kind", "seconds"), [("throttled", "90"), ("wait", "30"), ("busy", "2")])
def test_whoever_must_wait_is_told_for_how_long(client, kind, seconds):
    assert client.get(f"/api/fails/{kind}/").headers["Retry-After"] == seconds


def test_a_bug_is_not_dressed_up(client):
    with pytest.raises(RuntimeError):
        client.get("/api/fails/bug/")


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Ce champ est obligatoire."),
        ({"name": ""}, "Ce champ ne peut être vide."),
        ({"name": "abcd"}, "Assurez-vous que ce champ comporte au plus 3\u00a0caractères."),
        ({"name": "a\x00"}, "Le caractère nul n’est pas autorisé."),
        ({"name": [1]}, "Chaîne de caractère invalide."),
    ],
)
def test_wrong_input_is_refused_in_french_at_its_field(client, sent, sentence):
    response = client.post("/api/fails/none/", sent, content_type="application/json")
    assert (response.status_code, response.json()) == (400, {"name": [sentence]})


def test_what_is_not_json_is_a_400_in_french(client):
    response = client.post("/api/fails/none/", "{", content_type="application/json")
    assert (response.status_code, response.json()) == (
        400,
        {"detail": "Le corps de la requête n’est pas du JSON lisible."},
    )


def test_what_is_not_found_names_no_table(client):
    response = client.get("/api/fails/missing/")
    assert (response.status_code, response.json()) == (404, {"detail": "Il n’y a rien à cette adresse."})


def test_a_write_without_csrf_token_is_refused_in_french(django_user_model):
    client = Client(enforce_csrf_checks=True)
    client.force_login(django_user_model.objects.create_user("ada@example.org"))
    response = client.post("/api/fails/none/", {"name": "a"}, content_type="application/json")
    assert (response.status_code, response.json()) == (
        403,
        {"detail": "Il manque l’en-tête X-CSRFToken, ou la session a expiré."},
    )
