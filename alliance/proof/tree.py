"""The journal's tree as the database holds it: roots and proofs, each in one query of O(log n) rows."""

from django.db import connection

from alliance.proof import merkle
from alliance.proof.merkle import Node, Run
from alliance.proof.models import JournalHead

NODES = """
    SELECT 0, e.position, e.leaf_hash FROM proof_journalentry e WHERE e.position = ANY(%s::bigint[])
    UNION ALL
    SELECT n.level, n.index, n.hash FROM unnest(%s::int[], %s::bigint[]) AS wanted(level, index)
    JOIN proof_journalnode n ON n.level = wanted.level AND n.index = wanted.index
"""


class Damaged(Exception):
    """A hash that must be there is not: somebody has been at the tables."""


def size() -> int:
    """How many entries are committed."""
    head = JournalHead.objects.filter(pk=1).values_list("size", flat=True).first()
    return head or 0


def root(size: int) -> bytes:
    """The root over the first ``size`` entries."""
    return _hashes([(0, size)])[0]


def inclusion_proof(position: int, size: int) -> list[bytes]:
    """That entry ``position`` is in the tree of ``size`` entries, from the bottom to the top."""
    if not 0 <= position < size:
        raise ValueError(f"no entry {position} in a tree of {size}")
    return _hashes(merkle.inclusion_runs(position, size))


def consistency_proof(old: int, new: int) -> list[bytes]:
    """That the tree of ``new`` entries begins with that of ``old``."""
    if not 0 <= old <= new:
        raise ValueError(f"{old} entries are not the beginning of {new}")
    return _hashes(merkle.consistency_runs(old, new)) if old else []


def _hashes(runs: list[Run]) -> list[bytes]:
    known = _known({node for run in runs for node in merkle.nodes_of(run)})
    return [merkle.hash_of(run, known) for run in runs]


def _known(wanted: set[Node]) -> dict[Node, bytes]:
    above = [node for node in wanted if node[0]]
    positions = [index for level, index in wanted if not level]
    with connection.cursor() as cursor:
        cursor.execute(NODES, [positions, [level for level, _ in above], [index for _, index in above]])
        known = {(level, index): bytes(found) for level, index, found in cursor.fetchall()}
    if missing := wanted - known.keys():
        raise Damaged(f"{len(missing)} hashes of the journal are missing, among them {min(missing)}")
    return known
