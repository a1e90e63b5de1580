"""The access key on the page: what is offered to whom, what the script is answered, and every refusal a sentence."""

import json
import re
import time

import pytest
from django.test import Client

from alliance.lib.passkeys import decoded
from alliance.outbox.models import Owed
from alliance.proof.models import JournalEntry
from charter.models import Mandate, PasskeyChallenge, Signature, SigningCode, Withdrawal, consent_text, withdrawal_text
from tests import builders
from tests.charter.signing import URL, errors_of, html_of, last_code, post
from tests.passkeys import SoftwareKey
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
ASK = f"{URL}cle/"
WITHDRAW, ASK_WITHDRAW = f"{URL}retrait/", f"{URL}retrait/cle/"
KEY_BUTTON = "Signer avec ma clé d’accès"


def ask(client: Client, case, address: str = ASK, **changed):
    return client.post(address, {"version": "2020", "consent": consent_text(**case.act)} | changed)


def challenge_in(response) -> bytes:
    return decoded(response.json()["publicKey"]["challenge"])


def sign(client: Client, case, answer: object, **changed):
    typed = {"credential": json.dumps(answer), "consent": consent_text(**case.act)}
    return post(client, "key", **typed | changed)


def test_only_who_has_the_power_and_a_key_is_offered_it(signer, preparer, case):
    assert KEY_BUTTON not in html_of(signer.get(URL))
    SoftwareKey(case.signer)
    page = html_of(signer.get(URL))
    assert KEY_BUTTON in page
    assert "alliance/js/webauthn.js" in page
    assert "Recevoir mon code" in page, "without JavaScript, or without the key at hand, the code remains"
    form = re.search(r"<form[^>]*data-passkey[^>]*>", page)[0]
    assert f'data-reserve="{ASK}"' in form
    assert " hidden " in form
    assert KEY_BUTTON not in html_of(preparer.get(URL))
    Mandate.objects.update(state="submitted")
    assert KEY_BUTTON not in html_of(signer.get(URL))


def test_the_whole_act_with_a_key_and_no_letter_before_it(signer, case, key, mailoutbox):
    answered = ask(signer, case)
    assert answered.json()["publicKey"] == {
        "challenge": answered.json()["publicKey"]["challenge"],
        "rpId": "localhost",
        "allowCredentials": [{"type": "public-key", "id": key.answer(bytes(32))["rawId"]}],
        "userVerification": "required",
        "timeout": 120_000,
    }
    assert "no-store" in answered.headers["Cache-Control"]
    done = sign(signer, case, key.answer(challenge_in(answered)))
    assert (done.status_code, done.headers["Location"]) == (302, f"{URL}#votre-signature")
    assert Signature.objects.get().proof_level == "passkey"
    assert "En attente de contresignature" in html_of(signer.get(URL))
    assert mailoutbox == []


def test_with_a_key_only_the_database_is_needed(signer, case, key, settings, smtp_server):
    """Broker, post, seal and authority down for the whole run: acknowledged within a second, the rest is owed."""
    smtp_server.stop()
    settings.CELERY_BROKER_URL, settings.TSA_URL = "redis://127.0.0.1:1/0", "http://127.0.0.1:1/tsa"
    settings.SEAL_P12, settings.SEAL_PASSWORD = "/nowhere/seal.p12", "x"
    signer.get(URL)
    answer = key.answer(challenge_in(ask(signer, case)))
    began = time.monotonic()
    assert sign(signer, case, answer).status_code == 302
    assert time.monotonic() - began < 1
    html = html_of(signer.get(URL))
    assert "En attente de contresignature" in html
    assert "scellement en attente" in html
    assert list(Owed.objects.values_list("work", "state")) == [("charter.send_receipt", "pending")]
    assert JournalEntry.objects.filter(kind="signed", subject=Signature.objects.get().code).exists()


def test_a_second_click_shows_the_receipt_and_the_second_person_a_409(signer, case, key):
    rival = builders.user()
    builders.membership(rival, case.organisation, "signatory")
    builders.mandate(case.organisation, rival)
    other, other_key = signed_in(rival), SoftwareKey(rival)
    second = other_key.answer(challenge_in(ask(other, case)))
    answer = key.answer(challenge_in(ask(signer, case)))
    assert [sign(signer, case, answer).status_code for _ in range(2)] == [302, 302]
    refused = sign(other, case, second)
    assert refused.status_code == 409
    assert "Cette organisation a déjà signé cette version." in html_of(refused)
    assert Signature.objects.get().signer == case.signer


@pytest.mark.parametrize("typed", ["", "{", "3", "[" * 15_000, '{"response": {}}', "x" * 20_001])
def test_what_no_device_answers_is_a_sentence_and_the_tick_stays(signer, case, key, typed):
    response = post(signer, "key", credential=typed, consent=consent_text(**case.act))
    assert response.status_code == 400
    assert "La réponse de votre clé d’accès est illisible." in html_of(response)
    assert re.search(r'id="id_key_consent"[^>]* checked', html_of(response))
    assert not Signature.objects.exists()


def test_a_refused_answer_is_a_sentence_and_is_not_shown_again(signer, case, key):
    answer = key.answer(challenge_in(ask(signer, case)), origin="http://evil.invalid")
    response = sign(signer, case, answer)
    assert response.status_code == 400
    sentence = "Votre clé d’accès a répondu depuis un autre site que ce portail. Recommencez, ou demandez un code par"
    assert errors_of(response) == {"__all__": [f"{sentence} courriel."]}
    assert answer["response"]["signature"] not in html_of(response)


def test_the_answer_of_another_session_does_not_serve(signer, case, key):
    answer = key.answer(challenge_in(ask(signer, case)))
    response = sign(signed_in(case.signer), case, answer)
    assert response.status_code == 400
    assert "dans une autre session" in html_of(response)
    assert not Signature.objects.exists()


def test_nothing_is_asked_of_the_device_before_the_box_is_ticked(signer, case, key):
    response = ask(signer, case, consent="")
    assert response.status_code == 400
    assert response.json() == {"detail": "Cochez d’abord la case\u00a0: c’est ce que votre clé va signer."}
    assert errors_of(sign(signer, case, key.answer(bytes(32)), consent="")) == {
        "consent": ["Cochez la case pour dire que vous avez lu la charte et que vous la signez."]
    }
    assert not PasskeyChallenge.objects.exists()


def test_what_cannot_be_reserved_is_told_with_its_status(signer, preparer, case):
    assert ask(signer, case).json()["detail"].startswith("Vous n’avez pas de clé d’accès")
    key = SoftwareKey(case.signer)
    assert ask(signer, case, version="2014").status_code == 409
    assert ask(signer, case, ASK_WITHDRAW).json() == {"detail": "Cette signature a déjà été retirée."}
    for _ in range(30):
        assert ask(signer, case).status_code == 200
    refused = ask(signer, case)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 3601
    PasskeyChallenge.objects.all().delete()
    sign(signer, case, key.answer(challenge_in(ask(signer, case))))
    assert ask(signer, case).json() == {"detail": "Cette organisation a déjà signé cette version."}


def test_strangers_find_nothing_and_reading_reserves_nothing(signer, case, key):
    assert ask(signed_in(builders.user()), case).status_code == 404
    assert ask(signed_in(builders.user()), case, ASK_WITHDRAW).status_code == 404
    assert signer.get(ASK).status_code == 405
    assert ask(Client(), case).status_code == 302
    assert not PasskeyChallenge.objects.exists()


def test_the_act_needs_the_same_forgery_token_as_every_post(case, key):
    client = signed_in(case.signer, Client(enforce_csrf_checks=True))
    assert ask(client, case).status_code == 403


def test_one_withdraws_with_the_key(signer, case, key):
    builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
    assert "Retirer avec ma clé d’accès" in html_of(signer.get(WITHDRAW))
    consent = withdrawal_text(case.organisation, ["2020"])
    answer = key.answer(challenge_in(ask(signer, case, ASK_WITHDRAW, consent=consent)))
    typed = {"version": "2020", "credential": json.dumps(answer), "consent": consent, "motive": "Nous fusionnons."}
    done = signer.post(WITHDRAW, {"action": "key"} | typed)
    assert (done.status_code, done.url) == (302, f"{WITHDRAW}#votre-retrait")
    withdrawal = Withdrawal.objects.get()
    assert (withdrawal.proof_level, withdrawal.motive) == ("passkey", "Nous fusionnons.")


def test_once_a_code_is_asked_the_key_stays_within_reach(signer, case, key):
    post(signer, "code")
    page = html_of(signer.get(URL))
    assert page.index("Code reçu à") < page.index("Plutôt avec ma clé d’accès") < page.index(KEY_BUTTON)


def test_who_signed_in_again_is_told_that_the_code_belongs_to_the_other_session(signer, case):
    post(signer, "code")
    again = signed_in(case.signer)
    page = html_of(again.get(URL))
    assert "Votre connexion a changé : le code envoyé à" in page
    assert "Recevoir mon code" in page
    post(again, "code")
    assert "Votre connexion a changé" not in html_of(again.get(URL))
    assert post(again, "sign", code=last_code(), consent=consent_text(**case.act)).status_code == 302
    assert SigningCode.objects.filter(used_at=None).count() == 1
