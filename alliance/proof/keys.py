"""The journal's private key, and the public history of keys, each announced by the one before.

``JOURNAL_KEY`` is an Ed25519 key: PEM (PKCS #8) or the base64 of its 32 bytes. Nothing here stops a start: without a
key, or with another than the one in force, whoever wants to sign gets a Conflict and checkpoints wait.
"""

import base64
import binascii
import hashlib
import json
import logging
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.proof import journal, notes
from alliance.proof.models import PublicKey

FORMAT = "alliance-key/1"
ALGORITHM = "Ed25519"
log = logging.getLogger("alliance.proof")


def private_key(text: str) -> Ed25519PrivateKey:
    """Raises Conflict "journal_key_missing", "journal_key_unreadable"."""
    text = text.strip().replace("\\n", "\n")
    if not text:
        raise Conflict("Aucune clé du journal n’est donnée (JOURNAL_KEY).", code="journal_key_missing")
    try:
        if text.startswith("-----BEGIN"):
            key = load_pem_private_key(text.encode(), password=None)
        else:
            key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(text, validate=True))
    except (ValueError, TypeError, binascii.Error) as error:
        raise _unreadable() from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _unreadable()
    return key


def _unreadable() -> Conflict:
    sentence = "La clé du journal (JOURNAL_KEY) n’est pas une clé Ed25519 lisible."
    return Conflict(sentence, code="journal_key_unreadable")


def der(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(public_key: bytes) -> str:
    """SHA-256 of the DER, in hexadecimal: `openssl pkey -pubin -outform DER | sha256sum`."""
    return hashlib.sha256(public_key).hexdigest()


def ed25519(key: PublicKey) -> Ed25519PublicKey:
    return load_der_public_key(bytes(key.public_key))


def in_force() -> PublicKey | None:
    """The journal key announced last."""
    return PublicKey.objects.filter(kind="journal").last()


def signing() -> tuple[PublicKey, Ed25519PrivateKey]:
    """The key in force, its row locked, with its private half; the first one ever is announced here.

    Raises Conflict "journal_key_missing", "journal_key_unreadable", "journal_key_not_in_force".
    """
    private = private_key(settings.JOURNAL_KEY)
    public = der(private.public_key())
    if in_force() is None:
        first = PublicKey(
            kind="journal", algorithm=ALGORITHM, origin=f"{settings.SITE_HOST}/journal", public_key=public,
            fingerprint=fingerprint(public), valid_from=timezone.now(),
        )  # fmt: skip
        PublicKey.objects.bulk_create([first], ignore_conflicts=True)
    current = PublicKey.objects.select_for_update(of=("self",)).filter(kind="journal").last()
    if current.fingerprint != fingerprint(public) or current != in_force():  # a rotation may have been waited for
        raise not_in_force()
    return current, private


def not_in_force() -> Conflict:
    sentence = "La clé du journal (JOURNAL_KEY) n’est pas celle en vigueur : voyez manage.py rotate_journal_key."
    return Conflict(sentence, code="journal_key_not_in_force")


def announce_seal(loaded) -> None:
    """The key of the seal enters the public history, before its first leaf; without the journal's own, another time."""
    if PublicKey.objects.filter(fingerprint=fingerprint(loaded.public_key)).exists():
        return
    try:
        announce(kind="seal", public_key=loaded.public_key, algorithm=loaded.algorithm)
    except Conflict as error:
        log.warning("seal: its key is not announced yet", extra={"code": error.code})


def announce(*, kind: str, public_key: bytes, algorithm: str, at: datetime | None = None) -> PublicKey:
    """Add a key to the history, signed by the journal key in force, and to the journal. Announced already: as it is.

    ``public_key`` is a SubjectPublicKeyInfo in DER. Raises Conflict as ``signing``.
    """
    with transaction.atomic():
        former, private = signing()
        if known := PublicKey.objects.filter(fingerprint=fingerprint(public_key)).first():
            return known
        key = PublicKey(
            kind=kind, algorithm=algorithm, origin=former.origin, public_key=public_key,
            fingerprint=fingerprint(public_key), valid_from=at or timezone.now(), signed_by=former,
        )  # fmt: skip
        key.signature = private.sign(statement(key).encode())
        key.save(force_insert=True)
        journal.append(
            kind="key_announced", subject=key.fingerprint, facts={"key_kind": kind, "signed_by": former.fingerprint}
        )
    return key


def rotate(*, new: Ed25519PrivateKey, at: datetime | None = None) -> PublicKey:
    """Announce the journal key of tomorrow, while ``JOURNAL_KEY`` is still the former one. Raises as ``signing``."""
    return announce(kind="journal", public_key=der(new.public_key()), algorithm=ALGORITHM, at=at)


def statement(key: PublicKey) -> str:
    """What the former key signs: canonical JSON (RFC 8785) of all that is published of a key but its signature."""
    return journal.canonical(_published(key))


def _published(key: PublicKey) -> dict[str, journal.Fact]:
    return {
        "format": FORMAT,
        "kind": key.kind,
        "algorithm": key.algorithm,
        "origin": key.origin,
        "public_key": notes.encoded(bytes(key.public_key)),
        "fingerprint": key.fingerprint,
        "valid_from": journal.instant(key.valid_from),
        "signed_by": key.signed_by.fingerprint if key.signed_by else None,
    }


def history() -> list[dict[str, journal.Fact]]:
    """Every key, the first one first, as ``/.well-known/alliance-keys.json`` shows them."""
    rows = []
    for key in PublicKey.objects.select_related("signed_by"):
        row = _published(key) | {"signature": notes.encoded(bytes(key.signature)) if key.signature else None}
        if key.kind == "journal":
            row["note_key"] = notes.verifier_key(key.origin, ed25519(key))
        rows.append(row)
    return rows


def document() -> bytes:
    """The file ``/.well-known/alliance-keys.json``: indented, names sorted, so that a history has one form only."""
    return json.dumps({"keys": history()}, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def broken_links() -> list[str]:
    """Fingerprints of keys whose announcement does not hold."""
    return [key.fingerprint for key in PublicKey.objects.select_related("signed_by") if not _is_announced(key)]


def _is_announced(key: PublicKey) -> bool:
    if key.fingerprint != fingerprint(bytes(key.public_key)):
        return False
    if key.signed_by is None:
        return True
    try:
        ed25519(key.signed_by).verify(bytes(key.signature), statement(key).encode())
    except InvalidSignature:
        return False
    return key.signed_by_id < key.pk and key.signed_by.kind == "journal"
