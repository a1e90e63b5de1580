"""Papers that name a person: the attestation for the organisation and staff, the mandate's for those who need it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from charter import pdf
from charter.actions.mandates import submit_mandate
from tests import builders
from tests.charter.signing import PDF
from tests.sessions import signed_in


@pytest.fixture
def mandate(case, stored):
    case.organisation.commune = builders.commune()
    case.organisation.save()
    return submit_mandate(
        organisation=case.organisation,
        person=case.signer,
        entered_by=case.signer,
        kind="legal",
        job_title="présidente",
        starts_on=timezone.localdate(),
        document=SimpleUploadedFile("statuts de Camille.pdf", PDF),
    )


def read(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_the_mandate_paper_is_an_attachment_for_its_holder_and_the_agents_of_the_perimeter(case, mandate):
    path = f"/espace/mandats/{mandate.public_id}/piece/"
    for person in (case.signer, builders.staff(), builders.staff(regions=[builders.region()])):
        response = signed_in(person).get(path)
        assert (response.status_code, read(response)) == (200, PDF)
        assert response.headers["Content-Disposition"] == f'attachment; filename="mandat-{mandate.public_id}.pdf"'
        assert (response.headers["Content-Type"], response.headers["Cache-Control"]) == (
            "application/pdf",
            "private, no-store",
        )


def test_anybody_else_finds_no_mandate_paper(case, mandate, preparer):
    path = f"/espace/mandats/{mandate.public_id}/piece/"
    elsewhere = builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")])
    for client in (preparer, signed_in(builders.user()), signed_in(elsewhere)):
        assert client.get(path).status_code == 404
    assert Client().get(path).headers["Location"].startswith("/connexion/")
    assert signed_in(case.signer).get(f"/espace/mandats/{case.mandate.public_id}/piece/").status_code == 404


def test_a_lost_file_is_a_404(case, mandate):
    mandate.document.storage.delete(mandate.document.name)
    assert signed_in(case.signer).get(f"/espace/mandats/{mandate.public_id}/piece/").status_code == 404


def test_the_attestation_is_an_attachment_for_the_organisation_and_staff(case, signer, preparer):
    signature = builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
    paper = pdf.attestation(signature)
    for client in (signer, preparer, signed_in(builders.staff())):
        response = client.get(f"/espace/attestations/{signature.code}.pdf")
        assert (response.status_code, response.content == paper) == (200, True)
        assert response.headers["Content-Disposition"] == f'attachment; filename="attestation-{signature.code}.pdf"'
        assert response.headers["Cache-Control"] == "private, no-store"


def test_anybody_else_finds_no_attestation(case):
    case.organisation.commune = builders.commune()
    case.organisation.save()
    signature = builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
    path = f"/espace/attestations/{signature.code}.pdf"
    elsewhere = builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")])
    for client in (signed_in(builders.user()), signed_in(elsewhere)):
        assert client.get(path).status_code == 404
    assert Client().get(path).headers["Location"].startswith("/connexion/")
    assert signed_in(case.signer).get("/espace/attestations/AAAA-AAAA-AAAA.pdf").status_code == 404
