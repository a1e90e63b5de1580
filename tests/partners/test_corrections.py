"""« Signaler une erreur »."""

from datetime import timedelta

import pytest
from django.utils import timezone

from partners.models import Correction
from tests import builders
from tests.sessions import signed_in

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
    assert text.replace("\x00", "").strip()[:20] in html


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


def test_the_queue_tells_the_age_leads_to_the_page_and_keeps_what_was_done():
    brittany = builders.commune().region
    project = builders.project(slug="ici", title="La Halle", commune=builders.commune())
    old = Correction.objects.create(project=project, text="La commune est fausse depuis un an.")
    recent = Correction.objects.create(project=project, text="Le titre est mal écrit.")
    Correction.objects.filter(pk=old.pk).update(reported_at=timezone.now() - timedelta(days=12, hours=1))
    agent = signed_in(builders.staff(regions=[brittany]))
    page = "/gestion/partners/correction/"
    html = agent.get(page).content.decode().replace("\u00a0", " ")

    assert [html.index(each.text) for each in (old, recent)] == sorted(html.index(each.text) for each in (old, recent))
    assert ("12 jours" in html, "aujourd’hui" in html, 'href="/projets/ici/"' in html) == (True, True, True)

    agent.post(page, {"action": "dismiss", "_selected_action": old.pk})
    old.refresh_from_db()
    assert (old.resolution, old.handled_at is not None) == ("unchanged", True)
    assert "rien à corriger" in agent.get(page).content.decode()
    waiting = agent.get(f"{page}?handled_at__isempty=1").context["cl"].queryset
    assert list(waiting) == [recent]


def test_an_agent_of_another_region_sees_none_of_it():
    elsewhere = builders.region("11", "Île-de-France", slug="idf")
    error = Correction.objects.create(
        project=builders.project(commune=builders.commune()), text="La commune est fausse."
    )
    agent = signed_in(builders.staff(regions=[elsewhere]))

    assert agent.get(f"/gestion/partners/correction/{error.pk}/change/").status_code == 404
