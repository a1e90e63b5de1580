"""Access keys (WebAuthn) that approve one precise thing: the challenge is computed from it, the answer is kept whole.

Unlike a sign-in, where any fresh random challenge does. What is kept lets anybody check again, without this portal.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare
from fido2 import cbor
from fido2.cose import CoseKey

FORMAT = "alliance-passkey/1"
PATIENCE_MS = 120_000
PRESENT, VERIFIED = 0x01, 0x04
FLAGS, COUNT = 32, slice(33, 37)
OTHERWISE = "Recommencez, ou demandez un code par courriel."
SENTENCES = {
    "unreadable_key": f"La réponse de votre clé d’accès est illisible. {OTHERWISE}",
    "wrong_challenge": f"Votre clé d’accès a répondu à une autre demande que celle de cet acte. {OTHERWISE}",
    "wrong_origin": f"Votre clé d’accès a répondu depuis un autre site que ce portail. {OTHERWISE}",
    "unknown_key": "Cette clé d’accès n’est pas l’une des vôtres : prenez celle que vous avez ajoutée ici, "
    "ou demandez un code par courriel.",
    "not_verified": "Votre appareil n’a pas vérifié que c’est vous (empreinte, visage ou code de l’appareil). "
    f"{OTHERWISE}",
    "wrong_answer": f"La réponse de votre clé d’accès est fausse. {OTHERWISE}",
    "copied_key": "Le compteur de cette clé d’accès a reculé : elle a peut-être été copiée. Demandez un code par "
    "courriel, et retirez cette clé dans « Sécurité ».",
}


def refused(code: str) -> ValidationError:
    return ValidationError(SENTENCES[code], code=code)


def origin() -> str:
    """The only one from which an answer is accepted."""
    parts = urlsplit(settings.SITE_URL)
    return f"{parts.scheme}://{parts.netloc}"


def relying_party() -> str:
    return urlsplit(settings.SITE_URL).hostname or ""


@dataclass(frozen=True)
class Key:
    credential_id: bytes
    public_key: CoseKey
    first_count: int


def keys_of(user) -> list[Key]:
    """The person's keys that were added on this portal's own host."""
    found = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    data = [authenticator.wrap().authenticator_data for authenticator in found]
    here = hashlib.sha256(relying_party().encode()).digest()
    return [
        Key(each.credential_data.credential_id, each.credential_data.public_key, each.counter)
        for each in data
        if each.credential_data and each.rp_id_hash == here
    ]


def options(challenge: bytes, keys: list[Key]) -> dict:
    """What the browser hands to the device, in WebAuthn's JSON."""
    allowed = [{"type": "public-key", "id": encoded(key.credential_id)} for key in keys]
    return {
        "challenge": encoded(challenge),
        "rpId": relying_party(),
        "allowCredentials": allowed,
        "userVerification": "required",
        "timeout": PATIENCE_MS,
    }


@dataclass(frozen=True)
class Answer:
    """What the device answered, not yet believed."""

    credential_id: bytes
    authenticator_data: bytes
    client_data: bytes
    signature: bytes

    @property
    def told(self) -> dict:
        """The browser's own words: type, challenge, origin."""
        return json.loads(self.client_data)

    @property
    def challenge(self) -> bytes:
        return decoded(self.told["challenge"])

    @property
    def sign_count(self) -> int:
        return int.from_bytes(self.authenticator_data[COUNT])


def read(credential: object) -> Answer:
    """From WebAuthn's JSON. Raises ValidationError "unreadable_key"."""
    try:
        response = credential["response"]
        parts = ("authenticatorData", "clientDataJSON", "signature")
        answer = Answer(decoded(credential["rawId"]), *(decoded(response[part]) for part in parts))
        answer.challenge, answer.told["type"], answer.told["origin"]  # they can be read
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise refused("unreadable_key") from error
    if len(answer.authenticator_data) < COUNT.stop:
        raise refused("unreadable_key")
    return answer


def check(answer: Answer, challenge: bytes, keys: list[Key]) -> Key:
    """The key that approved ``challenge``, here, for a person that the device has just verified.

    Raises ValidationError "wrong_challenge", "wrong_origin", "unknown_key", "not_verified", "wrong_answer".
    """
    told, flags = answer.told, answer.authenticator_data[FLAGS]
    if told["type"] != "webauthn.get" or not constant_time_compare(answer.challenge, challenge):
        raise refused("wrong_challenge")
    here = hashlib.sha256(relying_party().encode()).digest()
    if told["origin"] != origin() or told.get("crossOrigin") or answer.authenticator_data[:FLAGS] != here:
        raise refused("wrong_origin")
    key = next((key for key in keys if key.credential_id == answer.credential_id), None)
    if key is None:
        raise refused("unknown_key")
    if flags & (PRESENT | VERIFIED) != PRESENT | VERIFIED:
        raise refused("not_verified")
    try:
        signed = answer.authenticator_data + hashlib.sha256(answer.client_data).digest()
        key.public_key.verify(signed, answer.signature)
    except (InvalidSignature, ValueError) as error:
        raise refused("wrong_answer") from error
    return key


def check_count(answer: Answer, last: int) -> None:
    """A counter that does not grow tells of a copy; keys that do not count always say 0. Raises "copied_key"."""
    if (answer.sign_count or last) and answer.sign_count <= last:
        raise refused("copied_key")


def kept(answer: Answer, key: Key) -> dict[str, str]:
    """All that a verifier needs besides the challenge, which it computes itself. Bytes in base64url, unpadded."""
    return {
        "format": FORMAT,
        "rp_id": relying_party(),
        "credential_id": encoded(answer.credential_id),
        "public_key": encoded(cbor.encode(key.public_key)),
        "authenticator_data": encoded(answer.authenticator_data),
        "client_data_json": encoded(answer.client_data),
        "signature": encoded(answer.signature),
    }


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Raises ValueError or TypeError."""
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
