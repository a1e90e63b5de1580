"""Signed data (RFC 5652) judged to the last byte: what a seal and a timestamp token are both made of.

Stricter than a general validator on purpose: every field that the signature does not cover has one accepted value, so
that a flipped bit anywhere is refused. Trust in the certificate is the caller's question.
"""

import hashlib
from datetime import datetime

from asn1crypto import algos, cms, core, x509
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
        if info["content_type"].native != "signed_data":
            raise Untrue("not signed data")
        return info["content"]
    except BROKEN as error:
        raise Untrue("unreadable signed data") from error


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
    certificates = [load_der_x509_certificate(each.chosen.dump()) for each in signed["certificates"]]
    _expect(signed["version"].native == ("v3" if kind == "tst_info" else "v1"), "version")
    _expect([each["algorithm"].native for each in signed["digest_algorithms"]] == [name], "digest algorithms")
    _expect(signed["encap_content_info"]["content_type"].native == kind, "content type")
    _expect(signer["version"].native == "v1", "version of the signer")
    _expect(isinstance(signed["crls"], core.Void), "revocation lists")
    _expect({each["type"].native for each in _unsigned(signer)} <= UNSIGNED[kind], "unsigned attribute")
    _check_parameters([*signed["digest_algorithms"], signer["digest_algorithm"]])
    leaf = _leaf(signer["sid"], certificates)
    attributes = _attributes(signer["signed_attrs"])
    _expect(attributes["content_type"].native == kind, "type attribute")
    _expect(attributes["message_digest"].native == digest, "digest")
    _check_named(attributes, leaf)
    _check_chain(leaf, certificates)
    _verify(leaf, signer, name)
    return leaf


def _expect(true: bool, what: str) -> None:
    if not true:
        raise Untrue(f"unexpected {what}")


def _check_parameters(algorithms: list[algos.DigestAlgorithm]) -> None:
    for each in algorithms:
        _expect(isinstance(each["parameters"], core.Void | core.Null), "hash parameters")


def _leaf(sid: cms.SignerIdentifier, certificates: list[Certificate]) -> Certificate:
    named = sid.chosen
    for certificate in certificates:
        same_issuer = x509.Name.load(certificate.issuer.public_bytes()) == named["issuer"]
        if same_issuer and certificate.serial_number == named["serial_number"].native:
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


def _check_named(attributes: dict, leaf: Certificate) -> None:
    """The signer named its certificate by hash (ESS): no other with the same key can take its place."""
    if "signing_certificate_v2" in attributes:
        first = attributes["signing_certificate_v2"]["certs"][0]
        name = first["hash_algorithm"]["algorithm"].native
    else:
        first, name = attributes["signing_certificate"]["certs"][0], "sha1"
    _expect(hashlib.new(name, leaf_bytes(leaf)).digest() == first["cert_hash"].native, "certificate")


def leaf_bytes(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def fingerprint(certificate: Certificate) -> str:
    """SHA-256 of the certificate, in hexadecimal, as openssl prints it without the colons."""
    return hashlib.sha256(leaf_bytes(certificate)).hexdigest()


def _check_chain(leaf: Certificate, certificates: list[Certificate]) -> None:
    """Each further certificate issued one that is already there: none stands idle and unchecked."""
    chained, left = [leaf], [each for each in certificates if each != leaf]
    while left:
        issuer = next((one for one in left if any(child.issuer == one.subject for child in chained)), None)
        _expect(issuer is not None, "certificate beside the chain")
        for child in chained:
            if child.issuer == issuer.subject:
                child.verify_directly_issued_by(issuer)
        left.remove(issuer)
        chained.append(issuer)
    if chained[-1].issuer == chained[-1].subject:
        chained[-1].verify_directly_issued_by(chained[-1])


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
