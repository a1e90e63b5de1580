"""An issuer of certificates that answers whether they are good (OCSP and list): well, or as wrongly as it is told."""

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from tests.proof import seals


class Issuer:
    """``behaviour``: "revoked" (numbers), "off_by", "status", "says", "another_serial", "signer" (a pair)."""

    def __init__(self, *, by: tuple[str, ...] = ("ocsp", "crl")):
        self.pair = seals.certified("Autorité de certification d’essai", ends=4_000 * seals.DAY)
        self.behaviour: dict = {}
        self.asked: list[str] = []
        self.issued: dict[int, x509.Certificate] = {}
        issuer = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self):
                issuer.answer(self, "ocsp", self.rfile.read(int(self.headers["Content-Length"])))

            def do_GET(self):
                issuer.answer(self, "crl", b"")

            def log_message(self, *args):
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        url = x509.UniformResourceIdentifier(f"http://127.0.0.1:{self.server.server_port}/")
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, url)
        known = {
            "ocsp": x509.AuthorityInformationAccess([access]),
            "crl": x509.CRLDistributionPoints([x509.DistributionPoint([url], None, None, None)]),
        }
        self.services = [known[name] for name in by]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def certify(self, name: str, **options):
        """A key with a certificate of ours."""
        made = seals.certified(name, issuer=self.pair, services=self.services, **options)
        self.issued[made[1].serial_number] = made[1]
        return made

    def stamping(self, name: str = "Horodatage certifié", **options):
        return self.certify(name, usage=ExtendedKeyUsageOID.TIME_STAMPING, **options)

    @property
    def root(self) -> x509.Certificate:
        return self.pair[1]

    def answer(self, http, kind: str, body: bytes) -> None:
        self.asked.append(kind)
        content = self.behaviour.get("says") or (self.told(body) if kind == "ocsp" else self.listed())
        http.send_response(self.behaviour.get(kind, 200))
        http.send_header("Content-Length", str(len(content)))
        http.end_headers()
        http.wfile.write(content)

    def told(self, body: bytes) -> bytes:
        number = ocsp.load_der_ocsp_request(body).serial_number + self.behaviour.get("another_serial", 0)
        certificate = self.issued.get(number, next(iter(self.issued.values())))
        revoked = number in self.behaviour.get("revoked", ())
        at = self._now()
        key, signer = self.behaviour.get("signer", self.pair)
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=self.root,
            algorithm=hashes.SHA1(),
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=at,
            next_update=at + timedelta(hours=1),
            revocation_time=at if revoked else None,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer)
        if signer != self.root:
            builder = builder.certificates([signer])
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def listed(self) -> bytes:
        key, signer = self.behaviour.get("signer", self.pair)
        at = self._now()
        builder = x509.CertificateRevocationListBuilder(signer.subject, at, at + timedelta(hours=1))
        for number in self.behaviour.get("revoked", ()):
            row = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(at).build()
            builder = builder.add_revoked_certificate(row)
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _now(self) -> datetime:
        return (datetime.now(UTC) + self.behaviour.get("off_by", timedelta())).replace(microsecond=0)
