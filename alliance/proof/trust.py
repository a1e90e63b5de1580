"""Does a certificate lead to a root that we were told to trust, at an instant? Without roots nobody says."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.x509 import BasicConstraints, Certificate, ExtensionNotFound, load_pem_x509_certificates

from alliance.proof import cms

LONGEST = 8


class Unreadable(Exception):
    """The file of roots is not there, or holds no certificate."""


def roots(path: str) -> tuple[Certificate, ...]:
    """The certificates in a PEM file; none when no file is named. Raises Unreadable."""
    if not path:
        return ()
    try:
        return tuple(load_pem_x509_certificates(Path(path).read_bytes()))
    except (OSError, ValueError) as error:
        raise Unreadable(path) from error


def holds(leaf: Certificate, others: Iterable[Certificate], path: str, at: datetime) -> bool | None:
    """None when ``path`` names no roots. Raises Unreadable."""
    if not path:
        return None
    trusted = roots(path)
    return any(each in trusted for each in chain(leaf, (*others, *trusted), at))


def chain(leaf: Certificate, others: Iterable[Certificate], at: datetime | None = None) -> list[Certificate]:
    """``leaf``, its issuer, and so on as far as ``others`` lead; each but the leaf may issue, all run at ``at``."""
    found = [leaf]
    while len(found) < LONGEST and not _is_issued_by(found[-1], found[-1]):
        issuer = next((each for each in others if each not in found and _is_issued_by(found[-1], each)), None)
        if issuer is None or not _may_issue(issuer):
            break
        found.append(issuer)
    return found if at is None or all(cms.runs_at(each, at) for each in found) else []


def checkable(leaf: Certificate, others: Iterable[Certificate]) -> list[Certificate]:
    """``leaf`` and its chain up to one that signed itself; ``leaf`` alone when that one is missing.

    Of a chain without its end, nothing in the file vouches for the bytes of the last certificate.
    """
    found = chain(leaf, others)
    return found if _is_issued_by(found[-1], found[-1]) else [leaf]


def _is_issued_by(child: Certificate, issuer: Certificate) -> bool:
    try:
        child.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _may_issue(certificate: Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(BasicConstraints).value.ca
    except (ExtensionNotFound, ValueError):
        return False
