"""An access key made of software: added as allauth keeps them, it answers as a device and a browser would."""

import hashlib
import json
import secrets
import struct

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256

from alliance.lib.passkeys import encoded

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
RP_ID, ORIGIN = "localhost", "http://localhost:8000"


class SoftwareKey:
    """``count`` grows at each answer; None is a key that does not count, as synchronised ones are."""

    def __init__(self, user, *, rp_id: str = RP_ID, count: int | None = None):
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.credential_id, self.rp_id, self.count = secrets.token_bytes(32), rp_id, count
        self.row = Authenticator.objects.create(
            user=user,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Ma clé", "credential": self.registration()},
        )

    @property
    def cose(self) -> bytes:
        return cbor.encode(ES256.from_cryptography_key(self.private.public_key()))

    def registration(self) -> dict:
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + self.cose
        data = self.authenticator_data(PRESENT | VERIFIED | ATTESTED) + attested
        told = {"type": "webauthn.create", "challenge": encoded(bytes(32)), "origin": ORIGIN}
        return {
            "id": encoded(self.credential_id),
            "rawId": encoded(self.credential_id),
            "type": "public-key",
            "clientExtensionResults": {"credProps": {"rk": True}},
            "response": {
                "clientDataJSON": encoded(json.dumps(told).encode()),
                "attestationObject": encoded(cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})),
            },
        }

    def authenticator_data(self, flags: int) -> bytes:
        rp_id_hash = hashlib.sha256(self.rp_id.encode()).digest()
        return rp_id_hash + bytes([flags]) + struct.pack(">I", self.count or 0)

    def answer(self, challenge: str | bytes, /, *, flags: int = PRESENT | VERIFIED, **told) -> dict:
        """To ``challenge``, in hexadecimal or raw; ``told`` changes the browser's words."""
        raw = bytes.fromhex(challenge) if isinstance(challenge, str) else challenge
        if self.count is not None:
            self.count += 1
        words = {"type": "webauthn.get", "challenge": encoded(raw), "origin": ORIGIN, "crossOrigin": False} | told
        client_data, data = json.dumps(words).encode(), self.authenticator_data(flags)
        signature = self.private.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"authenticatorData": data, "clientDataJSON": client_data, "signature": signature}
        return {
            "id": encoded(self.credential_id),
            "rawId": encoded(self.credential_id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {name: encoded(part) for name, part in parts.items()},
        }
