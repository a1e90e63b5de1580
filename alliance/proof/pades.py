"""Making a PAdES signature with pyHanko. Imported by ``seal`` when something is to be sealed, by nobody else."""

import asyncio
import io
from contextlib import nullcontext

from asn1crypto import cms, keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from alliance.proof import trust

FIELD = "Cachet"
HASH = "sha256"
SIGNATURE_SLACK = 8  # a DER signature is a few bytes longer or shorter each time


class Refused(Exception):
    """pyHanko would not sign."""


class _Stamper(TimeStamper):
    """Hands pyHanko the tokens that ``timestamps`` has checked."""

    def __init__(self, authority):
        super().__init__()
        self.authority = authority

    async def async_timestamp(self, message_digest, md_algorithm):
        return cms.ContentInfo.load(self.authority.ask(message_digest).der)


def sign(document: bytes, loaded, *, reason: str, authority=None) -> bytes:
    """See ``seal.seal``. The field lies outside the page and has a name to be read: PDF/A-3 and PDF/UA both stay."""
    signer = _signer(loaded)
    reserved = _size(signer) + SIGNATURE_SLACK + (authority.room() if authority else 0)
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=HASH,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=reason,
    )
    field = SigFieldSpec(
        FIELD, invis_sig_settings=InvisSigSettings(box_out_of_bounds=True), readable_field_name="Cachet électronique"
    )
    stamper = _Stamper(authority) if authority else None
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(document))
        pdf_signer = PdfSigner(metadata, signer, timestamper=stamper, new_field_spec=field)
        with authority.rested() if authority else nullcontext():
            return pdf_signer.sign_pdf(writer, bytes_reserved=2 * reserved).getvalue()
    except (PdfError, SigningError) as error:
        raise Refused(str(error)) from error


def _signer(loaded) -> SimpleSigner:
    registry = SimpleCertificateStore()
    registry.register_multiple([_certificate(each) for each in trust.checkable(loaded.certificate, loaded.chain)[1:]])
    der = loaded.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(_certificate(loaded.certificate), keys.PrivateKeyInfo.load(der), registry)


def _certificate(certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _size(signer: SimpleSigner) -> int:
    """How long the signature is in itself: made once over nothing."""
    return len(asyncio.run(signer.async_sign(bytes(32), HASH, use_pades=True)).dump())
