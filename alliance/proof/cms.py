"""Signed data (RFC 5652) judged to the last byte: what a seal and a timestamp token are both made of.

Stricter than a general validator on purpose: every field that the signature does not cover has one accepted value, so
that a flipped bit anywhere is refused. Trust in the certificate is the caller's question.
"""

import hashlib
from datetime import datetime

from asn1crypto import algos, cms, core, x509
from asn1crypto.parser import peek
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, InvalidVersion, load_der_x509_certificate

HASHES = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
LEAST_RSA_BITS = 3072
CURVES = ("secp256r1", "secp384r1", "secp521r1")

BROKEN = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError,
    InvalidSignature, InvalidVersion, UnsupportedAlgorithm,
)  # fmt: skip
SIGNED_DATA = ("version", "digest_algorithms", "encap_content_info", "certificates", "crls", "signer_infos")
SIGNER = (
    "version", "sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature", "unsigned_attrs",
)  # fmt: skip
UNSIGNED = {"data": {"signature_time_stamp_token"}, "tst_info": set()}


class Untrue(ValueError):
    """These bytes are not signed data, or not as they were signed."""


def strong(certificate: Certificate) -> bool:
    """ECDSA on a NIST curve of 256 bits or more, or RSA of 3072 bits or more."""
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.curve.name in CURVES
    return isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_RSA_BITS


def runs_at(certificate: Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def read(der: bytes) -> cms.SignedData:
    """The signed data in ``der``, which holds nothing else. Raises Untrue."""
    try:
        info = cms.ContentInfo.load(der, strict=True)
        body = info.contents
        if info["content_type"].native != "signed_data" or peek(body) + peek(body[peek(body) :]) != len(body):
            raise Untrue("not signed data, or more than that")
        return info["content"]
    except BROKEN as error:
        raise Untrue("unreadable signed data") from error


def certificates_in(der: bytes) -> tuple[Certificate, list[Certificate]]:
    """The signer's certificate and those beside it, unverified. Raises Untrue."""
    signed = read(der)
    try:
        found = [each.chosen for each in signed["certificates"]]
        named = _named(signed["signer_infos"][0]["sid"].chosen, found)
        loaded = [load_der_x509_certificate(each.dump()) for each in found if each is not named]
        return load_der_x509_certificate(named.dump()), loaded
    except BROKEN as error:
        raise Untrue("unreadable certificates") from error


def with_certificates(der: bytes, certificates: list[Certificate]) -> bytes:
    """The same signed data, carrying these certificates: no signature covers which ones."""
    info = cms.ContentInfo.load(der)
    own = [x509.Certificate.load(each.public_bytes(Encoding.DER)) for each in certificates]
    info["content"]["certificates"] = cms.CertificateSet([cms.CertificateChoices("certificate", each) for each in own])
    return info.dump()


def check(signed: cms.SignedData, digest: bytes, kind: str) -> Certificate:
    """The certificate whose key signed ``digest``, the hash of contents of type ``kind``. Raises Untrue."""
    try:
        return _check(signed, digest, kind)
    except Untrue:
        raise
    except BROKEN as error:
        raise Untrue("the signature does not hold") from error


def algorithm(signed: cms.SignedData) -> str:
    """The hash that the signer names: « sha256 », « sha384 » or « sha512 »."""
    name = signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native
    if name not in HASHES:
        raise Untrue("an unknown hash")
    return name


def _check(signed: cms.SignedData, digest: bytes, kind: str) -> Certificate:
    (signer,) = signed["signer_infos"]
    name = algorithm(signed)
    _check_fields(signed, SIGNED_DATA)
    _check_fields(signer, SIGNER)
    certificates = [each.chosen for each in signed["certificates"]]
    _expect(signed["version"].native == ("v3" if kind == "tst_info" else "v1"), "version")
    _expect([each["algorithm"].native for each in signed["digest_algorithms"]] == [name], "digest algorithms")
    _expect(signed["encap_content_info"]["content_type"].native == kind, "content type")
    _expect(signer["version"].native == "v1", "version of the signer")
    _expect(isinstance(signed["crls"], core.Void), "revocation lists")
    _expect({each["type"].native for each in _unsigned(signer)} <= UNSIGNED[kind], "unsigned attribute")
    _check_parameters([*signed["digest_algorithms"], signer["digest_algorithm"]])
    named = _named(signer["sid"].chosen, certificates)
    attributes = _attributes(signer["signed_attrs"])
    _expect(attributes["content_type"].native == kind, "type attribute")
    _expect(attributes["message_digest"].native == digest, "digest")
    _check_hashed(attributes, named.dump())
    leaf = load_der_x509_certificate(named.dump())
    _check_chain(leaf, [load_der_x509_certificate(each.dump()) for each in certificates if each is not named])
    _verify(leaf, signer, name)
    return leaf


def _expect(true: bool, what: str) -> None:
    if not true:
        raise Untrue(f"unexpected {what}")


def _check_fields(sequence: core.Sequence, names: tuple[str, ...]) -> None:
    """Nothing stands in it beside its fields: what has an unknown tag would be passed over."""
    body, found = sequence.contents, 0
    while body:
        body, found = body[peek(body) :], found + 1
    _expect(found == sum(not isinstance(sequence[name], core.Void) for name in names), "field")


def _check_parameters(algorithms: list[algos.DigestAlgorithm]) -> None:
    for each in algorithms:
        _expect(isinstance(each["parameters"], core.Void | core.Null), "hash parameters")


def _named(sid: cms.IssuerAndSerialNumber, certificates: list[x509.Certificate]) -> x509.Certificate:
    """The certificate that the signer points at, to the byte."""
    for certificate in certificates:
        own = certificate["tbs_certificate"]
        if (own["issuer"].dump(), own["serial_number"].dump()) == (sid["issuer"].dump(), sid["serial_number"].dump()):
            return certificate
    raise Untrue("no certificate of the signer")


def _attributes(signed_attrs: cms.CMSAttributes) -> dict:
    found = {}
    for attribute in signed_attrs:
        (value,) = attribute["values"]
        found[attribute["type"].native] = value
    return found


def _unsigned(signer: cms.SignerInfo) -> list[cms.CMSAttribute]:
    return [] if isinstance(signer["unsigned_attrs"], core.Void) else list(signer["unsigned_attrs"])


def others(signed: cms.SignedData, leaf: Certificate) -> tuple[Certificate, ...]:
    """The certificates beside the signer's, in data that ``check`` has accepted."""
    found = [load_der_x509_certificate(each.chosen.dump()) for each in signed["certificates"]]
    return tuple(each for each in found if each != leaf)


def token_of(signed: cms.SignedData) -> bytes | None:
    """The timestamp token that stands over the only signature, or None. Raises Untrue."""
    try:
        attributes = _unsigned(signed["signer_infos"][0])
        if not attributes:
            return None
        (attribute,) = attributes
        (token,) = attribute["values"]
        return token.dump()
    except BROKEN as error:
        raise Untrue("not one token") from error


def _check_hashed(attributes: dict, certificate: bytes) -> None:
    """The signer named its certificate by hash (ESS): no other with the same key can take its place."""
    if "signing_certificate_v2" in attributes:
        first = attributes["signing_certificate_v2"]["certs"][0]
        name = first["hash_algorithm"]["algorithm"].native
    else:
        first, name = attributes["signing_certificate"]["certs"][0], "sha1"
    _expect(hashlib.new(name, certificate).digest() == first["cert_hash"].native, "certificate")


def fingerprint(certificate: Certificate) -> str:
    """SHA-256 of the certificate, in hexadecimal, as openssl prints it without the colons."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def _check_chain(leaf: Certificate, left: list[Certificate]) -> None:
    """Each further certificate issued one that is already there: none stands idle and unchecked."""
    chained = [leaf]
    while left:
        issuer = next((one for one in left if any(child.issuer == one.subject for child in chained)), None)
        _expect(issuer is not None, "certificate beside the chain")
        for child in chained:
            if child.issuer == issuer.subject:
                child.verify_directly_issued_by(issuer)
        left.remove(issuer)
        chained.append(issuer)
    top = chained[-1]
    _expect(len(chained) == 1 or top.issuer == top.subject, "end of the chain")  # nothing else vouches for its bytes
    if top.issuer == top.subject:
        top.verify_directly_issued_by(top)


def _verify(leaf: Certificate, signer: cms.SignerInfo, name: str) -> None:
    data = signer["signed_attrs"].untag().dump()
    key, signature, hashed = leaf.public_key(), signer["signature"].native, HASHES[name]()
    used = signer["signature_algorithm"]
    _expect(used.signature_algo in ("ecdsa", "rsassa_pkcs1v15"), "signature algorithm")
    _expect(used["algorithm"].native == "rsassa_pkcs1v15" or used.hash_algo == name, "signature hash")
    _expect(isinstance(used["parameters"], core.Void | core.Null), "signature parameters")
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(hashed))
    else:
        key.verify(signature, data, padding.PKCS1v15(), hashed)
