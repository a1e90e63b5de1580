"""The seal of the portal on a paper (PAdES): by a key that is checked each time, or not at all.

What a seal is worth comes from its certificate. ``examine`` says whose it is and that not one bit has moved since.
"""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from asn1crypto.parser import peek
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12
from cryptography.x509 import Certificate
from cryptography.x509.oid import NameOID
from django.conf import settings

from alliance.proof import archive, cms, demo_seal, timestamps

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+) (\d+) (\d+) (\d+)\s*\]")
MOST_PADDING = 128


class SealUnavailable(Exception):
    """Nothing can be sealed now. ``code``: "missing", "unreadable", "mismatch", "weak", "expired" or "failed"."""

    def __init__(self, sentence: str, *, code: str = "failed"):  # a worker pickles it with its sentence alone
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class SealKey:
    key: object
    certificate: Certificate
    chain: tuple[Certificate, ...]

    @property
    def name(self) -> str:
        """The common name of the certificate, or its whole name."""
        return name_of(self.certificate)

    @property
    def fingerprint(self) -> str:
        return cms.fingerprint(self.certificate)

    @property
    def public_key(self) -> bytes:
        """SubjectPublicKeyInfo in DER, as ``keys.announce`` takes it."""
        return _public(self.certificate.public_key())

    @property
    def algorithm(self) -> str:
        """« ECDSA secp256r1 » or « RSA 3072 »."""
        key = self.certificate.public_key()
        return f"ECDSA {key.curve.name}" if hasattr(key, "curve") else f"RSA {key.key_size}"


@dataclass(frozen=True)
class Sealed:
    """What a sealed paper shows of itself. ``stamped_at`` is an authority's time, None without its token.

    ``archives`` are the tokens over the whole file, with what each archive revision adds (B-LTA), oldest first.
    """

    certificate: Certificate
    token: timestamps.Token | None
    others: tuple[Certificate, ...] = ()
    archives: tuple[tuple[timestamps.Token, archive.Evidence], ...] = ()

    @property
    def name(self) -> str:
        return name_of(self.certificate)

    @property
    def fingerprint(self) -> str:
        return cms.fingerprint(self.certificate)

    @property
    def stamped_at(self) -> datetime | None:
        return self.token.gen_time if self.token else None

    @property
    def authority(self) -> str:
        return name_of(self.token.certificate) if self.token else ""

    @property
    def last_token(self) -> timestamps.Token | None:
        return self.archives[-1][0] if self.archives else self.token


def name_of(certificate: Certificate) -> str:
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else certificate.subject.rfc4514_string()


def is_configured() -> bool:
    return bool(settings.SEAL_P12) or settings.DEMO


def load(at: datetime) -> SealKey:
    """The key that seals at the instant ``at``. Raises SealUnavailable rather than seal wrongly."""
    if not is_configured():
        raise SealUnavailable("SEAL_P12 names no key.", code="missing")
    path = Path(settings.SEAL_P12) if settings.SEAL_P12 else demo_seal.path()
    password = settings.SEAL_PASSWORD.encode() if settings.SEAL_P12 else b""
    try:
        stored = pkcs12.load_pkcs12(path.read_bytes(), password or None)
    except (OSError, ValueError, TypeError) as error:
        raise SealUnavailable("SEAL_P12 cannot be read with SEAL_PASSWORD.", code="unreadable") from error
    if stored.key is None or stored.cert is None:
        raise SealUnavailable("SEAL_P12 holds no key with its certificate.", code="mismatch")
    loaded = SealKey(stored.key, stored.cert.certificate, tuple(each.certificate for each in stored.additional_certs))
    _check(loaded, at)
    return loaded


def _check(loaded: SealKey, at: datetime) -> None:
    theirs, ours = loaded.certificate.public_key(), loaded.key.public_key()
    if _public(theirs) != _public(ours):
        raise SealUnavailable("The key in SEAL_P12 is not that of its certificate.", code="mismatch")
    if not cms.strong(loaded.certificate):
        raise SealUnavailable("The seal needs ECDSA P-256 or better, or RSA of 3072 bits or more.", code="weak")
    if not cms.runs_at(loaded.certificate, at):
        raise SealUnavailable("The certificate of the seal has expired or does not run yet.", code="expired")


def _public(key) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def seal(document: bytes, loaded: SealKey, *, reason: str, authority: timestamps.Authority | None = None) -> bytes:
    """``document`` with its seal, and with a token of ``authority`` when one is given (B-T, else B-B).

    The document certifies that nothing may change in it. Raises SealUnavailable, TimestampUnavailable.
    """
    from alliance.proof import pades  # half a second to import: paid by those who seal, not by every page

    try:
        sealed = pades.sign(document, loaded, reason=reason, authority=authority)
        found = examine(sealed)
    except (pades.Refused, cms.Untrue) as error:
        raise SealUnavailable(f"The paper could not be sealed: {error}", code="failed") from error
    if found.fingerprint != loaded.fingerprint or bool(found.token) != bool(authority):
        raise SealUnavailable("The paper was not sealed as it was asked.", code="failed")
    return sealed


def examine(content: bytes) -> Sealed:
    """The seal that covers the whole of these bytes, as this module makes them, archive revisions included.

    Raises ``cms.Untrue``. It holds for certificates and tokens alike; whether they are ours is for the caller to say.
    """
    paper, stages = archive.split(content)
    found, former, archives = _examine_paper(paper), paper, []
    last = found.token
    for stage in stages:
        if last is None:
            raise cms.Untrue("archived without a time")
        last, evidence = _examine_stage(former, stage, last)
        archives.append((last, evidence))
        former = stage
    return replace(found, archives=tuple(archives))


def _examine_stage(former: bytes, stage: bytes, last: timestamps.Token) -> tuple[timestamps.Token, archive.Evidence]:
    """One archive revision; its time must come while the certificate of the time before still ran."""
    try:
        revision = archive.read(former, stage)
        token = timestamps.read_token(revision.token, revision.digest)
    except (archive.Malformed, timestamps.TimestampUnavailable) as error:
        raise cms.Untrue(f"the archive revision does not hold: {error}") from error
    if token.gen_time < last.gen_time or not cms.runs_at(last.certificate, token.gen_time):
        raise cms.Untrue("the archive revision came too late")
    return token, revision.evidence


def _examine_paper(sealed: bytes) -> Sealed:
    covered, contents = _parts(sealed)
    signed = cms.read(contents)
    certificate = cms.check(signed, hashlib.sha256(covered).digest(), "data")
    if cms.algorithm(signed) != "sha256" or signed["encap_content_info"]["content"].native is not None:
        raise cms.Untrue("another form of signature")
    others = cms.others(signed, certificate)
    der = cms.token_of(signed)
    if der is None:
        return Sealed(certificate, None, others)
    signature = signed["signer_infos"][0]["signature"].native
    try:
        token = timestamps.read_token(der, hashlib.sha256(signature).digest())
    except timestamps.TimestampUnavailable as error:
        raise cms.Untrue("the token does not hold") from error
    if not cms.runs_at(certificate, token.gen_time):
        raise cms.Untrue("the certificate did not run when the paper was stamped")
    return Sealed(certificate, token, others)


def _parts(sealed: bytes) -> tuple[bytes, bytes]:
    """The bytes under the seal, and the seal. All that is in neither is refused, the case of its digits included."""
    ranges = BYTE_RANGE.findall(sealed)
    if len(ranges) != 1:
        raise cms.Untrue("no seal, or more than one")
    start, length, second, rest = map(int, ranges[0])
    gap = sealed[length:second]
    if start != 0 or second + rest != len(sealed) or not re.fullmatch(rb"<(?:[0-9A-F]{2})+>", gap):
        raise cms.Untrue("the seal does not cover the whole paper")
    contents = bytes.fromhex(gap[1:-1].decode())
    try:
        size = peek(contents)
    except ValueError as error:
        raise cms.Untrue("unreadable seal") from error
    padding = contents[size:]
    if len(padding) > MOST_PADDING or any(padding):
        raise cms.Untrue("something beside the seal")
    return sealed[:length] + sealed[second:], contents[:size]
