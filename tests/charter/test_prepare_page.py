"""The signing page for those who do not sign today: transmit, deposit a mandate, deliberate, or find nothing."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from charter.models import Deliberation, EvidenceEvent, Mandate, Signature, Transmission
from tests import builders
from tests.charter.signing import PDF, URL, errors_of, html_of, post
from tests.sessions import signed_in

pytestmark = pytest.mark.usefixtures("stored")


def day(offset: int) -> str:
    return (timezone.localdate() + timedelta(days=offset)).isoformat()


def test_a_contributor_without_power_transmits(preparer, case):
    page = preparer.get(URL)
    assert page.context["choice"] == "transmit"
    assert "Camille Essai" in html_of(page)
    assert post(preparer, "transmit").status_code == 302
    assert Transmission.objects.get().recipient == case.signer
    again = post(preparer, "transmit")
    assert again.status_code == 409
    assert "déjà été transmise" in html_of(again)


def test_without_any_representative_the_page_shows_the_way(case):
    alone = builders.user()
    organisation = builders.organisation(slug="seule")
    builders.membership(alone, organisation, "contributor")
    client = signed_in(alone)
    page = client.get("/espace/seule/signer/")
    assert page.context["choice"] == "mandate"
    assert "/espace/seule/equipe/" in html_of(page)
    refused = client.post("/espace/seule/signer/", {"action": "transmit", "version": "2020"})
    assert refused.status_code == 409
    assert "Personne d’autre n’est désigné" in html_of(refused)


def mandate_fields(**changed) -> dict:
    return {
        "kind": "delegate",
        "job_title": "directrice",
        "starts_on": day(-30),
        "ends_on": "",
        "document": SimpleUploadedFile("statuts.pdf", PDF, "application/pdf"),
    } | changed


def test_a_mandate_is_deposited_then_waits(preparer, case):
    assert post(preparer, "mandate", **mandate_fields()).status_code == 302
    mandate = Mandate.objects.get(state="submitted")
    assert (mandate.person, mandate.entered_by) == (mandate.entered_by, mandate.person)
    assert (mandate.kind, mandate.job_title) == ("delegate", "directrice")
    assert "Votre mandat attend sa vérification" in html_of(preparer.get(URL))
    again = post(preparer, "mandate", **mandate_fields())
    assert again.status_code == 409
    assert Mandate.objects.filter(state="submitted").count() == 1


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"kind": ""}, "kind", "Dites d’où vient votre pouvoir."),
        ({"kind": "king"}, "kind", "Sélectionnez un choix valide. king n’en fait pas partie."),
        ({"job_title": ""}, "job_title", "Donnez votre qualité dans l’organisation."),
        ({"job_title": "a\0b"}, "job_title", "Le caractère nul n’est pas autorisé."),
        ({"starts_on": "hier"}, "starts_on", "Donnez une date, comme 31/12/2026."),
        ({"starts_on": "2026-02-30"}, "starts_on", "Donnez une date, comme 31/12/2026."),
        ({"ends_on": day(-90)}, "ends_on", "La date de fin précède la date de début."),
        ({"ends_on": day(-1)}, "ends_on", "Ce mandat est déjà terminé."),
        ({"document": ""}, "document", "Joignez la pièce qui établit votre pouvoir."),
        ({"document": SimpleUploadedFile("a.pdf", b"")}, "document", "Le fichier est vide."),
        (
            {"document": SimpleUploadedFile("a.pdf", b"GIF89a not this")},
            "document",
            "Ce fichier n’est pas du bon format : PDF, PNG ou JPEG attendu.",
        ),
        (
            {"document": SimpleUploadedFile("a.pdf", PDF + b"0" * 5_000_000)},
            "document",
            "Le fichier est trop lourd : 5 Mo au plus.",
        ),
    ],
)
def test_a_wrong_mandate_is_refused_at_its_field(preparer, changed, field, sentence):
    fields = mandate_fields(**changed)
    response = post(preparer, "mandate", **fields)
    assert response.status_code == 400
    assert errors_of(response) == {field: [sentence]}
    assert response.context["choice"] == "mandate"
    assert not Mandate.objects.filter(state="submitted").exists()
    if field != "job_title":
        assert 'value="directrice"' in html_of(response)


def test_a_long_job_title_is_refused_with_its_length(preparer):
    response = post(preparer, "mandate", **mandate_fields(job_title="x" * 121))
    assert "120" in errors_of(response)["job_title"][0]


def test_a_deliberation_is_noted(preparer, case):
    day = timezone.localdate() + timedelta(days=20)
    assert post(preparer, "deliberate", meets_on=day.isoformat()).status_code == 302
    assert Deliberation.objects.get().meets_on == day
    assert "Délibération annoncée pour le" in html_of(preparer.get(URL))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Donnez la date de la délibération."),
        ("demain", "Donnez une date, comme 31/12/2026."),
        ("2020-01-01", "Cette date est passée."),
        ("2999-01-01", "Donnez une date dans l’année qui vient."),
        ("\0", "Donnez une date, comme 31/12/2026."),
    ],
)
def test_a_wrong_day_is_refused_at_its_field(preparer, typed, sentence):
    response = post(preparer, "deliberate", meets_on=typed)
    assert (response.status_code, errors_of(response)) == (400, {"meets_on": [sentence]})
    assert not Deliberation.objects.exists()


def test_strangers_find_nothing_and_the_anonymous_sign_in(case):
    stranger = signed_in(builders.user())
    staff = signed_in(builders.staff())
    for client in (stranger, staff):
        assert client.get(URL).status_code == 404
        assert post(client, "transmit").status_code == 404
    assert Client().get(URL).headers["Location"].startswith("/connexion/")
    assert signed_in(case.signer).get("/espace/inconnue/signer/").status_code == 404


def test_a_past_member_is_a_stranger(case):
    case.signer.memberships.update(starts_on="2020-01-01", ends_on="2021-01-01")
    assert signed_in(case.signer).get(URL).status_code == 404


def test_the_short_address_goes_to_the_only_organisation_or_asks(case, signer):
    assert signer.get("/espace/signer/").headers["Location"] == URL
    other = builders.organisation(name="Autre réseau")
    builders.membership(case.signer, other, "reader")
    page = signed_in(case.signer).get("/espace/signer/")
    assert {organisation.name for organisation in page.context["organisations"]} == {"Réseau d’essai", "Autre réseau"}
    alone = html_of(signed_in(builders.user()).get("/espace/signer/"))
    assert "Votre compte n’est rattaché à aucune organisation" in alone


def test_the_last_refusal_and_the_refused_mandate_are_told(signer, case):
    refused = builders.signature(
        case.organisation, case.version, signer=case.signer, mandate=case.mandate, countersigned=False
    )
    Signature.objects.filter(pk=refused.pk).update(refused_at=timezone.now(), motive="Qualité à préciser.")
    assert "Qualité à préciser." in html_of(signer.get(URL))
    Mandate.objects.update(state="refused", motive="Pièce illisible.")
    assert "Pièce illisible." in html_of(signer.get(URL))


def test_without_a_version_in_force_the_page_says_so(db):
    person, organisation = builders.user(), builders.organisation(slug="seule")
    builders.membership(person, organisation, "signatory")
    assert "Aucune version n’est en vigueur" in html_of(signed_in(person).get("/espace/seule/signer/"))


def test_reading_the_page_writes_its_evidence_once_and_nothing_else(signer):
    signer.head(URL)
    assert not EvidenceEvent.objects.exists()
    signer.get(URL)
    assert set(EvidenceEvent.objects.values_list("kind", flat=True)) == {"opened", "displayed"}
    with CaptureQueriesContext(connection) as queries:
        signer.get(URL)
    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []


def test_once_signed_whoever_has_no_power_may_still_deposit_a_mandate(preparer, signer, case):
    builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
    assert "Votre mandat" not in html_of(signer.get(URL))
    assert "Pour signer vous aussi au nom de Réseau d’essai" in html_of(preparer.get(URL))

    refused = post(preparer, "mandate", **mandate_fields(job_title=""))
    assert refused.status_code == 400
    assert list(errors_of(refused)) == ["job_title"]
    assert '<details class="disclosure" open>' in html_of(refused)

    assert post(preparer, "mandate", **mandate_fields()).status_code == 302
    assert Mandate.objects.get(state="submitted").person.email == "zoe@test.invalid"
    html = html_of(preparer.get(URL))
    assert "Il est déposé depuis le" in html
    assert "Déposer mon mandat" not in html
