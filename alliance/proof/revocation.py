"""Was a certificate good? The signed answer of those who issued it (OCSP, else a list), to keep beside the seal.

What the certificates themselves name is asked, nothing else. A certificate that names no such service, as one made by
oneself, can never be completed: that is said, not worked around.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from alliance.proof import archive, cms, fetching, trust

LARGEST = {"ocsp": 64_000, "crl": 4_000_000}
SKEW = timedelta(minutes=5)
OCSP_HEADERS = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}


class RevocationUnavailable(Exception):
    """``code``: "none" (no service is named), "incomplete" (an issuer is missing), "down", "wrong" or "revoked"."""

    def __init__(self, sentence: str, *, code: str = "failed"):  # a worker pickles it with its sentence alone
        super().__init__(sentence)
        self.code = code


def evidence(leaves: Iterable[Certificate], others: Sequence[Certificate], at: datetime) -> archive.Evidence:
    """That each of ``leaves`` and their issuers were good at ``at``, up to a root. Raises RevocationUnavailable."""
    certs, answers, lists = [], [], []
    for leaf in leaves:
        found = trust.chain(leaf, others)
        certs += [each.public_bytes(Encoding.DER) for each in found]
        if found[-1].issuer != found[-1].subject:
            raise RevocationUnavailable(f"The issuer of {_name(found[-1])} is not known.", code="incomplete")
        for certificate, issuer in zip(found, found[1:] or found, strict=False):
            kind, der = _asked(certificate, issuer, at)
            (answers if kind == "ocsp" else lists).append(der)
    return archive.Evidence(tuple(certs), tuple(answers), tuple(lists)).without(archive.Evidence())


def has_service(certificate: Certificate) -> bool:
    return bool(_responders(certificate) or _lists(certificate))


def _asked(certificate: Certificate, issuer: Certificate, at: datetime) -> tuple[str, bytes]:
    refusal = None
    for kind, urls, ask in (("ocsp", _responders(certificate), _ocsp), ("crl", _lists(certificate), _crl)):
        for url in urls:
            try:
                return kind, ask(url, certificate, issuer, at)
            except RevocationUnavailable as error:
                if error.code == "revoked":
                    raise
                refusal = error
    raise refusal or RevocationUnavailable(f"{_name(certificate)} names no revocation service.", code="none")


def _ocsp(url: str, certificate: Certificate, issuer: Certificate, at: datetime) -> bytes:
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1()).build()  # noqa: S303  what every responder knows; it names, it proves nothing
    der = _fetched(url, "ocsp", asked.public_bytes(Encoding.DER), OCSP_HEADERS)
    try:
        _check_answer(ocsp.load_der_ocsp_response(der), certificate, asked, issuer, at)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound) as error:
        raise RevocationUnavailable(f"The answer on {_name(certificate)} does not hold.", code="wrong") from error
    return der


def _check_answer(answer: ocsp.OCSPResponse, certificate, asked: ocsp.OCSPRequest, issuer, at: datetime) -> None:
    if answer.response_status != ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise ValueError("no answer")
    named = ("serial_number", "issuer_name_hash", "issuer_key_hash")
    if any(getattr(answer, name) != getattr(asked, name) for name in named):
        raise ValueError("another certificate")
    _verify(
        _responder(answer, issuer, at), answer.signature, answer.tbs_response_bytes, answer.signature_hash_algorithm
    )
    _check_fresh(answer.this_update_utc, answer.next_update_utc, at)
    if answer.certificate_status == ocsp.OCSPCertStatus.REVOKED:
        raise _revoked(certificate)
    if answer.certificate_status != ocsp.OCSPCertStatus.GOOD:
        raise ValueError("unknown there")


def _responder(answer: ocsp.OCSPResponse, issuer: Certificate, at: datetime) -> Certificate:
    """The issuer itself, or one to whom it gave that right."""
    for each in answer.certificates:
        if each == issuer:
            continue
        each.verify_directly_issued_by(issuer)
        usage = each.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        if ExtendedKeyUsageOID.OCSP_SIGNING not in usage or not cms.runs_at(each, at):
            raise ValueError("no right to answer")
        return each
    return issuer


def _crl(url: str, certificate: Certificate, issuer: Certificate, at: datetime) -> bytes:
    der = _fetched(url, "crl")
    try:
        found = x509.load_der_x509_crl(der)
        if found.issuer != issuer.subject or not found.is_signature_valid(issuer.public_key()):
            raise ValueError("another issuer")
        _check_fresh(found.last_update_utc, found.next_update_utc, at)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise RevocationUnavailable(f"The list on {_name(certificate)} does not hold.", code="wrong") from error
    if found.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
        raise _revoked(certificate)
    return der


def _fetched(url: str, kind: str, body: bytes | None = None, headers=()) -> bytes:
    try:
        return fetching.fetch(url, largest=LARGEST[kind], body=body, headers=dict(headers))
    except fetching.Unanswered as error:
        raise RevocationUnavailable(f"The revocation service {error}.", code="down") from error


def _verify(signer: Certificate, signature: bytes, data: bytes, hashed: hashes.HashAlgorithm) -> None:
    key = signer.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(hashed))
    else:
        key.verify(signature, data, padding.PKCS1v15(), hashed)


def _check_fresh(begins: datetime, ends: datetime | None, at: datetime) -> None:
    if not begins - SKEW <= at <= (ends or datetime.max.replace(tzinfo=UTC)):
        raise ValueError("of another time")


def _revoked(certificate: Certificate) -> RevocationUnavailable:
    return RevocationUnavailable(f"{_name(certificate)} is revoked.", code="revoked")


def _responders(certificate: Certificate) -> list[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [each.access_location.value for each in access if each.access_method == AuthorityInformationAccessOID.OCSP]


def _lists(certificate: Certificate) -> list[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [
        name.value
        for point in points
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    ]


def _name(certificate: Certificate) -> str:
    return certificate.subject.rfc4514_string()
