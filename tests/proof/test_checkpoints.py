"""Checkpoints: signed notes that others can read, one after the other, never of two journals."""

import base64
import hashlib
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import DatabaseError, connection, transaction

from alliance.lib.errors import Conflict
from alliance.proof import checkpoints, journal, keys, notes, tree
from alliance.proof.jobs import sign_journal
from alliance.proof.models import Checkpoint, JournalEntry, PublicKey

SEED = bytes(range(32))
KEY = Ed25519PrivateKey.from_private_bytes(SEED)


@pytest.fixture(autouse=True)
def journal_key(settings):
    settings.SITE_HOST = "portail.test"
    settings.JOURNAL_KEY = base64.b64encode(SEED).decode()


def grow(entries: int) -> None:
    for number in range(entries):
        journal.append(kind="k", subject=f"s-{number}")


def as_owner(*statements: str) -> None:
    """What an owner of the database may do: no trigger stands in the way."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_note_signed_by_another_implementation_is_verified():
    """The example of golang.org/x/mod/sumdb/note."""
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    known = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    coded = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    raw = base64.b64decode(known.split("+", 2)[2])
    key, signature = Ed25519PublicKey.from_public_bytes(raw[1:]), base64.b64decode(coded)
    signatures = (("PeterNeumann", signature[:4], signature[4:]),)
    assert notes.verifier_key("PeterNeumann", key) == known
    assert notes.Note(text, "", 0, b"", signatures).is_signed_by("PeterNeumann", key)
    assert not notes.Note(text + " ", "", 0, b"", signatures).is_signed_by("PeterNeumann", key)


@pytest.mark.django_db
def test_a_checkpoint_is_a_signed_note_of_the_present_tree():
    grow(5)
    checkpoint = checkpoints.sign_checkpoint()
    *text, empty, signature, end = checkpoint.text.split("\n")
    assert text == ["portail.test/journal", "5", base64.b64encode(tree.root(5)).decode()]
    dash, name, coded = signature.split(" ")
    raw = base64.b64decode(coded)
    public = KEY.public_key().public_bytes_raw()
    assert (empty, end, dash, name) == ("", "", "—", "portail.test/journal")
    assert raw[:4] == hashlib.sha256(b"portail.test/journal\n\x01" + public).digest()[:4]
    KEY.public_key().verify(raw[4:], "\n".join([*text, ""]).encode())
    assert checkpoints.latest_text() == checkpoint.text
    note = notes.read(checkpoint.text)
    assert (note.origin, note.size, note.root) == ("portail.test/journal", 5, tree.root(5))


@pytest.mark.django_db
def test_every_changed_byte_of_a_checkpoint_is_refused():
    grow(3)
    text = checkpoints.sign_checkpoint().text.encode()
    accepted = []
    for place in range(len(text)):
        for bit in (0x01, 0x20):
            spoilt = text[:place] + bytes([text[place] ^ bit]) + text[place + 1 :]
            try:
                if notes.read(spoilt.decode()).is_signed_by("portail.test/journal", KEY.public_key()):
                    accepted.append(place)
            except (UnicodeDecodeError, notes.Unreadable):
                continue
    assert accepted == []


@pytest.mark.django_db
def test_the_last_checkpoint_serves_again_until_something_is_added():
    assert checkpoints.latest_text() == ""
    grow(2)
    first = checkpoints.sign_checkpoint()
    assert checkpoints.sign_checkpoint() == first
    grow(1)
    assert checkpoints.sign_checkpoint().size == 3
    assert list(Checkpoint.objects.values_list("size", flat=True)) == [2, 3]


@pytest.mark.django_db
def test_an_empty_journal_is_signed_too_and_others_grow_from_it():
    assert checkpoints.sign_checkpoint().size == 0
    grow(1)
    assert checkpoints.sign_checkpoint().size == 1


INCONSISTENT = {
    "another root": "UPDATE proof_checkpoint SET root = sha256('x')",
    "another text": "UPDATE proof_checkpoint SET text = replace(text, '4', '5'), size = 5",
    "another node": "UPDATE proof_journalnode SET hash = sha256('x') WHERE level = 2",
    "no node": "DELETE FROM proof_journalnode WHERE level = 2",
    "shorter": "UPDATE proof_journalhead SET size = 3",
    "unreadable": "UPDATE proof_checkpoint SET text = 'rien'",
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", INCONSISTENT)
def test_a_journal_that_does_not_begin_with_the_last_checkpoint_is_not_signed_and_alarms(kind, caplog):
    grow(4)
    checkpoints.sign_checkpoint()
    grow(1)
    assert checkpoints.alarm() == ""
    as_owner(INCONSISTENT[kind])
    with pytest.raises(Conflict) as refusal:
        checkpoints.sign_checkpoint()
    assert refusal.value.code == "journal_inconsistent"
    assert Checkpoint.objects.count() == 1
    assert [(record.levelname, "(journal_inconsistent)" in record.message) for record in caplog.records] == [
        ("ERROR", True)
    ]
    assert "point de contrôle" in checkpoints.alarm()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "journal_key_missing"),
        ("pas du base64", "journal_key_unreadable"),
        (base64.b64encode(SEED[1:]).decode(), "journal_key_unreadable"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "journal_key_unreadable"),
        (base64.b64encode(SEED[::-1]).decode(), "journal_key_not_in_force"),
    ],
)
def test_without_the_right_key_checkpoints_wait_and_an_alarm_says_so(settings, caplog, key, code):
    grow(1)
    checkpoints.sign_checkpoint()
    grow(1)
    settings.JOURNAL_KEY = key
    with pytest.raises(Conflict) as refusal:
        checkpoints.sign_checkpoint()
    assert refusal.value.code == code
    assert checkpoints.alarm() == refusal.value.messages[0]
    assert sign_journal() == ""
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert Checkpoint.objects.get().size == 1


@pytest.mark.django_db
def test_entries_that_wait_for_more_than_a_day_raise_an_alarm(time_machine):
    time_machine.move_to("2026-11-20T10:00:00Z")
    grow(1)
    assert checkpoints.alarm() == ""
    time_machine.move_to("2026-11-21T12:30:00Z")
    assert checkpoints.alarm() == "Des entrées du journal attendent leur point de contrôle depuis plus d’un jour."
    checkpoints.sign_checkpoint()
    assert checkpoints.alarm() == ""


@pytest.mark.django_db
def test_the_daily_job_signs_what_it_has_recomputed_and_nothing_else(caplog):
    grow(3)
    assert sign_journal() == checkpoints.latest_text() != ""
    grow(1)
    as_owner("UPDATE proof_journalentry SET subject = 'autre' WHERE position = 1")
    assert sign_journal() == ""
    assert "entrée 1" in caplog.text
    assert Checkpoint.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        f"{verb} {table}{rest}"
        for table in ("proof_checkpoint", "proof_publickey")
        for verb, rest in (("DELETE FROM", ""), ("TRUNCATE", " CASCADE"), ("UPDATE", " SET id = 7"))
    ],
)
def test_checkpoints_and_keys_are_never_changed_nor_removed(statement):
    checkpoints.sign_checkpoint()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="Le journal"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with transaction.atomic():
        as_owner(statement)  # control: it is the triggers that refuse
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_a_second_signer_waits_for_the_first_and_gives_the_same_checkpoint():
    with transaction.atomic():
        grow(3)
    checkpoints.sign_checkpoint()
    with transaction.atomic():
        grow(1)
    begun, made = threading.Event(), []

    def rival():
        begun.set()
        made.append(checkpoints.sign_checkpoint())
        connection.close()

    thread = threading.Thread(target=rival)
    with transaction.atomic():
        first = checkpoints.sign_checkpoint()
        thread.start()
        assert begun.wait(5)
        thread.join(0.3)
        assert made == [], "the rival did not wait for the key"
    thread.join(5)
    assert made == [first]


@pytest.mark.django_db
def test_the_name_of_the_journal_stays_when_the_site_moves(settings):
    checkpoints.sign_checkpoint()
    settings.SITE_HOST = "ailleurs.test"
    grow(1)
    assert checkpoints.sign_checkpoint().text.startswith("portail.test/journal\n1\n")
    assert JournalEntry.objects.count() == 1
    assert PublicKey.objects.get() == keys.in_force()
