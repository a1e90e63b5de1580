"""Each receipt carries a signed checkpoint that covers its act, signed outside the transaction that added a leaf."""

import base64

import pytest
from django.core import mail

from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from alliance.proof import checkpoints, journal, keys, notes, verification
from alliance.proof.models import Checkpoint, JournalEntry
from charter import tasks  # noqa: F401  the outbox learns its works
from charter.actions import countersign
from charter.actions.sign import record_signature
from charter.models import Signature
from tests import builders
from tests.charter.conftest import stored  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def signature(case, stored) -> Signature:  # noqa: F811
    return record_signature(
        **case.act, signer=case.signer, mandate=case.mandate, proof_level="code", at=builders.timezone.now()
    )


@pytest.fixture
def journal_key(settings):
    settings.JOURNAL_KEY = base64.b64encode(bytes(range(32))).decode()


def letters() -> list:
    for _ in range(4):
        deliver_all_due()
    assert Owed.objects.pending().count() == 0
    return mail.outbox


def note_in(letter) -> notes.Note:
    [content] = [content for name, content, _ in letter.attachments if name == "point-de-controle.txt"]
    return notes.read(content if isinstance(content, str) else content.decode())


def position(signature: Signature, kind: str) -> int:
    return JournalEntry.objects.get(subject=signature.code, kind=kind).position


def test_the_receipt_carries_a_checkpoint_that_covers_the_act_and_its_seal(signature, sealing, journal_key):
    [receipt] = letters()
    note = note_in(receipt)
    assert note.size > position(signature, "sealed") > position(signature, "signed")
    assert note.is_signed_by(note.origin, keys.ed25519(keys.in_force()))
    assert verification.verify(note).findings == []
    assert f"/journal/checkpoint/{note.size}" in receipt.body
    assert checkpoints.latest_text().encode() == note_bytes(receipt), "the published one, to the byte"


def note_bytes(letter) -> bytes:
    [content] = [content for name, content, _ in letter.attachments if name == "point-de-controle.txt"]
    return content


def test_it_is_what_travels_over_smtp_to_the_byte(signature, journal_key, smtp_server):
    for _ in range(4):
        deliver_all_due()
    [receipt] = smtp_server.messages
    [_, attached] = receipt.iter_attachments()
    assert attached.get_content() == checkpoints.latest_text().encode()


def test_each_later_letter_carries_a_later_checkpoint(signature, journal_key):
    first = note_in(letters()[0])
    countersign(signature=signature, by=builders.staff())
    second = note_in(letters()[-1])
    assert second.size > position(signature, "countersigned") >= first.size
    assert Checkpoint.objects.count() == 2


def test_one_checkpoint_serves_all_the_receipts_that_it_covers(case, signature, journal_key):
    checkpoints.sign_checkpoint()
    letters()
    assert Checkpoint.objects.count() == 1


@pytest.mark.parametrize("key", ["", "not a key"])
def test_without_the_key_of_the_journal_the_receipt_leaves_at_once_and_says_so(signature, settings, caplog, key):
    settings.JOURNAL_KEY = key
    deliver_all_due()
    [receipt] = mail.outbox
    assert [name for name, *_ in receipt.attachments] == [f"attestation-{signature.code}.pdf"]
    assert "n’a pas encore pu être signé" in receipt.body
    assert [record for record in caplog.records if "checkpoint" in record.message] == []


def test_a_journal_that_was_rewritten_gets_no_checkpoint_and_the_receipt_leaves(signature, journal_key):
    checkpoints.sign_checkpoint()
    journal.append(kind="k", subject=signature.code)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE proof_checkpoint SET root = decode(repeat('00', 32), 'hex')")
        cursor.execute("SET LOCAL session_replication_role = origin")
    [receipt] = letters()
    assert "n’a pas encore pu être signé" in receipt.body
    assert Checkpoint.objects.count() == 1
