"""Archive copies: completed beside the attestation when certificates allow, renewed in time, never changed."""

import logging
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import DatabaseError, transaction
from django.utils import timezone

from alliance.proof import revocation, seal
from alliance.proof.models import JournalEntry
from charter import archives, jobs, papers
from charter.models import Archive, Paper, Signature
from charter.models.archive import unarchived
from tests import builders
from tests.proof import seals
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def signature(case, stored) -> Signature:
    return builders.signature(
        case.organisation, case.version, signer=case.signer, mandate=case.mandate, countersigned=False
    )


@pytest.fixture
def paper(lasting, signature) -> Paper:
    papers.seal_now(signature.pk)
    return Paper.objects.get()


def test_a_stamped_paper_is_completed_once_beside_itself(paper, signature):
    assert (jobs.archive_papers(), jobs.archive_papers()) == (1, 0)
    copy = Archive.objects.get()
    found = seal.examine(copy.read())
    assert copy.read().startswith(paper.read())
    assert papers.read(signature) == paper.read(), "what people carry stays as it is"
    assert (copy.number, copy.archived_at, copy.authority) == (1, found.last_token.gen_time, "Horodatage certifié")
    assert copy.ends_at == found.last_token.certificate.not_valid_after_utc
    entry = JournalEntry.objects.get(subject=signature.code, kind="archived")
    assert copy.digest in entry.leaf
    assert paper.digest in entry.leaf


def test_a_copy_is_renewed_when_its_authority_ends_soon_and_a_later_one_stamps(paper, lasting, authority):
    assert jobs.archive_papers() == 1
    assert jobs.archive_papers() == 0, "the same certificate again would gain nothing"
    assert list(Archive.objects.ending(timezone.now())) == [Archive.objects.get()]
    authority.certify(*lasting.stamping("Suivant", ends=900 * seals.DAY), chain=[lasting.root])
    assert (jobs.archive_papers(), jobs.archive_papers()) == (1, 0)
    first, second = Archive.objects.order_by("number")
    assert second.read().startswith(first.read())
    assert (second.number, second.authority, len(seal.examine(second.read()).archives)) == (2, "Suivant", 2)
    assert list(Archive.objects.ending(timezone.now())) == []
    assert not Archive.objects.ending(timezone.now() + timedelta(days=901)).exists(), "too late is not renewed"


def test_what_is_down_is_tried_again_and_what_is_revoked_alarms(paper, lasting, caplog):
    for behaviour, level in (({"ocsp": 500, "crl": 500}, "WARNING"), ({"says": b"-"}, "WARNING")):
        lasting.behaviour = behaviour
        with caplog.at_level(logging.INFO, "alliance.charter"):
            assert jobs.archive_papers() == 0
        assert caplog.records[-1].levelname == level
    lasting.behaviour = {"revoked": list(lasting.issued)}
    assert jobs.archive_papers() == 0
    assert (caplog.records[-1].levelname, caplog.records[-1].code) == ("ERROR", "revoked")
    assert list(unarchived()) == [paper]
    lasting.behaviour = {}
    assert jobs.archive_papers() == 1


def test_the_authority_down_leaves_no_copy(paper, authority):
    authority.behaviour = {"nonce_off_by": 1}
    assert (jobs.archive_papers(), Archive.objects.count()) == (0, 0)
    authority.behaviour = {}
    assert jobs.archive_papers() == 1


def test_certificates_made_by_oneself_stay_without_a_copy_and_are_asked_about_once_a_run(
    case, signature, sealing, authority
):
    """And none of them keeps the others from theirs."""
    papers.seal_now(signature.pk)
    papers.seal_now(builders.signature(builders.organisation(name="Autre"), case.version).pk)
    with pytest.raises(revocation.RevocationUnavailable) as caught:
        archives.archive_now(Paper.objects.first().pk)
    assert caught.value.code == "none"
    assert (jobs.archive_papers(), Archive.objects.count()) == (0, 0)


def test_an_unstamped_paper_waits_for_its_time_first(signature, sealing, settings):
    papers.seal_now(signature.pk)
    assert list(unarchived()) == []
    settings.TSA_URL = ""
    assert jobs.archive_papers() == 0


def test_two_at_once_keep_one(paper, monkeypatch):
    kept, nested = archives.seal.examine, []

    def while_reading(content):
        if not nested:
            nested.append(True)
            nested.append(archives.archive_now(paper.pk))
        return kept(content)

    monkeypatch.setattr(archives.seal, "examine", while_reading)
    assert (archives.archive_now(paper.pk), nested[1]) == (False, True)
    assert Archive.objects.count() == 1


def test_a_copy_never_changes(paper):
    archives.archive_now(paper.pk)
    for change in (lambda: Archive.objects.update(number=9), lambda: Archive.objects.all().delete()):
        with pytest.raises(DatabaseError, match="ne change pas"), transaction.atomic():
            change()


def test_the_copy_is_downloaded_and_verified_beside_the_attestation(case, signer, client, paper, signature):
    path = f"/espace/attestations/{signature.code}.pdf"
    assert signer.get(f"{path}?copie=archivage").status_code == 404
    archives.archive_now(paper.pk)
    copy = Archive.objects.get()
    assert signer.get(f"{path}?copie=archivage").content == copy.read()
    assert signer.get(path).content == paper.read()
    assert f"{path}?copie=archivage" in signer.get("/espace/reseau-d-essai/signer/").content.decode()
    stranger = signed_in(builders.user())
    assert stranger.get(f"{path}?copie=archivage").status_code == 404
    for digest, says in (
        (paper.digest, "l’attestation que"),
        (copy.digest, "la copie d’archivage de l’attestation que"),
    ):
        page = client.get("/verifier/", {"empreinte": digest}).content.decode()
        assert f"Le fichier est, à l’octet près, {says} le portail a scellée" in page
        assert digest in page
        assert "par Horodatage certifié ; autorité non vérifiée." in page


def test_with_roots_the_page_says_that_the_authority_leads_there(client, paper, lasting, settings, tmp_path):
    (tmp_path / "roots.pem").write_bytes(lasting.root.public_bytes(Encoding.PEM))
    settings.TSA_ROOTS = str(tmp_path / "roots.pem")
    page = client.get("/verifier/", {"empreinte": paper.digest}).content.decode()
    assert "par Horodatage certifié, qui mène à une racine de confiance." in page
