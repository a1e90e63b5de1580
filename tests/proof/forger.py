"""An owner of the database who rewrites the journal and recomputes every table, without triggers."""

import json

from django.db import connection

from alliance.proof import journal, merkle
from alliance.proof.models import JournalEntry


def as_owner(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def leaves() -> list[dict]:
    return [json.loads(leaf) for leaf in JournalEntry.objects.values_list("leaf", flat=True)]


def rewrite(given: list[dict], position: int) -> list[dict]:
    return [dict(leaf, subject="forgé") if place == position else leaf for place, leaf in enumerate(given)]


def rebuild(given: list[dict]) -> None:
    """Make these leaves the whole journal: positions, hashes, nodes, head; no checkpoint nor clear value is left."""
    tree, entries, nodes = merkle.Growing(), [], []
    for position, leaf in enumerate(given):
        text = journal.canonical(leaf | {"position": position})
        found = journal.leaf_hash(text)
        entries.append((position, leaf["kind"], leaf["subject"], leaf["recorded_at"], text, found))
        nodes += [(level, index, made) for (level, index), made in tree.add(found)]
    as_owner(
        "DELETE FROM proof_clear",
        "DELETE FROM proof_checkpoint",
        "DELETE FROM proof_journalentry",
        "DELETE FROM proof_journalnode",
        f"UPDATE proof_journalhead SET size = {len(entries)}",
    )
    columns = "(position, kind, subject, recorded_at, leaf, leaf_hash)"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.executemany(f"INSERT INTO proof_journalentry {columns} VALUES (%s, %s, %s, %s, %s, %s)", entries)
        cursor.executemany("INSERT INTO proof_journalnode (level, index, hash) VALUES (%s, %s, %s)", nodes)
        cursor.execute("SET LOCAL session_replication_role = origin")
