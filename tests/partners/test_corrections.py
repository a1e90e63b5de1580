"""« Signaler une erreur »."""

import pytest

from partners.models import Correction
from tests import builders

pytestmark = pytest.mark.django_db


def test_reading_a_page_sets_no_cookie(client):
    builders.project(slug="ici")
    builders.organisation(slug="la")

    for path in (
        "/projets/",
        "/annuaire/",
        "/projets/ici/",
        "/annuaire/la/",
        "/projets/carte/",
        "/axes/",
        "/recherche/?q=ici",
    ):
        assert (path, dict(client.get(path).cookies)) == (path, {})


def test_a_report_is_kept_for_the_staff_and_thanked(client):
    project = builders.project(slug="ici")

    response = client.post("/projets/ici/signaler/", {"text": "La commune est fausse."}, follow=True)

    assert response.redirect_chain == [("/projets/ici/signaler/merci/", 302)]
    assert "Merci, c’est transmis" in response.content.decode()
    correction = Correction.objects.get()
    assert (correction.project, correction.organisation, correction.text) == (project, None, "La commune est fausse.")
    assert correction.handled_at is None


def test_a_report_may_be_about_an_organisation(client):
    organisation = builders.organisation(slug="la")

    client.post("/annuaire/la/signaler/", {"text": "Le nom a changé cette année."})

    assert [(each.project, each.organisation) for each in Correction.objects.all()] == [(None, organisation)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Dites ce qui est à corriger."),
        ("   ", "Dites ce qui est à corriger."),
        ("court", "Dites-en un peu plus : dix caractères au moins."),
        ("x" * 2001, "Votre message dépasse 2 000 caractères : raccourcissez-le."),
        ("un texte avec \x00 dedans", "Le texte contient un caractère interdit."),
    ],
)
def test_a_wrong_report_keeps_what_was_typed_and_writes_nothing(client, text, sentence):
    builders.project(slug="ici")

    response = client.post("/projets/ici/signaler/", {"text": text})
    html = response.content.decode()

    assert (response.status_code, sentence in html, Correction.objects.count()) == (400, True, 0)
    assert text.strip("\x00 ")[:20] in html


def test_reports_are_counted_by_address(client):
    builders.project(slug="ici")
    for _ in range(20):
        assert client.post("/projets/ici/signaler/", {"text": "La commune est fausse."}).status_code == 302

    refused = client.post("/projets/ici/signaler/", {"text": "La commune est fausse."})
    elsewhere = client.post("/projets/ici/signaler/", {"text": "La commune est fausse."}, REMOTE_ADDR="192.0.2.7")

    assert (refused.status_code, "Retry-After" in refused.headers, elsewhere.status_code) == (429, True, 302)
    assert Correction.objects.count() == 21


def test_a_report_needs_the_form_of_the_portal():
    from django.test import Client

    builders.project(slug="ici")
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/projets/ici/signaler/", {"text": "La commune est fausse."}).status_code == 403
    assert not Correction.objects.exists()
