"""An access key in the code's place: it signs the act itself, and what it answered is kept for whoever checks again."""

import hashlib
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from fido2 import cbor
from fido2.cose import CoseKey

from alliance.lib.errors import Conflict
from alliance.lib.passkeys import decoded, encoded
from alliance.outbox.models import Owed
from alliance.proof.models import JournalEntry
from charter.actions import reserve_challenge, sign_charter_with_key, withdraw_charter_with_key
from charter.models import PasskeyChallenge, Signature, SigningCode, Withdrawal, consent_text, withdrawal_text
from tests import builders
from tests.charter.signing import SESSION
from tests.passkeys import PRESENT, SoftwareKey

WITHDRAW = SigningCode.Act.WITHDRAW


def reserve(case, **changed) -> PasskeyChallenge:
    return reserve_challenge(**{**case.act, "user": case.signer, "session": SESSION, **changed})


def sign(case, credential, **changed) -> Signature:
    act = {
        **case.act,
        "signer": case.signer,
        "mandate": case.mandate,
        "session": SESSION,
        "consent": consent_text(**case.act),
    }
    return sign_charter_with_key(**{**act, "credential": credential, **changed})


def refusal(case, credential, **changed) -> str:
    """The code of the refusal, whose sentence leads somewhere; nothing was written."""
    with pytest.raises(ValidationError) as refused:
        sign(case, credential, **changed)
    assert not any(model.objects.exists() for model in (Signature, Owed, JournalEntry))
    assert not PasskeyChallenge.objects.exclude(used_at=None).exists()
    assert refused.value.messages[0].endswith((".", "!"))
    return refused.value.code


def test_the_key_signs_the_act_and_anybody_can_check_it_again(case, key):
    """As an offline verifier does: from the fields of the signature and its kept answer, and nothing else."""
    challenge = reserve(case)
    signature = sign(case, key.answer(challenge.challenge))

    signature.refresh_from_db()
    kept = signature.assertion
    assert (signature.code, signature.proof_level, signature.state) == (challenge.act_id, "passkey", "pending")
    names = "format rp_id credential_id public_key authenticator_data client_data_json signature"
    assert sorted(kept) == sorted(names.split())
    assert (kept["format"], kept["rp_id"]) == ("alliance-passkey/1", "localhost")
    expected = hashlib.sha256(
        bytes.fromhex(signature.document_digest)
        + hashlib.sha256(signature.consent_text.encode()).digest()
        + signature.code.encode()
    ).digest()
    told = json.loads(decoded(kept["client_data_json"]))
    assert decoded(told["challenge"]) == expected
    data, client_data = decoded(kept["authenticator_data"]), decoded(kept["client_data_json"])
    public_key = CoseKey.parse(cbor.decode(decoded(kept["public_key"])))
    public_key.verify(data + hashlib.sha256(client_data).digest(), decoded(kept["signature"]))


def test_what_it_owes_is_what_a_code_owes_and_the_leaf_commits_to_the_answer(case, key):
    signature = sign(case, key.answer(reserve(case).challenge))
    used = PasskeyChallenge.objects.get()
    assert (used.used_at, used.sign_count) == (signature.signed_at, 0)
    assert list(Owed.objects.values_list("work", "args")) == [("charter.send_receipt", [signature.pk])]
    leaf = json.loads(JournalEntry.objects.get(kind="signed").leaf)
    canonical = json.dumps(signature.assertion, sort_keys=True, separators=(",", ":")).encode()
    assert leaf["facts"]["proof_level"] == "passkey"
    assert leaf["facts"]["assertion_digest"] == hashlib.sha256(canonical).hexdigest()


def test_a_challenge_is_of_this_act_and_lives_ten_minutes(case, key):
    at = timezone.now()
    first, second = reserve(case, at=at), reserve(case, at=at)
    assert first.challenge != second.challenge
    assert first.expires_at == at + timedelta(minutes=10)
    answer = key.answer(first.challenge)
    assert refusal(case, answer, at=at + timedelta(minutes=10)) == "expired_challenge"
    assert sign(case, answer, at=at + timedelta(minutes=9, seconds=59)).code == first.act_id


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"challenge": "AAAA"}, "wrong_challenge"),
        ({"type": "webauthn.create"}, "wrong_challenge"),
        ({"origin": "http://localhost:8001"}, "wrong_origin"),
        ({"origin": "https://localhost:8000"}, "wrong_origin"),
        ({"origin": "http://localhost.evil.invalid:8000"}, "wrong_origin"),
        ({"origin": None}, "wrong_origin"),
        ({"crossOrigin": True}, "wrong_origin"),
    ],
)
def test_what_the_browser_tells_must_be_this_act_on_this_portal(case, key, told, code):
    challenge = reserve(case).challenge
    assert refusal(case, key.answer(challenge, **told)) == code
    assert sign(case, key.answer(challenge)).state == "pending", "control: the very same key and challenge pass"


def test_a_key_that_answers_for_another_site_does_not_pass(case, key):
    challenge = reserve(case).challenge
    key.rp_id = "evil.invalid"
    assert refusal(case, key.answer(challenge)) == "wrong_origin"
    key.rp_id = "localhost"
    sign(case, key.answer(challenge))


@pytest.mark.parametrize("flags", [PRESENT, 0x04, 0x00])
def test_the_device_must_have_verified_the_person(case, key, flags):
    challenge = reserve(case).challenge
    assert refusal(case, key.answer(challenge, flags=flags)) == "not_verified"
    sign(case, key.answer(challenge))


def test_the_key_of_somebody_else_does_not_pass(case, key):
    challenge = reserve(case).challenge
    other = SoftwareKey(builders.user())
    assert refusal(case, other.answer(challenge)) == "unknown_key"
    other.credential_id = key.credential_id
    assert refusal(case, other.answer(challenge)) == "wrong_answer"
    sign(case, key.answer(challenge))


def test_each_bit_that_moves_in_the_answer_is_refused(case, key):
    challenge = reserve(case).challenge
    for part in ("authenticatorData", "clientDataJSON", "signature"):
        length = len(decoded(key.answer(challenge)["response"][part]))
        for place in range(0, length, 7):
            answer = key.answer(challenge)
            raw = bytearray(decoded(answer["response"][part]))
            raw[place % len(raw)] ^= 1 << place % 8
            answer["response"][part] = encoded(bytes(raw))
            assert refusal(case, answer)


def test_an_answer_serves_once(case, key):
    answer = key.answer(reserve(case).challenge)
    signature = sign(case, answer)
    with pytest.raises(Conflict) as again:
        sign(case, answer)
    assert again.value.code == "already_signed"
    Signature.objects.filter(pk=signature.pk).update(withdrawn_at=timezone.now())
    with pytest.raises(ValidationError) as replay:
        sign(case, answer)
    assert replay.value.code == "used_challenge"
    sign(case, key.answer(reserve(case).challenge))


def test_a_challenge_holds_for_one_person_organisation_version_session_and_act(case, key):
    rival = builders.user()
    elsewhere = builders.organisation()
    rival_key, rival_mandate = SoftwareKey(rival), builders.mandate(case.organisation, rival)
    mandate = builders.mandate(elsewhere, case.signer)
    challenge = reserve(case).challenge
    consent = consent_text(elsewhere, case.version)
    assert refusal(case, key.answer(challenge), session="another-browser") == "other_act"
    assert refusal(case, rival_key.answer(challenge), signer=rival, mandate=rival_mandate) == "other_act"
    changed = {"organisation": elsewhere, "mandate": mandate, "consent": consent}
    assert refusal(case, key.answer(challenge), **changed) == "other_act"
    PasskeyChallenge.objects.update(act=WITHDRAW)
    assert refusal(case, key.answer(challenge)) == "other_act"
    PasskeyChallenge.objects.update(act="sign", version=builders.charter_version(effective_on="2014-01-01"))
    assert refusal(case, key.answer(challenge)) == "other_act"
    PasskeyChallenge.objects.update(version=case.version)
    sign(case, key.answer(challenge))


def test_what_was_approved_is_what_is_kept(case, key):
    """The organisation is renamed between the page and the act: the key signed another consent."""
    challenge = reserve(case).challenge
    case.organisation.name = "Réseau renommé"
    case.organisation.save()
    assert refusal(case, key.answer(challenge)) == "changed_act"
    sign(case, key.answer(reserve(case).challenge))


def test_a_counter_that_goes_back_tells_of_a_copy(case):
    key = SoftwareKey(case.signer, count=7)
    challenge = reserve(case).challenge
    key.count = 6
    assert refusal(case, key.answer(challenge)) == "copied_key"
    key.count = 20
    signature = sign(case, key.answer(challenge))
    assert PasskeyChallenge.objects.get().sign_count == 21
    Signature.objects.filter(pk=signature.pk).update(withdrawn_at=timezone.now())
    key.count = 20
    with pytest.raises(ValidationError) as copied:
        sign(case, key.answer(reserve(case).challenge))
    assert copied.value.code == "copied_key"
    sign(case, key.answer(reserve(case).challenge))


@pytest.mark.parametrize(
    "credential",
    [
        None, [], "", 3, {}, {"response": None}, {"rawId": "é", "response": {}},
        {"rawId": "AA", "response": {"authenticatorData": "AA", "clientDataJSON": "e30", "signature": "AA"}},
        {"rawId": "AA", "response": {"authenticatorData": "", "clientDataJSON": "W10", "signature": ""}},
        {"rawId": 1, "response": {"authenticatorData": 1, "clientDataJSON": 1, "signature": 1}},
    ],
)  # fmt: skip
def test_what_no_device_would_answer_is_a_sentence(case, key, credential):
    reserve(case)
    assert refusal(case, credential) == "unreadable_key"


def test_one_withdraws_with_the_key_and_a_challenge_to_sign_does_not_withdraw(case, key):
    to_sign = reserve(case)
    signed = builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
    act = {
        "organisation": case.organisation,
        "signer": case.signer,
        "mandate": case.mandate,
        "session": SESSION,
        "consent": withdrawal_text(case.organisation, ["2020"]),
    }
    with pytest.raises(ValidationError) as refused:
        withdraw_charter_with_key(**act, credential=key.answer(to_sign.challenge))
    assert refused.value.code == "other_act"

    challenge = reserve(case, act=WITHDRAW)
    withdrawal = withdraw_charter_with_key(**act, credential=key.answer(challenge.challenge), motive="Nous fusionnons.")
    assert (str(withdrawal.public_id), withdrawal.proof_level) == (challenge.act_id, "passkey")
    assert withdrawal.signatures.get() == signed
    told = json.loads(decoded(withdrawal.assertion["client_data_json"]))
    consent = hashlib.sha256(withdrawal.consent_text.encode()).digest()
    expected = bytes.fromhex(signed.document_digest) + consent + str(withdrawal.public_id).encode()
    assert decoded(told["challenge"]) == hashlib.sha256(expected).digest()
    with pytest.raises(Conflict) as again:
        withdraw_charter_with_key(**act, credential=key.answer(challenge.challenge))
    assert again.value.code == "not_signatory"
    assert Withdrawal.objects.count() == 1


def test_the_database_keeps_the_answer_with_the_act_and_never_changes_it(case, key):
    signature = sign(case, key.answer(reserve(case).challenge))
    for change in ({"assertion": None}, {"assertion": signature.assertion | {"rp_id": "x"}}, {"proof_level": "code"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Signature.objects.filter(pk=signature.pk).update(**change)
    other = builders.organisation()
    for wrong in ({"proof_level": "passkey"}, {"assertion": {"format": "alliance-passkey/1"}}):
        with pytest.raises(IntegrityError, match="signature_passkey_keeps_its_answer"), transaction.atomic():
            builders.signature(other, case.version, **wrong)


def test_control_a_software_key_is_a_real_one(case, key):
    """The negative control of the whole file: what it signs, the very public key of the row verifies."""
    answer = key.answer(bytes(32))["response"]
    signed = decoded(answer["authenticatorData"]) + hashlib.sha256(decoded(answer["clientDataJSON"])).digest()
    key.private.public_key().verify(decoded(answer["signature"]), signed, ec.ECDSA(hashes.SHA256()))
