"""Whoever owns the database can rewrite all of it; a checkpoint kept elsewhere tells on them, every time."""

import base64
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from alliance.proof import checkpoints, journal, keys, notes, verification
from alliance.proof.models import Checkpoint, Clear, JournalEntry, JournalHead, JournalNode, PublicKey
from tests.proof import forger

ENTRIES, COVERED = 11, 9


@pytest.fixture(autouse=True)
def journal_key(settings):
    settings.SITE_HOST = "portail.test"
    settings.JOURNAL_KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def outside(tmp_path) -> Path:
    """A journal of 11 entries; what was kept outside covers 9 of them."""
    for number in range(ENTRIES):
        if number == COVERED:
            (tmp_path / "checkpoint").write_text(checkpoints.sign_checkpoint().text)
            (tmp_path / "keys.json").write_text(json.dumps({"keys": keys.history()}))
        journal.append(kind="signed", subject=f"s-{number}", facts={"n": number}, personal={"name": f"Ada {number}"})
    return tmp_path / "checkpoint"


def findings(outside: Path | None = None) -> list[str]:
    return verification.verify(notes.read(outside.read_text()) if outside else None).findings


@pytest.mark.django_db
def test_an_untouched_journal_is_whole(outside, capsys):
    call_command("verify_journal")
    call_command("verify_journal", checkpoint=outside)
    call_command("verify_journal", checkpoint=outside, keys=outside.with_name("keys.json"))
    assert capsys.readouterr().out.splitlines()[2] == (
        "Le journal est intact : 11 entrées, dont 9 couvertes par le point de contrôle donné."
    )


FORGERIES = {
    "rewritten first": lambda leaves: forger.rewrite(leaves, 0),
    "rewritten last": lambda leaves: forger.rewrite(leaves, COVERED - 1),
    "deleted": lambda leaves: leaves[:4] + leaves[5:],
    "inserted": lambda leaves: [*leaves[:4], dict(leaves[4], subject="glissé"), *leaves[4:]],
    "reordered": lambda leaves: [*leaves[:2], leaves[3], leaves[2], *leaves[4:]],
    "truncated": lambda leaves: leaves[: COVERED - 1],
    "truncated and refilled": lambda leaves: [*leaves[: COVERED - 1], dict(leaves[0], subject="autre"), *leaves[9:]],
    "emptied": lambda leaves: [],
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", FORGERIES)
def test_what_was_rewritten_with_every_table_recomputed_is_told_by_the_checkpoint_outside(kind, outside):
    forger.rebuild(FORGERIES[kind](forger.leaves()))
    assert findings() == [], "control: without a checkpoint kept outside this forgery is perfect"
    assert len(findings(outside)) == 1
    with pytest.raises(CommandError, match="Le journal"):
        call_command("verify_journal", checkpoint=outside)


@pytest.mark.django_db
def test_rebuilding_the_same_leaves_is_no_forgery(outside):
    forger.rebuild(forger.leaves())
    assert findings(outside) == []


@pytest.mark.django_db
def test_entries_after_the_checkpoint_are_not_covered_by_it(outside):
    """The limit, said plainly: between two checkpoints nothing outside holds yet."""
    forger.rebuild(forger.rewrite(forger.leaves(), COVERED))
    assert findings(outside) == []


@pytest.mark.django_db
def test_keys_of_the_forger_do_not_vouch_for_the_checkpoint(outside, settings):
    settings.JOURNAL_KEY = base64.b64encode(b"f" * 32).decode()
    forger.as_owner("DELETE FROM proof_checkpoint", "DELETE FROM proof_publickey")
    checkpoints.sign_checkpoint()
    assert findings() == []
    assert findings(outside) == ["Le point de contrôle donné n’est signé par aucune des clés connues du journal."]
    call_command("verify_journal", checkpoint=outside, keys=outside.with_name("keys.json"))


CLUMSY = {
    "UPDATE proof_journalentry SET leaf = replace(leaf, 's-3', 's-4') WHERE position = 3": "feuille de l’entrée 3",
    "UPDATE proof_journalentry SET subject = 'x' WHERE position = 4": "feuille de l’entrée 4",
    "UPDATE proof_journalentry SET recorded_at = now() WHERE position = 4": "feuille de l’entrée 4",
    "UPDATE proof_journalentry SET leaf = 'x' WHERE position = 4": "feuille de l’entrée 4",
    "DELETE FROM proof_journalentry WHERE position = 5": "L’entrée 5 manque",
    "DELETE FROM proof_journalentry WHERE position = 10": "La tête annonce 11 entrées, la table en contient 10.",
    "UPDATE proof_journalnode SET hash = sha256('x') WHERE level = 3": "à partir de l’entrée 7",
    "UPDATE proof_journalnode SET index = 9 WHERE level = 3": "à partir de l’entrée 7",
    "DELETE FROM proof_journalnode WHERE level = 1 AND index = 2": "a 8 nœuds, la table en contient 7.",
    "INSERT INTO proof_journalnode VALUES (9, 9, 'x')": "a 8 nœuds, la table en contient 9.",
    "UPDATE proof_journalhead SET size = 10": "La tête annonce 10 entrées, la table en contient 11.",
    "UPDATE proof_checkpoint SET root = sha256('x')": "n’est pas signé par sa clé",
    "UPDATE proof_publickey SET fingerprint = 'x'": "La clé x n’est pas annoncée",
    "UPDATE proof_clear SET value = 'Eve' WHERE value = 'Ada 6'": "valeur en clair de l’entrée 6",
}


@pytest.mark.django_db
@pytest.mark.parametrize("statement", CLUMSY)
def test_what_was_changed_in_one_table_is_told_without_anything_outside(statement, outside):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE proof_journalentry DROP CONSTRAINT journal_leaf_hash_matches")
    forger.as_owner(statement)
    assert CLUMSY[statement] in "\n".join(findings())


@pytest.mark.django_db
def test_erased_clear_values_leave_the_journal_whole(outside):
    journal.erase(subject="s-2")
    assert Clear.objects.count() == ENTRIES - 1
    assert findings(outside) == []


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "rien\n", "a\n1\nAAAA\n\n— a AAAA\n", "a\n01\n" + "A" * 43 + "=\n\n— a AAAA\n"])
def test_a_file_that_is_no_checkpoint_is_refused_in_a_sentence(text, tmp_path):
    (tmp_path / "file").write_text(text)
    with pytest.raises(CommandError, match="Fichier illisible"):
        call_command("verify_journal", checkpoint=tmp_path / "file")


@pytest.mark.django_db
def test_the_forger_of_these_tests_really_rewrites(outside):
    forger.rebuild(forger.rewrite(forger.leaves(), 0)[:5])
    assert (JournalEntry.objects.count(), JournalHead.objects.get().size, JournalNode.objects.count()) == (5, 5, 3)
    assert JournalEntry.objects.get(position=0).subject == "forgé"
    assert (Checkpoint.objects.count(), PublicKey.objects.count()) == (0, 1)
