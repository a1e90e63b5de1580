"""Checkpoints: the journal's size and root, signed, given out for ever. What one covers cannot change unseen."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.proof import keys, merkle, notes, tree
from alliance.proof.models import Checkpoint, JournalEntry

LATE = timedelta(hours=26)
log = logging.getLogger(__name__)


def latest() -> Checkpoint | None:
    return Checkpoint.objects.last()


def latest_text() -> str:
    """The latest signed note, to attach to a receipt; empty as long as none was signed."""
    found = latest()
    return found.text if found else ""


def covering(subjects: Iterable[str]) -> tuple[int | None, Checkpoint | None]:
    """The position of the last leaf about ``subjects``, and the latest checkpoint when it covers that."""
    leaves = JournalEntry.objects.filter(subject__in=subjects).aggregate(last=Max("position"))
    found = latest()
    if leaves["last"] is None or found is None or found.size <= leaves["last"]:
        return leaves["last"], None
    return leaves["last"], found


def sign_checkpoint(*, quiet: bool = False) -> Checkpoint:
    """Sign the journal as it is committed now; the last checkpoint again when nothing was added since.

    The journal must begin with what the last one covers. Raises Conflict, and logs an error unless ``quiet``:
    "journal_inconsistent", "journal_key_missing", "journal_key_unreadable", "journal_key_not_in_force". Concurrent
    calls queue on the key.
    Call it outside the transaction that appends: what that would undo must not have been signed.
    """
    try:
        with transaction.atomic():
            return _sign()
    except Conflict as refusal:
        if not quiet:
            log.error("journal: no checkpoint signed (%s). %s", refusal.code, refusal.messages[0])
        raise


def _sign() -> Checkpoint:
    key, private = keys.signing()
    last, size = latest(), tree.size()
    if last:
        require_consistent(last, size)
        if last.size == size:
            return last
    root = tree.root(size)
    return Checkpoint.objects.create(
        size=size, root=root, key=key, text=notes.sign(key.origin, size, root, private), signed_at=timezone.now()
    )


def require_consistent(last: Checkpoint, size: int) -> None:
    """Raises Conflict "journal_inconsistent" unless the ``size`` entries begin with those that ``last`` covers."""
    if not is_authentic(last) or not _is_grown_from(last, size):
        sentence = f"Le journal ne contient plus ce que couvrait le point de contrôle de {last.size} entrées."
        raise Conflict(sentence, code="journal_inconsistent")


def is_authentic(checkpoint: Checkpoint) -> bool:
    """Its text says what its columns say, and is signed by its key."""
    try:
        note = notes.read(checkpoint.text)
    except notes.Unreadable:
        return False
    same = (note.origin, note.size, note.root) == (checkpoint.key.origin, checkpoint.size, bytes(checkpoint.root))
    return same and note.is_signed_by(checkpoint.key.origin, keys.ed25519(checkpoint.key))


def _is_grown_from(last: Checkpoint, size: int) -> bool:
    if last.size > size:
        return False
    try:
        proof, root = tree.consistency_proof(last.size, size), tree.root(size)
    except tree.Damaged:
        return False
    return merkle.consistency_holds(last.size, size, bytes(last.root), root, proof)


def alarm() -> str:
    """What is wrong with the journal or keeps checkpoints from being signed, in a sentence; empty when all is well."""
    last, size = latest(), tree.size()
    try:
        if last:
            require_consistent(last, size)
        _require_key()
    except Conflict as refusal:
        return refusal.messages[0]
    oldest = JournalEntry.objects.filter(position=last.size if last else 0).first()
    if oldest and oldest.recorded_at < timezone.now() - LATE:
        return "Des entrées du journal attendent leur point de contrôle depuis plus d’un jour."
    return ""


def key_state() -> str:
    """« ok », or the code of what is wrong with JOURNAL_KEY."""
    try:
        _require_key()
    except Conflict as refusal:
        return refusal.code
    return "ok"


def _require_key() -> None:
    private = keys.private_key(settings.JOURNAL_KEY)
    current = keys.in_force()
    if current and current.fingerprint != keys.fingerprint(keys.der(private.public_key())):
        raise keys.not_in_force()
