"""Certificates of attendance: for those who came, sealed, verifiable by anybody, and naming nobody but on the paper."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from alliance.proof import seal
from alliance.proof.models import Clear, JournalEntry
from events import certificates, jobs, tasks  # noqa: F401  the outbox learns its works
from events.actions.certificates import certify_attendance, certify_everyone, forget_names, withdraw_certificate
from events.models import Certificate, CertificatePaper
from tests import builders
from tests.events import coming

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration(stored):
    lead = builders.organisation(name="Atelier des Marais")
    convention = coming.gone_by(title="Convention d’essai", place="Halle")
    return coming.present(convention, name="Ana Essai", email="ana@test.invalid", organisation=lead)


@pytest.fixture
def certificate(registration):
    return certify_attendance(registration=registration, at=timezone.now())


def leaves(certificate) -> list[str]:
    return [entry.kind for entry in JournalEntry.objects.filter(subject=certificate.code).order_by("position")]


def test_who_came_is_certified_once_and_the_journal_commits_to_the_name_without_telling_it(registration):
    at = timezone.now()
    certificate = certify_attendance(registration=registration, at=at)
    assert certify_attendance(registration=registration, at=at) == certificate
    assert (certificate.arrived_at, certificate.issued_at) == (registration.convention.starts_at, at)
    entry = JournalEntry.objects.get(subject=certificate.code)
    leaf = json.loads(entry.leaf)
    assert leaf["kind"] == "attendance_certified"
    assert sorted(leaf["facts"]) == ["convention", "issued_at"]
    assert "Ana" not in entry.leaf
    assert "Marais" not in entry.leaf
    clear = dict(Clear.objects.filter(entry=entry).values_list("name", "value"))
    assert clear == {"attendee_name": "Ana Essai", "organisation_name": "Atelier des Marais"}
    assert list(Owed.objects.values_list("work", flat=True)) == ["events.send_certificate"]


def test_only_after_the_gathering(registration):
    early = registration.convention.ends_at - timedelta(seconds=1)
    with pytest.raises(Conflict) as refused:
        certify_attendance(registration=registration, at=early)
    assert refused.value.code == "not_over"
    with pytest.raises(Conflict) as refused:
        certify_everyone(convention=registration.convention, at=early)
    assert refused.value.code == "not_over"


@pytest.mark.parametrize("undone", [False, True], ids=["never came", "entry undone"])
def test_only_for_those_who_came(registration, undone):
    absent = builders.registration(registration.convention)
    if undone:
        coming.let_in(absent, undone_at=timezone.now())
    with pytest.raises(Conflict) as refused:
        certify_attendance(registration=absent, at=timezone.now())
    assert refused.value.code == "not_present"
    assert certify_everyone(convention=registration.convention, at=timezone.now()) == 1
    deliver_all_due()
    assert certify_everyone(convention=registration.convention, at=timezone.now()) == 0
    assert list(Certificate.objects.values_list("registration", flat=True)) == [registration.pk]


def test_a_withdrawn_certificate_says_so_and_is_not_given_again(certificate, registration):
    withdraw_certificate(certificate=certificate, because="Entrée notée par erreur.", at=timezone.now())
    with pytest.raises(Conflict) as refused:
        certify_attendance(registration=registration, at=timezone.now())
    assert refused.value.code == "withdrawn"
    with pytest.raises(Conflict) as refused:
        withdraw_certificate(certificate=certificate, because="Encore.", at=timezone.now())
    assert refused.value.code == "already_withdrawn"
    assert leaves(certificate) == ["attendance_certified", "attendance_withdrawn"]


def test_it_is_withdrawn_for_a_reason(certificate):
    with pytest.raises(ValidationError):
        withdraw_certificate(certificate=certificate, because="  ", at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.update(withdrawn_at=timezone.now())


def test_the_letter_carries_the_sealed_file_that_is_kept(certificate, sealing):
    deliver_all_due()
    assert mail.outbox == []  # sealed first; the letter leaves with what is kept for good
    deliver_all_due()
    [letter] = mail.outbox
    paper = CertificatePaper.objects.get()
    name, content, kind = letter.attachments[0]
    assert (letter.to, name, kind) == (["ana@test.invalid"], f"presence-{certificate.code}.pdf", "application/pdf")
    assert hashlib.sha256(content).hexdigest() == paper.digest
    assert seal.examine(content).fingerprint == paper.seal_fingerprint
    assert leaves(certificate) == ["attendance_certified", "sealed"]
    assert certificate.code in letter.body
    assert "/ma-presence/" in letter.body


def test_without_a_key_the_letter_leaves_and_the_paper_is_sealed_later(certificate, use_key):
    deliver_all_due()
    assert len(mail.outbox) == 1
    assert (jobs.seal_certificates(), CertificatePaper.objects.count()) == (0, 0)
    from tests.proof import seals

    use_key(*seals.certified("Cachet d’essai"))
    assert (jobs.seal_certificates(), jobs.seal_certificates()) == (1, 0)


def test_a_late_time_and_a_withdrawal_each_make_a_revision(certificate, sealing, authority):
    authority.behaviour = {"refuses": True}
    assert jobs.seal_certificates() == 1
    authority.behaviour = {}
    assert jobs.seal_certificates() == 1
    withdraw_certificate(certificate=certificate, because="Erreur de nom.", at=timezone.now())
    assert jobs.seal_certificates() == 1
    papers = CertificatePaper.objects.order_by("revision")
    assert [(paper.revision, bool(paper.stamped_at)) for paper in papers] == [(1, False), (2, True), (3, True)]
    assert leaves(certificate) == [
        "attendance_certified", "sealed", "sealed", "timestamped", "attendance_withdrawn", "sealed", "timestamped",
    ]  # fmt: skip


def test_a_sealed_paper_never_changes(certificate, sealing):
    jobs.seal_certificates()
    for write in (CertificatePaper.objects.update, lambda **_: CertificatePaper.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            write(revision=9)


def test_anybody_verifies_it_by_its_code_and_reads_no_name(client, certificate):
    page = client.get(f"/verifier/{certificate.code}/").content.decode()
    assert "Cette attestation de présence est valable" in page
    assert "Convention d’essai" in page
    assert "inscrite au journal sous le n° 0" in page
    for personal in ("Ana", "Essai<", "Marais", "ana@"):
        assert personal not in page
    typed = certificate.code.replace("-", " ").lower()
    assert client.get("/verifier/", {"code": typed}).url == f"/verifier/{certificate.code}/"


def test_a_withdrawn_one_is_told_as_such_without_its_motive(client, certificate):
    withdraw_certificate(certificate=certificate, because="Ana n’était pas là.", at=timezone.now())
    page = client.get(f"/verifier/{certificate.code}/").content.decode()
    assert "Cette attestation de présence a été retirée" in page
    assert "Ana" not in page


def test_a_file_is_verified_by_its_digest_and_a_changed_one_is_not(client, certificate, sealing):
    jobs.seal_certificates()
    paper = CertificatePaper.objects.get()
    page = client.get("/verifier/", {"empreinte": paper.digest}).content.decode()
    assert "à l’octet près" in page
    assert "C’est la dernière révision" in page
    assert "Ana" not in page
    changed = hashlib.sha256(paper.read() + b"\n").hexdigest()
    assert client.get("/verifier/", {"empreinte": changed}).status_code == 404


def test_an_older_revision_says_that_another_replaces_it(client, certificate, sealing):
    jobs.seal_certificates()
    old = CertificatePaper.objects.get()
    withdraw_certificate(certificate=certificate, because="Erreur.", at=timezone.now())
    jobs.seal_certificates()
    page = client.get("/verifier/", {"empreinte": old.digest}).content.decode()
    assert "Une révision plus récente le remplace" in page
    assert "a été retirée" in page


def test_the_paper_names_the_person_and_the_gathering(certificate):
    said = certificates.facts(certificates.whole(certificate.pk))
    assert (said["name"], said["organisation"], said["convention"]) == (
        "Ana Essai",
        "Atelier des Marais",
        "Convention d’essai",
    )
    assert said["url"].endswith(f"/verifier/{certificate.code}/")
    assert certificates.read(certificates.whole(certificate.pk)).startswith(b"%PDF-")


def test_somebody_without_an_address_gets_no_letter(registration):
    walk_in = coming.present(registration.convention, name="Sans adresse", email="")
    certify_attendance(registration=walk_in, at=timezone.now())
    deliver_all_due()
    assert mail.outbox == []


def test_an_entry_undone_before_its_turn_gets_no_certificate(registration):
    assert certify_everyone(convention=registration.convention, at=timezone.now()) == 1
    registration.check_ins.update(undone_at=timezone.now())
    deliver_all_due()
    assert (Certificate.objects.count(), Owed.objects.filter(state="pending").count()) == (0, 0)


def test_whoever_wants_to_be_forgotten_leaves_no_name_and_their_paper_still_verifies(
    client, certificate, sealing, django_capture_on_commit_callbacks
):
    jobs.seal_certificates()
    paper = CertificatePaper.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        forget_names([certificate.registration.attendee])
    assert not Clear.objects.filter(entry__subject=certificate.code).exists()
    assert not paper.file.storage.exists(paper.file.name)
    assert client.get("/verifier/", {"empreinte": paper.digest}).status_code == 200
    assert certificates.read(certificates.whole(certificate.pk)).startswith(b"%PDF-")
