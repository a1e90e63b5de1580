"""The journal: append-only, ordered as committed, without personal data."""

import hashlib
import json
import threading

import pytest
from django.db import DatabaseError, connection, transaction

from alliance.proof import journal
from alliance.proof.models import Clear, JournalEntry, JournalHead


@pytest.mark.django_db
def test_an_entry_is_a_canonical_leaf_with_commitments_in_place_of_personal_values():
    entry = journal.append(
        kind="signed", subject="s-1", facts={"version": "2020", "rank": 2}, personal={"signer_name": "Ada Canari"}
    )
    clear = Clear.objects.get(entry=entry)
    assert json.loads(entry.leaf) == {
        "format": 1,
        "position": 0,
        "kind": "signed",
        "subject": "s-1",
        "recorded_at": journal.instant(entry.recorded_at),
        "facts": {"version": "2020", "rank": 2},
        "commitments": {"signer_name": hashlib.sha256(clear.salt + b"signer_name\x00Ada Canari").hexdigest()},
    }
    assert entry.leaf.startswith('{"commitments":{"signer_name":"')
    assert "Canari" not in entry.leaf
    assert (clear.name, clear.value, len(clear.salt)) == ("signer_name", "Ada Canari", 32)
    assert JournalEntry.objects.get().leaf_hash == hashlib.sha256(b"\x00" + entry.leaf.encode()).digest()


@pytest.mark.django_db
def test_the_same_value_is_committed_to_differently_each_time():
    first, second = (journal.append(kind="k", subject="s", personal={"name": "Ada"}) for _ in range(2))
    assert json.loads(first.leaf)["commitments"] != json.loads(second.leaf)["commitments"]


@pytest.mark.django_db
def test_positions_follow_one_another_from_zero():
    for subject in ("a", "b", "c"):
        journal.append(kind="k", subject=subject)
    assert list(JournalEntry.objects.values_list("position", "subject")) == [(0, "a"), (1, "b"), (2, "c")]
    assert JournalHead.objects.get().size == 3


@pytest.mark.django_db
def test_an_entry_goes_away_with_the_transaction_of_its_act_and_leaves_no_hole():
    with pytest.raises(RuntimeError), transaction.atomic():
        journal.append(kind="k", subject="undone")
        raise RuntimeError
    journal.append(kind="k", subject="done")
    assert list(JournalEntry.objects.values_list("position", "subject")) == [(0, "done")]


@pytest.mark.django_db
@pytest.mark.parametrize("facts", [{"rate": 1.5}, {"deep": [{"rate": 1.0}]}, {"big": 2**60}, {"when": object()}])
def test_facts_that_two_programs_could_write_differently_are_refused(facts):
    with pytest.raises((ValueError, TypeError)):
        journal.append(kind="k", subject="s", facts=facts)
    assert list(JournalEntry.objects.all()) == []


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        journal.append(kind="k", subject="s")


REFUSED = [
    "UPDATE proof_journalentry SET kind = 'other'",
    "DELETE FROM proof_journalentry",
    "TRUNCATE proof_journalentry CASCADE",
    "UPDATE proof_journalhead SET size = 0",
    "UPDATE proof_journalhead SET size = size + 2",
    "DELETE FROM proof_journalhead",
]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_itself_refuses_to_change_or_remove(statement):
    journal.append(kind="k", subject="s")
    with pytest.raises(DatabaseError, match="Le journal"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", REFUSED)
def test_control_without_the_triggers_the_same_statements_pass(statement):
    journal.append(kind="k", subject="s")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        assert cursor.rowcount != 0
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.django_db
def test_the_database_itself_checks_the_hash_of_a_leaf():
    entry = journal.append(kind="k", subject="s")
    forged = JournalEntry(position=1, kind="k", subject="s", recorded_at=entry.recorded_at, leaf=entry.leaf + " ")
    forged.leaf_hash = entry.leaf_hash
    with pytest.raises(DatabaseError, match="journal_leaf_hash_matches"):
        forged.save()


@pytest.mark.django_db
def test_clear_values_are_erased_and_the_leaf_stays():
    entry = journal.append(kind="k", subject="s", personal={"name": "Ada", "role": "présidente"})
    assert journal.erase(subject="s", names=["name"]) == 1
    assert list(Clear.objects.values_list("name", flat=True)) == ["role"]
    assert JournalEntry.objects.get().leaf == entry.leaf
    assert journal.erase(subject="s") == 1


@pytest.mark.django_db(transaction=True)
def test_a_second_act_waits_for_the_first_to_commit_so_that_order_is_commit_order():
    with transaction.atomic():
        journal.append(kind="k", subject="before")
    begun, appended = threading.Event(), threading.Event()

    def rival():
        with transaction.atomic():
            begun.set()
            journal.append(kind="k", subject="rival")
        appended.set()
        connection.close()

    thread = threading.Thread(target=rival)
    with transaction.atomic():
        journal.append(kind="k", subject="first")
        thread.start()
        assert begun.wait(5)
        assert not appended.wait(0.3), "the rival did not wait for the head row"
    thread.join(5)
    assert list(JournalEntry.objects.values_list("subject", flat=True)) == ["before", "first", "rival"]
