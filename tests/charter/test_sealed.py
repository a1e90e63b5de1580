"""Sealed attestations: the act stands whatever is down, its paper says what is missing, and receives it later."""

import base64
import hashlib
import logging
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from alliance.proof import seal
from alliance.proof.models import JournalEntry, PublicKey
from charter import jobs, papers, pdf, tasks  # noqa: F401  the outbox learns its works
from charter.actions import countersign
from charter.models import Paper, Signature
from charter.models.paper import unsealed, with_seal
from tests import builders
from tests.charter import signing
from tests.proof import seals
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def signature(case, stored) -> Signature:
    return builders.signature(
        case.organisation, case.version, signer=case.signer, mandate=case.mandate, countersigned=False
    )


def leaves(signature: Signature) -> list[str]:
    entries = JournalEntry.objects.filter(subject=signature.code).order_by("position")
    return [entry.kind for entry in entries if entry.kind in ("sealed", "timestamped")]


def words(signature: Signature) -> str:
    return with_seal(Signature.objects.filter(pk=signature.pk)).get().seal_words


def test_a_signature_is_sealed_and_stamped_once(signature, sealing, authority):
    assert papers.seal_now(signature.pk)
    paper = Paper.objects.get()
    content = papers.read(signature)
    assert (paper.revision, paper.digest) == (1, hashlib.sha256(content).hexdigest())
    assert seal.examine(content).stamped_at == paper.stamped_at
    assert (paper.seal_name, paper.authority) == ("Cachet d’essai", "Horodatage d’essai")
    assert leaves(signature) == ["sealed", "timestamped"]
    assert paper.digest in JournalEntry.objects.get(subject=signature.code, kind="sealed").leaf
    assert not papers.seal_now(signature.pk)
    assert words(signature) == "scellée et horodatée"


def test_without_a_time_the_paper_is_sealed_and_says_so(signature, sealing):
    papers.seal_now(signature.pk)
    paper = Paper.objects.get()
    assert (paper.stamped_at, paper.authority) == (None, "")
    assert leaves(signature) == ["sealed"]
    assert words(signature) == "scellée, horodatage en attente"


@pytest.mark.parametrize(
    "behaviour",
    [
        {"nonce_off_by": 1},
        {"off_by": timedelta(minutes=9)},
        {"off_by": timedelta(days=-1)},
        {"refuses": True},
        {"status": 500},
    ],
)
def test_the_time_comes_when_the_authority_is_back_as_a_new_revision(signature, sealing, authority, behaviour):
    authority.behaviour = behaviour
    papers.seal_now(signature.pk)
    first = papers.read(signature)
    assert (jobs.stamp_papers(), words(signature)) == (0, "scellée, horodatage en attente")
    authority.behaviour = {}
    assert (jobs.stamp_papers(), jobs.stamp_papers()) == (1, 0)
    old, new = Paper.objects.order_by("revision")
    assert (old.stamped_at, old.read()) == (None, first)
    assert seal.examine(papers.read(signature)).stamped_at == new.stamped_at
    assert leaves(signature) == ["sealed", "sealed", "timestamped"]


def test_the_first_refusal_of_the_authority_ends_the_run(case, signature, sealing, authority):
    other = builders.signature(builders.organisation(name="Autre"), case.version, countersigned=False)
    authority.behaviour = {"refuses": True}
    for each in (signature, other):
        papers.seal_now(each.pk)
    asked = authority.asked
    assert (jobs.stamp_papers(), authority.asked) == (0, asked + 1)


@pytest.mark.parametrize(
    "key",
    [{"begins": -9 * seals.DAY, "ends": -seals.DAY}, {"key": 2048}, {"told": "wrong"}],
    ids=["expired", "weak", "wrong password"],
)
def test_a_wrong_key_seals_nothing_alarms_and_what_waited_is_sealed_later(signature, use_key, caplog, key):
    told = key.pop("told", "secret")
    if "key" in key:
        key["key"] = seals.rsa_key(key["key"])
    use_key(*seals.certified("Mauvais", **key), told=told)
    with caplog.at_level(logging.ERROR, "alliance.charter"):
        assert jobs.seal_papers() == 0
    assert [(record.levelname, record.waiting) for record in caplog.records] == [("ERROR", 1)]
    assert (Paper.objects.count(), leaves(signature), words(signature)) == (0, [], "scellement en attente")
    assert papers.read(signature) == pdf.attestation(signature)
    use_key(*seals.certified("Bon"))
    assert (jobs.seal_papers(), words(signature)) == (1, "scellée, horodatage en attente")


def test_the_receipt_carries_the_sealed_file_that_is_kept(signature, sealing):
    owed = Owed.objects.create(work="charter.send_receipt", args=[signature.pk])
    deliver_all_due()
    assert mail.outbox == []  # sealed first; the letter leaves with what is kept for good
    deliver_all_due()
    [letter] = mail.outbox
    [(_, content, _)] = letter.attachments
    assert hashlib.sha256(content).hexdigest() == Paper.objects.get().digest
    assert Owed.objects.filter(state="sent").count() == 2
    assert owed.message_id != letter.extra_headers["Message-ID"]


def test_the_receipt_leaves_at_once_without_a_key(signature, settings):
    settings.SEAL_P12 = ""
    Owed.objects.create(work="charter.send_receipt", args=[signature.pk])
    deliver_all_due()
    [letter] = mail.outbox
    assert letter.attachments[0][1] == pdf.attestation(signature)
    assert Owed.objects.pending().count() == 0


def test_the_receipt_leaves_at_once_with_an_expired_key_and_the_seal_is_owed(signature, use_key):
    use_key(*seals.certified("Passé", begins=-9 * seals.DAY, ends=-seals.DAY))
    Owed.objects.create(work="charter.send_receipt", args=[signature.pk])
    deliver_all_due()
    assert len(mail.outbox) == 1
    assert list(Owed.objects.pending().values_list("work", flat=True)) == ["charter.seal_attestation"]
    use_key(*seals.certified("Bon"))
    deliver_all_due()
    assert Paper.objects.count() == 1


def test_countersigning_makes_a_new_revision_and_keeps_the_old_one(signature, sealing):
    papers.seal_now(signature.pk)
    first = Paper.objects.get()
    countersign(signature=signature, by=builders.staff())
    signature.refresh_from_db()
    assert words(signature) == "scellement en attente"
    assert papers.read(signature) == pdf.attestation(signature)
    deliver_all_due()
    deliver_all_due()
    second = Paper.objects.get(revision=2)
    assert (second.facts_at, second.digest != first.digest) == (signature.countersigned_at, True)
    assert seal.examine(first.read()).name == "Cachet d’essai"
    assert mail.outbox[-1].attachments[0][1] == papers.read(signature)


def test_every_fact_asks_for_a_new_paper(signature, sealing):
    papers.seal_now(signature.pk)
    for fact in ("contested_at", "withdrawn_at"):
        Signature.objects.filter(pk=signature.pk).update(**{fact: timezone.now()})
        assert list(unsealed(Signature.objects.all())) == [signature]
        jobs.seal_papers()
        assert list(unsealed(Signature.objects.all())) == []
    assert Paper.objects.count() == 3


def test_what_happened_while_it_was_drawn_throws_the_paper_away(signature, sealing, monkeypatch):
    drawn = papers.pdf.attestation

    def while_drawing(*args, **options):
        Signature.objects.filter(pk=signature.pk).update(contested_at=timezone.now())
        return drawn(*args, **options)

    monkeypatch.setattr(papers.pdf, "attestation", while_drawing)
    assert not papers.seal_now(signature.pk)
    assert (Paper.objects.count(), leaves(signature)) == (0, [])


def test_two_at_once_keep_one(signature, sealing, monkeypatch):
    drawn, nested = papers.pdf.attestation, []

    def while_drawing(*args, **options):
        if not nested:
            nested.append(True)
            nested.append(papers.seal_now(signature.pk))
        return drawn(*args, **options)

    monkeypatch.setattr(papers.pdf, "attestation", while_drawing)
    assert (papers.seal_now(signature.pk), nested[1]) == (False, True)
    assert Paper.objects.count() == 1


def test_the_key_enters_the_public_history_before_its_first_seal(case, signature, sealing, settings):
    settings.JOURNAL_KEY = base64.b64encode(bytes(range(32))).decode()
    papers.seal_now(signature.pk)
    public = seal.load(timezone.now()).public_key
    announced = PublicKey.objects.get(kind="seal")
    assert (bytes(announced.public_key), announced.algorithm) == (public, "ECDSA secp256r1")
    kinds = list(JournalEntry.objects.order_by("position").values_list("kind", flat=True))
    assert kinds.index("key_announced") < kinds.index("sealed")
    papers.seal_now(builders.signature(builders.organisation(name="Autre"), case.version).pk)
    assert PublicKey.objects.filter(kind="seal").count() == 1


def test_without_the_key_of_the_journal_the_paper_is_sealed_all_the_same(signature, sealing, settings):
    settings.JOURNAL_KEY = ""
    assert papers.seal_now(signature.pk)
    assert PublicKey.objects.count() == 0


def test_a_sealed_paper_never_changes(signature, sealing):
    papers.seal_now(signature.pk)
    for change in (
        lambda: Paper.objects.update(stamped_at=None, digest="0" * 64),
        lambda: Paper.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="ne change pas"), transaction.atomic():
            change()


def test_the_download_is_the_sealed_file_each_time(case, signer, signature, sealing):
    papers.seal_now(signature.pk)
    path = f"/espace/attestations/{signature.code}.pdf"
    first, second = signer.get(path), signer.get(path)
    assert first.content == second.content == papers.read(signature)
    assert seal.examine(first.content).name == "Cachet d’essai"
    assert first.headers["Cache-Control"] == "private, no-store"


def test_a_sealed_file_that_is_lost_is_a_404(case, signer, signature, sealing):
    papers.seal_now(signature.pk)
    paper = Paper.objects.get()
    paper.file.storage.delete(paper.file.name)
    assert signer.get(f"/espace/attestations/{signature.code}.pdf").status_code == 404


def test_the_receipt_page_and_the_back_office_say_what_is_awaited(case, signer, signature, use_key):
    page = signer.get(signing.URL)
    assert "<dt>Attestation</dt><dd>scellement en attente</dd>" in signing.html_of(page)
    office = signed_in(builders.staff())
    lists = [f"/gestion/charter/signature/?cachet={state}" for state in ("waiting", "unstamped")]
    assert [signature.code in office.get(path).content.decode() for path in lists] == [True, False]
    use_key(*seals.certified("Cachet d’essai"))
    papers.seal_now(signature.pk)
    assert "horodatage en attente" in signing.html_of(signer.get(signing.URL))
    assert [signature.code in office.get(path).content.decode() for path in lists] == [False, True]


def test_the_paper_tells_its_own_seal(signature):
    told = pdf.facts(signature, {"seal_name": "Cachet", "seal_fingerprint": "ab", "stamped": True})
    assert (told["seal_name"], told["stamped"], told["code"]) == ("Cachet", True, signature.code)
    assert pdf.facts(signature)["seal_name"] == ""
    assert isinstance(signature.last_fact_at, datetime)
