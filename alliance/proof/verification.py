"""The whole journal recomputed from its leaves, and compared with all that the database and the outside say of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection
from django.db.models.expressions import RawSQL

from alliance.proof import checkpoints, journal, keys, merkle
from alliance.proof.models import Checkpoint, Clear, JournalEntry, JournalNode, PublicKey
from alliance.proof.notes import Note

type Trusted = tuple[str, Ed25519PublicKey]

COUNTS = """
    SELECT coalesce((SELECT size FROM proof_journalhead WHERE id = 1), 0),
        (SELECT count(*) FROM proof_journalentry), (SELECT count(*) FROM proof_journalnode)
"""
CHUNK, MOST_FINDINGS = 2_000, 20


@dataclass
class Verified:
    """``findings``: French sentences, none when all agrees; no more than the first of each long series."""

    size: int
    findings: list[str] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)

    def found(self, sentence: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(sentence)


def verify(outside: Note | None = None, trusted: list[Trusted] | None = None) -> Verified:
    """Recompute everything. ``outside`` is a checkpoint that was kept elsewhere: only it resists whoever owns the
    database. It must be signed by one of ``trusted``, the keys of the database unless keys kept elsewhere are given.

    Entries appended meanwhile are left for the next time.
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        size, entries, nodes = cursor.fetchone()
    verified = Verified(size)
    if entries != size:
        verified.found(f"La tête annonce {size} entrées, la table en contient {entries}.")
    if nodes != size - size.bit_count():
        verified.found(f"L’arbre de {size} entrées a {size - size.bit_count()} nœuds, la table en contient {nodes}.")
    stored = list(Checkpoint.objects.select_related("key"))
    sizes = {size, *(checkpoint.size for checkpoint in stored)}
    _recompute(verified, sizes | {outside.size} if outside else sizes)
    _compare_clear_values(verified)
    for fingerprint in keys.broken_links():
        verified.found(f"La clé {fingerprint} n’est pas annoncée par une clé antérieure.")
    for checkpoint in stored:
        _compare_stored(verified, checkpoint)
    if outside:
        _compare_outside(verified, outside, _own_keys() if trusted is None else trusted)
    return verified


def _recompute(verified: Verified, sizes: set[int]) -> None:
    """Leaves against their columns, nodes against leaves; the roots at ``sizes``."""
    growing, nodes = merkle.Growing(), _nodes(verified.size)
    verified.roots[0], trees_agree = growing.root(), True
    for entry in _entries(verified.size):
        if entry.position != growing.size:
            verified.found(f"L’entrée {growing.size} manque ou n’est pas à sa place.")
        if not _says_its_leaf(entry):
            verified.found(f"La feuille de l’entrée {entry.position} ne correspond pas à ses colonnes.")
        made = growing.add(journal.leaf_hash(entry.leaf))
        if trees_agree and made != list(islice(nodes, len(made))):
            trees_agree = False
            verified.found(f"L’arbre ne correspond plus aux feuilles à partir de l’entrée {entry.position}.")
        if growing.size in sizes:
            verified.roots[growing.size] = growing.root()


def _entries(size: int) -> Iterator[JournalEntry]:
    return JournalEntry.objects.filter(position__lt=size).order_by("position").iterator(chunk_size=CHUNK)


def _nodes(size: int) -> Iterator[tuple[merkle.Node, bytes]]:
    """Those of the table, in the order in which they came to be."""
    last_leaf = RawSQL("(index + 1) << level", ())
    nodes = JournalNode.objects.annotate(upto=last_leaf).filter(upto__lte=size).order_by("upto", "level")
    for level, index, found in nodes.values_list("level", "index", "hash").iterator(chunk_size=CHUNK):
        yield (level, index), bytes(found)


def _says_its_leaf(entry: JournalEntry) -> bool:
    leaf = _parsed(entry.leaf)
    columns = (entry.position, entry.kind, entry.subject, journal.instant(entry.recorded_at))
    said = tuple(leaf.get(name) for name in ("position", "kind", "subject", "recorded_at"))
    return said == columns and bytes(entry.leaf_hash) == journal.leaf_hash(entry.leaf)


def _parsed(leaf: str) -> dict:
    """Empty unless it is an object in canonical form."""
    try:
        value = json.loads(leaf)
        return value if isinstance(value, dict) and journal.canonical(value) == leaf else {}
    except ValueError:
        return {}


def _compare_clear_values(verified: Verified) -> None:
    """Each clear value that was not erased opens the commitment of its leaf."""
    for clear in Clear.objects.select_related("entry").order_by("entry__position").iterator(chunk_size=CHUNK):
        commitments = _parsed(clear.entry.leaf).get("commitments", {})
        if commitments.get(clear.name) != journal.commitment(clear.name, clear.value, bytes(clear.salt)):
            verified.found(f"Une valeur en clair de l’entrée {clear.entry.position} n’ouvre pas son engagement.")


def _compare_stored(verified: Verified, checkpoint: Checkpoint) -> None:
    if not checkpoints.is_authentic(checkpoint):
        verified.found(f"Le point de contrôle de {checkpoint.size} entrées n’est pas signé par sa clé.")
    if verified.roots.get(checkpoint.size) != bytes(checkpoint.root):
        verified.found(f"Le journal ne contient plus ce que couvre le point de contrôle de {checkpoint.size} entrées.")


def _compare_outside(verified: Verified, outside: Note, trusted: list[Trusted]) -> None:
    if not any(name == outside.origin and outside.is_signed_by(name, key) for name, key in trusted):
        verified.found("Le point de contrôle donné n’est signé par aucune des clés connues du journal.")
    if outside.size > verified.size:
        verified.found(f"Le journal est tronqué : {outside.size} entrées étaient couvertes, il en a {verified.size}.")
    elif verified.roots.get(outside.size) != outside.root:
        verified.found(f"Le journal ne contient plus les {outside.size} entrées du point de contrôle donné.")


def _own_keys() -> list[Trusted]:
    return [(key.origin, keys.ed25519(key)) for key in PublicKey.objects.filter(kind="journal")]
