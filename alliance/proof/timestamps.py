"""Time by an authority (RFC 3161). Without a token that holds there is no time: never the local clock in its place."""

import hashlib
import logging
import secrets
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import algos, core, tsp
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import Certificate, ExtendedKeyUsage, ExtensionNotFound
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.conf import settings
from django.core.cache import cache

from alliance.proof import cms, fetching, trust

TIMEOUT_SECONDS = 5
LARGEST_ANSWER = 64_000
SKEW = timedelta(minutes=2)
NONCE_BITS = 63
REST_SECONDS = 60
RESTING = "proof.timestamps.resting"
SIZE = "proof.timestamps.size"
SIZE_KNOWN_SECONDS = 86_400
SIZE_SLACK = 40  # its serial number, instant and signature
log = logging.getLogger("alliance.proof")


class TimestampUnavailable(Exception):
    """No token that holds, for now. ``code``: "missing", "resting", "down", "refused", "wrong", "time", "untrusted"."""

    def __init__(self, sentence: str, *, code: str = "failed"):  # a worker pickles it with its sentence alone
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Token:
    """``der`` is the whole token; ``gen_time`` the instant that the authority of ``certificate`` vouches for.

    ``others`` are the certificates that came with it.
    """

    der: bytes
    gen_time: datetime
    certificate: Certificate
    others: tuple[Certificate, ...] = ()

    @property
    def trusted(self) -> bool | None:
        """Whether its authority leads to TSA_ROOTS, at its own time; None when no roots are given."""
        return trust.holds(self.certificate, self.others, settings.TSA_ROOTS, self.gen_time)


def is_configured() -> bool:
    return settings.TSA_URL.startswith(("http://", "https://"))


def stamp(digest: bytes, *, patient: bool = False) -> Token:
    """A token over ``digest`` (SHA-256), from the authority at TSA_URL; five seconds at most.

    After a failure the authority is left alone for a minute, unless ``patient``: a campaign does not queue behind it.
    Raises TimestampUnavailable.
    """
    with rested(patient=patient):
        return _asked(digest)


@contextmanager
def rested(*, patient: bool) -> Iterator[None]:
    """Around what asks the authority. It speaks to the cache, which may be a table: keep it out of event loops."""
    if not is_configured():
        raise TimestampUnavailable("TSA_URL names no timestamp authority (http:// or https://).", code="missing")
    if not patient and cache.get(RESTING):
        raise TimestampUnavailable("The timestamp authority failed less than a minute ago.", code="resting")
    try:
        yield
    except TimestampUnavailable as error:
        cache.set(RESTING, True, REST_SECONDS)
        log.warning("timestamp: %s", error, extra={"code": error.code})
        raise
    cache.delete(RESTING)


def _asked(digest: bytes) -> Token:
    nonce = secrets.randbits(NONCE_BITS)
    request = tsp.TimeStampReq(
        {
            "version": 1,
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest},
            "nonce": nonce,
            "cert_req": True,
        }
    )
    before = datetime.now(UTC)
    answer = _posted(request.dump())
    token = read_token(_whole_chain(_granted(answer)), digest, nonce=nonce)
    check_time(token, before, datetime.now(UTC))
    if token.trusted is False:
        raise TimestampUnavailable("The timestamp authority does not lead to TSA_ROOTS.", code="untrusted")
    return token


def _posted(body: bytes) -> bytes:
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    asked = {"body": body, "headers": headers, "largest": LARGEST_ANSWER, "seconds": TIMEOUT_SECONDS}
    try:
        return fetching.fetch(settings.TSA_URL, **asked)
    except fetching.TooMuch as error:
        raise TimestampUnavailable("The timestamp authority answers too much.", code="wrong") from error
    except fetching.Unanswered as error:
        raise TimestampUnavailable(f"The timestamp authority {error}.", code="down") from error


def _granted(answer: bytes) -> bytes:
    try:
        response = tsp.TimeStampResp.load(answer, strict=True)
        status = tsp.PKIStatusInfo.load(response.contents)["status"].native  # a refusal comes without a token
        if status not in ("granted", "granted_with_mods"):
            raise TimestampUnavailable(f"The timestamp authority refuses: {status}.", code="refused")
        return response["time_stamp_token"].dump()
    except cms.BROKEN as error:
        raise TimestampUnavailable("The timestamp authority answers something else.", code="wrong") from error


def _whole_chain(der: bytes) -> bytes:
    """The token with the certificates up to the root, from TSA_ROOTS if need be, or its signer's alone."""
    try:
        leaf, others = cms.certificates_in(der)
        return cms.with_certificates(der, trust.checkable(leaf, (*others, *trust.roots(settings.TSA_ROOTS))))
    except cms.Untrue as error:
        raise TimestampUnavailable("The token does not hold.", code="wrong") from error
    except trust.Unreadable as error:
        raise TimestampUnavailable("TSA_ROOTS cannot be read.", code="untrusted") from error


def read_token(der: bytes, digest: bytes, *, nonce: int | None = None) -> Token:
    """The token in ``der``, once its signature, its imprint, its nonce and its certificate hold at its own time.

    Raises TimestampUnavailable. Without ``nonce`` (a token kept for years) any nonce will do.
    """
    try:
        signed = cms.read(der)
        content = signed["encap_content_info"]["content"].contents
        hashed = hashes.Hash(cms.HASHES[cms.algorithm(signed)]())
        hashed.update(content)
        certificate = cms.check(signed, hashed.finalize(), "tst_info")
        stated = tsp.TSTInfo.load(content, strict=True)
        gen_time = stated["gen_time"].native
        imprint = stated["message_imprint"]
        held = _imprint_holds(imprint, digest) and (nonce is None or stated["nonce"].native == nonce)
    except (cms.Untrue, *cms.BROKEN) as error:
        raise TimestampUnavailable("The token does not hold.", code="wrong") from error
    if not held:
        raise TimestampUnavailable("The token answers another request.", code="wrong")
    if not _stamps(certificate) or not cms.runs_at(certificate, gen_time):
        raise TimestampUnavailable("The certificate of the timestamp authority does not hold.", code="wrong")
    return Token(der, gen_time, certificate, cms.others(signed, certificate))


def _imprint_holds(imprint: tsp.MessageImprint, digest: bytes) -> bool:
    used: algos.DigestAlgorithm = imprint["hash_algorithm"]
    plain = isinstance(used["parameters"], core.Void | core.Null)
    return used["algorithm"].native == "sha256" and plain and imprint["hashed_message"].native == digest


def _stamps(certificate: Certificate) -> bool:
    """RFC 3161 § 2.3: the key serves to stamp time, to nothing else, and says so critically."""
    try:
        usage = certificate.extensions.get_extension_for_class(ExtendedKeyUsage)
    except (ExtensionNotFound, ValueError):
        return False
    return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def check_time(token: Token, before: datetime, after: datetime) -> None:
    """Its clock agrees with ours within two minutes, and its certificate still runs: our clock only doubts."""
    if not before - SKEW <= token.gen_time <= after + SKEW:
        raise TimestampUnavailable("The token is of another time.", code="time")
    if not cms.runs_at(token.certificate, after):
        raise TimestampUnavailable("The certificate of the timestamp authority has expired.", code="time")


@dataclass(frozen=True)
class Authority:
    """What ``seal`` asks for tokens. ``patient`` as in ``stamp``."""

    patient: bool = False

    def stamp(self, digest: bytes) -> Token:
        return stamp(digest, patient=self.patient)

    def rested(self) -> AbstractContextManager:
        return rested(patient=self.patient)

    def ask(self, digest: bytes) -> Token:
        """Within ``rested``: it touches nothing but the network."""
        return _asked(digest)

    def room(self) -> int:
        """What to keep free for a token: the next one may be a few bytes longer."""
        return self.size() + SIZE_SLACK

    def size(self) -> int:
        """The length of a token of this authority, in bytes: asked for once a day."""
        known = f"{SIZE}:{zlib.crc32(settings.TSA_URL.encode())}"
        size = cache.get(known)
        if size is None:
            size = len(self.stamp(hashlib.sha256(secrets.token_bytes(32)).digest()).der)
            cache.set(known, size, SIZE_KNOWN_SECONDS)
        return size
