"""The tree in the database: grown with each entry, by the database itself."""

import importlib

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from alliance.proof import journal, merkle, tree
from alliance.proof.models import JournalEntry, JournalNode
from tests.proof import naive

MOST = 65


def leaves() -> list[bytes]:
    return [leaf.encode() for leaf in JournalEntry.objects.values_list("leaf", flat=True)]


def nodes() -> dict:
    return {node.pk: bytes(node.hash) for node in JournalNode.objects.all()}


def grown() -> dict:
    growing, known = merkle.Growing(), {}
    for leaf in leaves():
        known |= dict(growing.add(naive.root([leaf])))
    return known


@pytest.fixture(scope="module")
def full(django_db_setup, django_db_blocker):
    """A journal of 65 entries, for tests that only read."""
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        for number in range(MOST):
            journal.append(kind="k", subject=f"s-{number}")
        yield leaves()
        transaction.set_rollback(True)
        atomic.__exit__(None, None, None)


@settings(deadline=None)
@given(st.data())
def test_roots_and_proofs_are_those_of_the_naive_tree_in_one_query(full, data):
    new = data.draw(st.integers(1, MOST))
    old, position = data.draw(st.integers(1, new)), data.draw(st.integers(0, new - 1))
    queries = []
    with connection.execute_wrapper(lambda execute, *rest: (queries.append(rest[0]), execute(*rest))[1]):
        assert tree.root(new) == naive.root(full[:new])
        assert tree.inclusion_proof(position, new) == naive.path(position, full[:new])
        assert tree.consistency_proof(old, new) == naive.proof(old, full[:new])
    assert len(queries) == 3


def test_the_nodes_are_exactly_the_complete_subtrees(full):
    assert nodes() == grown()
    assert len(nodes()) == MOST - MOST.bit_count()


@pytest.mark.django_db
def test_an_empty_journal_has_the_root_of_nothing():
    assert (tree.size(), tree.root(0), tree.consistency_proof(0, 0)) == (0, naive.root([]), [])


@pytest.mark.django_db
@pytest.mark.parametrize("size", range(8))
def test_entries_that_were_there_before_the_tree_get_their_nodes(size):
    migration = importlib.import_module("alliance.proof.migrations.0004_tree_grows")
    with connection.cursor() as cursor:
        cursor.execute(migration.UNDO)
        for number in range(size):
            journal.append(kind="k", subject=f"s-{number}")
        assert nodes() == {}
        cursor.execute(migration.GROW + migration.KEEP)
    assert nodes() == grown()
    journal.append(kind="k", subject="after")
    assert tree.root(size + 1) == naive.root(leaves())


@pytest.mark.django_db
def test_nodes_go_away_with_the_transaction_of_their_entry():
    journal.append(kind="k", subject="first")
    with pytest.raises(RuntimeError), transaction.atomic():
        journal.append(kind="k", subject="undone")
        raise RuntimeError
    assert nodes() == {}
    journal.append(kind="k", subject="second")
    assert tree.root(2) == naive.root(leaves())


@pytest.mark.django_db
def test_what_is_asked_beyond_the_tree_is_refused():
    journal.append(kind="k", subject="s")
    for ask in (lambda: tree.inclusion_proof(1, 1), lambda: tree.consistency_proof(2, 1)):
        with pytest.raises(ValueError):
            ask()
    with pytest.raises(tree.Damaged, match=r"1 hashes .* \(1, 0\)"):
        tree.root(2)


INSERT = "INSERT INTO proof_journalentry (position, kind, subject, recorded_at, leaf, leaf_hash)"
REFUSED = [
    f"{INSERT} SELECT 7, kind, subject, recorded_at, leaf, leaf_hash FROM proof_journalentry LIMIT 1",
    "INSERT INTO proof_journalnode (level, index, hash) VALUES (1, 1, '\\x00')",
    "UPDATE proof_journalnode SET hash = '\\x00'",
    "DELETE FROM proof_journalnode",
    "TRUNCATE proof_journalnode CASCADE",
]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_itself_refuses_holes_and_foreign_nodes(statement):
    for subject in ("a", "b"):
        journal.append(kind="k", subject=subject)
    with pytest.raises(DatabaseError, match="Le journal"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", REFUSED)
def test_control_without_the_triggers_the_same_statements_pass(statement):
    for subject in ("a", "b"):
        journal.append(kind="k", subject=subject)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        assert cursor.rowcount != 0
        cursor.execute("SET LOCAL session_replication_role = origin")
