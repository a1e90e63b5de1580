"""Signed notes in the form of C2SP (signed-note, tlog-checkpoint), with Ed25519.

A checkpoint is a text of three lines (origin, size, root), an empty line, and lines « — name base64(id || signature) ».
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
ID_BYTES, ROOT_BYTES = 4, 32
SIGNATURE_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+=*)")
SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class Unreadable(ValueError):
    """Not a checkpoint: the message says why, in French."""


@dataclass(frozen=True)
class Note:
    """A checkpoint that was read; nothing is verified yet. ``signatures``: ``(name, id, signature)`` of each line."""

    text: str
    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...]

    def is_signed_by(self, name: str, key: Ed25519PublicKey) -> bool:
        wanted = (name, key_id(name, key))
        return any((found, number) == wanted and _holds(key, sig, self.text) for found, number, sig in self.signatures)


def _holds(key: Ed25519PublicKey, signature: bytes, text: str) -> bool:
    try:
        key.verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


def key_id(name: str, key: Ed25519PublicKey) -> bytes:
    """The four bytes that tell which key signed: SHA-256(name || newline || 0x01 || key)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + key.public_bytes_raw()).digest()[:ID_BYTES]


def verifier_key(name: str, key: Ed25519PublicKey) -> str:
    """« name+id+key », what tools for signed notes take."""
    coded = encoded(ED25519 + key.public_bytes_raw())
    return f"{name}+{key_id(name, key).hex()}+{coded}"


def sign(origin: str, size: int, root: bytes, key: Ed25519PrivateKey) -> str:
    """The whole note. The same key gives the same bytes for the same tree."""
    text = f"{origin}\n{size}\n{encoded(root)}\n"
    coded = encoded(key_id(origin, key.public_key()) + key.sign(text.encode()))
    return f"{text}\n— {origin} {coded}\n"


def read(note: str) -> Note:
    """Raises Unreadable. Other lines in the text and signatures of others are allowed, and kept."""
    text, found, signatures = note.rpartition("\n\n")
    lines = text.split("\n")
    if not found or len(lines) < 3 or not signatures.endswith("\n") or not lines[0] or not SIZE.fullmatch(lines[1]):
        raise Unreadable("Ce fichier n’est pas un point de contrôle du journal.")
    root = decoded(lines[2])
    if len(root) != ROOT_BYTES:
        raise Unreadable("La racine du point de contrôle n’a pas 32 octets.")
    signed = tuple(_signature(line) for line in signatures[:-1].split("\n"))
    return Note(f"{text}\n", lines[0], int(lines[1]), root, signed)


def _signature(line: str) -> tuple[str, bytes, bytes]:
    match = SIGNATURE_LINE.fullmatch(line)
    if match is None:
        raise Unreadable("Une ligne de signature du point de contrôle est illisible.")
    coded = decoded(match[2])
    return match[1], coded[:ID_BYTES], coded[ID_BYTES:]


def encoded(value: bytes) -> str:
    return base64.b64encode(value).decode()


def decoded(text: str) -> bytes:
    """One way to write each value: what decodes and does not encode back alike is refused."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if not value or encoded(value) != text:
        raise Unreadable("Le point de contrôle contient du base64 illisible.")
    return value
