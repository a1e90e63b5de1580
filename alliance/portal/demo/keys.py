"""Access keys of the demonstration: made for one act, used as a device would, and forgotten."""

import hashlib
import json
import secrets
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256

from alliance.lib import passkeys
from alliance.lib.codes import new_code
from charter.actions.codes import LIFETIME
from charter.actions.passkeys import Approval
from charter.models import CharterVersion, PasskeyChallenge, consent_text
from charter.models.challenge import challenge_of
from partners.models import Organisation, User

REAL_SINCE = 2021


def has_key(at: datetime) -> bool:
    """One signatory in five or so, since such keys are common."""
    return at.year >= REAL_SINCE and at.day % 5 == 0


def approval(
    organisation: Organisation, version: CharterVersion, person: User, at: datetime, session_digest: str
) -> Approval:
    """What ``charter.actions.passkeys.check_answer`` gives for the answer of such a key."""
    act_id = new_code()
    challenge = challenge_of(version.digest, consent_text(organisation, version), act_id)
    private = ec.generate_private_key(ec.SECP256R1())
    answer = answer_of(private, challenge)
    key = passkeys.Key(answer.credential_id, ES256.from_cryptography_key(private.public_key()), 0)
    passkeys.check(answer, challenge, [key])
    reserved = PasskeyChallenge.objects.create(
        act=PasskeyChallenge.Act.SIGN, act_id=act_id, user=person, organisation=organisation, version=version,
        session_digest=session_digest, challenge=challenge.hex(), reserved_at=at, expires_at=at + LIFETIME,
    )  # fmt: skip
    return Approval(reserved, passkeys.encoded(answer.credential_id), answer.sign_count, passkeys.kept(answer, key))


def answer_of(private: ec.EllipticCurvePrivateKey, challenge: bytes) -> passkeys.Answer:
    told = {
        "type": "webauthn.get",
        "challenge": passkeys.encoded(challenge),
        "origin": passkeys.origin(),
        "crossOrigin": False,
    }
    client_data = json.dumps(told, separators=(",", ":")).encode()
    flags = bytes([passkeys.PRESENT | passkeys.VERIFIED])
    data = hashlib.sha256(passkeys.relying_party().encode()).digest() + flags + bytes(4)
    signature = private.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
    return passkeys.Answer(secrets.token_bytes(32), data, client_data, signature)
