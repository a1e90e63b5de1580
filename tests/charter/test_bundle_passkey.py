"""Presence proven by an access key: the offline verifier computes the challenge again, and checks the answer itself."""

import hashlib
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from fido2 import cbor
from fido2.cose import ES256, RS256, EdDSA

from alliance.lib.passkeys import encoded
from alliance.proof import keys
from alliance.proof.journal import canonical
from charter.actions import reserve_challenge, sign_charter_with_key
from charter.bundle import bundle
from charter.models import consent_text
from tests.charter import bundles, mutations
from tests.charter.signing import SESSION
from tests.charter.test_bundle_insider import signed_again
from tests.passkeys import SoftwareKey


@pytest.fixture(scope="module")
def tool():
    return bundles.verifier()


@pytest.mark.django_db
def test_the_answer_of_the_key_is_checked_and_bound_to_the_act(tool, settings, stored, sealing):
    settings.JOURNAL_KEY = bundles.KEY
    life = bundles.Life()
    act = {"organisation": life.organisation, "version": life.versions[1]}
    key, challenge = SoftwareKey(life.signer), reserve_challenge(**act, user=life.signer, session=SESSION)
    signature = sign_charter_with_key(
        **act, signer=life.signer, mandate=life.mandate, session=SESSION, consent=consent_text(**act),
        credential=key.answer(challenge.challenge),
    )  # fmt: skip
    made, history = bundle(signature), keys.document()
    answer = tool.judged(made, history)
    assert (answer["etat"], answer["code"]) == ("en attente", 1), answer["phrase"]
    assert any("présence (passkey)" in line for line in answer["controle"])
    files = mutations.unpack(made)
    document = json.loads(files["evidence.json"])
    document["presence"]["assertion"]["signature"] = encoded(
        key.private.sign(b"autre chose", ec.ECDSA(hashes.SHA256()))
    )
    spoilt = signed_again(files | {"evidence.json": canonical(document).encode()}, dossier="pending")
    assert tool.judged(spoilt, history)["code"] == 2


def ecdsa():
    key = ec.generate_private_key(ec.SECP256R1())
    return ES256.from_cryptography_key(key.public_key()), lambda data: key.sign(data, ec.ECDSA(hashes.SHA256()))


def edwards():
    key = ed25519.Ed25519PrivateKey.generate()
    return EdDSA.from_cryptography_key(key.public_key()), key.sign


def by_rsa():
    key = rsa.generate_private_key(65537, 2048)
    return RS256.from_cryptography_key(key.public_key()), lambda data: key.sign(
        data, padding.PKCS1v15(), hashes.SHA256()
    )


@pytest.mark.parametrize("make", [ecdsa, edwards, by_rsa])
def test_the_three_kinds_of_keys_are_read_and_other_answers_refused(tool, make):
    public, sign = make()
    facts = {"document_digest": "0" * 64, "consent_digest": "1" * 64}
    challenge = hashlib.sha256(bytes.fromhex("0" * 64 + "1" * 64) + b"CODE").digest()

    def accepted(*, code="CODE", flags=5, host="localhost", **told) -> bool:
        words = json.dumps({"type": "webauthn.get", "challenge": encoded(challenge)} | told).encode()
        data = hashlib.sha256(host.encode()).digest() + bytes([flags]) + bytes(4)
        kept = {
            "rp_id": "localhost", "public_key": encoded(cbor.encode(public)), "authenticator_data": encoded(data),
            "client_data_json": encoded(words), "signature": encoded(sign(data + hashlib.sha256(words).digest())),
        }  # fmt: skip
        digest = hashlib.sha256(canonical(kept).encode()).hexdigest()
        try:
            tool.check_passkey(kept, facts | {"assertion_digest": digest}, code)
        except tool.Refused:
            return False
        return True

    assert accepted()
    refused = [{"code": "AUTRE"}, {"flags": 1}, {"host": "ailleurs"}, {"type": "webauthn.create"}, {"challenge": "AA"}]
    assert [accepted(**changed) for changed in refused] == [False] * 5
