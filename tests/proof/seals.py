"""Keys that seal, and an authority that stamps, on a port of this machine: well, or as wrongly as it is told."""

import io
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)


def certified(name: str, *, key=None, usage=None, begins=-DAY, ends=30 * DAY, issuer=None, services=()):
    """A key and its certificate, self-signed or by ``issuer`` (a pair like the one that is returned).

    ``services`` are further extensions, such as ``revoking.Issuer.services``.
    """
    key = key or ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC).replace(microsecond=0)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer, signed_by = (issuer[0], issuer[1].subject) if issuer else (key, subject)
    builder = (
        x509.CertificateBuilder(signed_by, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    for extension in services:
        builder = builder.add_extension(extension, critical=False)
    return key, builder.sign(signer, hashes.SHA256())


def p12(key, certificate, *, password: str = "secret", chain=()) -> bytes:
    locked = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"seal", key, certificate, list(chain), locked)


def rsa_key(bits: int):
    return rsa.generate_private_key(65537, bits)


class Authority:
    """RFC 3161 over HTTP, signed with ECDSA. ``behaviour`` is what it does to the next answers."""

    def __init__(self, port: int = 0):
        self.certify(*certified("Horodatage d’essai", usage=ExtendedKeyUsageOID.TIME_STAMPING))
        self.behaviour: dict = {}
        self.asked = 0
        authority = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self):
                authority.answer(self)

            def log_message(self, *args):
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def certify(self, key, certificate, chain=()) -> None:
        """Stamp with this key from now on; ``chain`` comes with each token."""
        self.key, self.certificate, self.chain = key, certificate, list(chain)

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def answer(self, http) -> None:
        self.asked += 1
        body = http.rfile.read(int(http.headers["Content-Length"]))
        time.sleep(self.behaviour.get("sleeps", 0))
        content = self.behaviour.get("says") or self.reply(tsp.TimeStampReq.load(body))
        http.send_response(self.behaviour.get("status", 200))
        http.send_header("Content-Type", "application/timestamp-reply")
        http.send_header("Content-Length", str(len(content)))
        http.end_headers()
        try:
            for byte in io.BytesIO(content) if not self.behaviour.get("drips") else [bytes([b]) for b in content]:
                http.wfile.write(byte)
                time.sleep(self.behaviour.get("drips", 0))
        except OSError:
            pass

    def reply(self, request: tsp.TimeStampReq) -> bytes:
        if self.behaviour.get("refuses"):
            return bytes.fromhex("30053003020102")  # status: rejection, and no token
        token = cms.ContentInfo({"content_type": "signed_data", "content": self.signed(request)})
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump()

    def stated(self, request: tsp.TimeStampReq) -> bytes:
        fields = {
            "version": "v1",
            "policy": "1.2.3.4",
            "message_imprint": request["message_imprint"],
            "serial_number": int.from_bytes(b"\x01" + bytes(7)),
            "gen_time": (datetime.now(UTC) + self.behaviour.get("off_by", timedelta())).replace(microsecond=0),
            "nonce": request["nonce"].native + self.behaviour.get("nonce_off_by", 0),
        }
        if self.behaviour.get("without_nonce"):
            del fields["nonce"]
        if imprint := self.behaviour.get("imprint"):
            fields["message_imprint"] = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": imprint}
        return tsp.TSTInfo(fields).dump()

    def signed(self, request: tsp.TimeStampReq) -> dict:
        content = self.stated(request)
        own, *chain = (
            asn1_x509.Certificate.load(each.public_bytes(Encoding.DER)) for each in (self.certificate, *self.chain)
        )
        attributes = cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "message_digest", "values": [sha256(content)]},
                {
                    "type": "signing_certificate_v2",
                    "values": [tsp.SigningCertificateV2({"certs": [{"cert_hash": sha256(own.dump())}]})],
                },
            ]
        )
        signature = self.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
        return {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
            "certificates": [own, *chain],
            "signer_infos": [
                {
                    "version": "v1",
                    "sid": {"issuer_and_serial_number": {"issuer": own.issuer, "serial_number": own.serial_number}},
                    "digest_algorithm": {"algorithm": "sha256"},
                    "signed_attrs": attributes,
                    "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                    "signature": signature,
                }
            ],
        }


def sha256(content: bytes) -> bytes:
    hashed = hashes.Hash(hashes.SHA256())
    hashed.update(content)
    return hashed.finalize()
