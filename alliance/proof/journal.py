"""The journal: what happened, in the order in which it was committed, without personal data.

A leaf is canonical JSON (RFC 8785). Personal values stand in it as salted commitments only; the values and their salts
lie in ``Clear``, where they can be erased without touching the leaf nor its hash.
"""

import hashlib
import secrets
from datetime import UTC, datetime

import rfc8785
from django.db import transaction
from django.utils import timezone

from alliance.proof.models import Clear, JournalEntry, JournalHead

FORMAT = 1
LEAF_PREFIX = b"\x00"
SALT_BYTES = 32
type Fact = str | int | bool | list["Fact"] | dict[str, "Fact"] | None


def append(
    *, kind: str, subject: str, facts: dict[str, Fact] | None = None, personal: dict[str, str] | None = None
) -> JournalEntry:
    """Add an entry at the end, inside the caller's transaction.

    Concurrent calls queue on the head row until the caller commits: append last, and commit soon. ``facts`` holds no
    personal data, no float (ValueError), no integer beyond 2^53; ``personal`` values are committed to, not shown.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An entry belongs to the transaction of the act it records.")
    head, _ = JournalHead.objects.select_for_update().get_or_create(pk=1)
    clears = [
        Clear(name=name, value=value, salt=secrets.token_bytes(SALT_BYTES)) for name, value in (personal or {}).items()
    ]
    recorded_at = timezone.now()
    leaf = canonical(
        {
            "format": FORMAT,
            "position": head.size,
            "kind": kind,
            "subject": str(subject),
            "recorded_at": instant(recorded_at),
            "facts": facts or {},
            "commitments": {clear.name: commitment(clear.name, clear.value, clear.salt) for clear in clears},
        }
    )
    entry = JournalEntry.objects.create(
        position=head.size,
        kind=kind,
        subject=str(subject),
        recorded_at=recorded_at,
        leaf=leaf,
        leaf_hash=leaf_hash(leaf),
    )
    for clear in clears:
        clear.entry = entry
    Clear.objects.bulk_create(clears)
    head.size += 1
    head.save(update_fields=["size"])
    return entry


def canonical(value: dict[str, Fact]) -> str:
    """Canonical JSON. Floats are refused: two programs may write one number in two ways."""
    _refuse_floats(value)
    return rfc8785.dumps(value).decode()


def _refuse_floats(value: Fact) -> None:
    if isinstance(value, float):
        raise ValueError("A leaf holds no float: give an integer with its unit in the name, or a text.")
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _refuse_floats(inner)


def instant(moment: datetime) -> str:
    """« 2026-11-12T09:30:00.123456Z »."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def leaf_hash(leaf: str) -> bytes:
    """SHA-256(0x00 || leaf), RFC 6962."""
    return hashlib.sha256(LEAF_PREFIX + leaf.encode()).digest()


def commitment(name: str, value: str, salt: bytes) -> str:
    """SHA-256(salt || name || 0x00 || value) in hexadecimal; the salt has 32 bytes, a name holds no NUL."""
    return hashlib.sha256(salt + name.encode() + b"\x00" + value.encode()).hexdigest()


def erase(*, subject: str, names: list[str] | None = None) -> int:
    """Forget the clear values of a subject, all or those of ``names``; return how many. Leaves stay as they are."""
    clears = Clear.objects.filter(entry__subject=str(subject))
    if names is not None:
        clears = clears.filter(name__in=names)
    return clears.delete()[0]
