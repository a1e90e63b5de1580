"""The signing page, as a person meets it: one page, five verbs, no dead end, nothing half-written."""

import re
import time

import pytest
from django.test import Client
from django.utils import timezone

from alliance.outbox.models import Owed
from alliance.proof.models import JournalEntry
from charter.models import Mandate, Signature, SigningCode, consent_text
from tests import builders
from tests.charter.signing import URL, errors_of, html_of, last_code, post
from tests.sessions import signed_in

TICK = "Cochez la case pour dire que vous avez lu la charte et que vous la signez."


def sign(client: Client, case, **changed):
    return post(client, "sign", **{"code": last_code(), "consent": consent_text(**case.act)} | changed)


def nothing_written() -> bool:
    return not (Signature.objects.exists() or Owed.objects.exists() or JournalEntry.objects.exists())


def test_the_page_says_who_for_whom_with_what_power_and_what(signer):
    html = html_of(signer.get(URL))
    for words in (
        "Signer pour Réseau d’essai",
        "Camille Essai",
        "présidente",
        "000\u00a0000\u00a0000",
        "représentation légale (statuts)",
        "texte de démonstration, à remplacer",
        "Texte de Préambule.",
        "c•••@test.invalid",
    ):
        assert words in html, words


def test_the_whole_act_from_code_to_receipt(signer, case):
    assert post(signer, "code").headers["Location"] == URL + "#votre-signature"
    page = signer.get(URL)
    assert consent_text(**case.act) in html_of(page)
    assert 'autocomplete="one-time-code"' in html_of(page)

    assert sign(signer, case).status_code == 302

    signature = Signature.objects.get()
    assert (signature.signer, signature.state) == (case.signer, "pending")
    html = html_of(signer.get(URL))
    assert "En attente de contresignature" in html
    assert f"/espace/attestations/{signature.code}.pdf" in html


def test_a_second_click_shows_the_receipt_and_signs_once(signer, case):
    post(signer, "code")
    first = sign(signer, case)
    second = sign(signer, case)
    assert (first.status_code, second.status_code) == (302, 302)
    assert second.headers["Location"] == f"{URL}#votre-signature"
    assert Signature.objects.count() == Owed.objects.count() == 1


def test_the_second_person_gets_one_clear_409(signer, case):
    rival = builders.user("alix@test.invalid", full_name="Alix Essai")
    builders.membership(rival, case.organisation, "signatory")
    builders.mandate(case.organisation, rival)
    other = signed_in(rival)
    post(other, "code")
    code = last_code()
    post(signer, "code")
    assert sign(signer, case).status_code == 302

    refused = sign(other, case, code=code)
    assert refused.status_code == 409
    assert "Cette organisation a déjà signé cette version." in html_of(refused)
    assert Signature.objects.get().signer == case.signer


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"code": ""}, {"code": ["Tapez le code reçu par courriel."]}),
        ({"code": "12345"}, {"code": ["Le code compte 6 chiffres."]}),
        ({"code": "1" * 500}, {"code": ["Le code compte 6 chiffres."]}),
        ({"code": "12345é"}, {"code": ["Le code compte 6 chiffres."]}),
        ({"code": "١٢٣٤٥٦"}, {"code": ["Le code compte 6 chiffres."]}),
        ({"code": "12\x003456"}, {"code": ["Le code compte 6 chiffres."]}),
        ({"consent": ""}, {"consent": [TICK]}),
        ({"consent": "on"}, {"consent": [TICK]}),
    ],
)
def test_a_wrong_field_gets_its_sentence_and_what_was_typed_stays(signer, case, fields, errors):
    post(signer, "code")
    response = sign(signer, case, **fields)
    assert response.status_code == 400
    assert errors_of(response) == errors
    assert nothing_written()
    if "code" not in errors:
        assert f'value="{last_code()}"' in html_of(response)
    else:
        assert re.search(r'name="consent"[^>]* checked', html_of(response))


def test_wrong_expired_and_used_codes_are_told_at_the_field(signer, case):
    post(signer, "code")
    wrong = "000000" if last_code() != "000000" else "111111"
    assert errors_of(sign(signer, case, code=wrong)) == {"code": ["Ce code n’est pas le bon. Il vous reste 4 essais."]}
    SigningCode.objects.update(expires_at=timezone.now())
    assert errors_of(sign(signer, case)) == {"code": ["Ce code a plus de dix minutes : demandez-en un autre."]}
    SigningCode.objects.update(used_at=timezone.now())
    assert errors_of(sign(signer, case)) == {"code": ["Ce code a déjà servi : demandez-en un autre."]}
    assert nothing_written()


def test_the_code_of_another_browser_does_not_serve(signer, case):
    post(signer, "code")
    response = sign(signed_in(case.signer), case)
    assert response.status_code == 400
    assert errors_of(response) == {"code": ["Demandez d’abord un code."]}
    assert nothing_written()


def test_without_a_verified_mandate_a_direct_post_signs_nothing(preparer, signer, case):
    post(signer, "code")
    assert sign(preparer, case).status_code == 409
    Mandate.objects.update(state="submitted")
    response = sign(signer, case)
    assert response.status_code == 409
    assert "Votre mandat n’est pas vérifié" in html_of(response)
    assert nothing_written()


def test_when_the_post_is_down_a_sentence_says_so_and_nothing_is_lost(signer, case, smtp_server):
    smtp_server.stop()
    response = post(signer, "code")
    assert response.status_code == 503
    assert "la messagerie ne répond pas. Rien n’est perdu" in html_of(response)
    assert not SigningCode.objects.exists()
    smtp_server.start()
    assert post(signer, "code").status_code == 302


def test_too_many_codes_are_a_429_with_a_sentence(signer):
    for _ in range(6):
        assert post(signer, "code").status_code == 302
    response = post(signer, "code")
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 3601
    assert "Six codes vous ont été envoyés en une heure" in html_of(response)


def test_a_version_that_came_into_force_meanwhile_is_told(signer, case):
    post(signer, "code")
    builders.charter_version("2026", effective_on=timezone.localdate())
    response = sign(signer, case)
    assert response.status_code == 409
    assert "Une nouvelle version de la charte est entrée en vigueur" in html_of(response)
    assert nothing_written()


@pytest.mark.parametrize("action", ["", "delete", "sign ", "\0"])
def test_an_unknown_action_is_a_sentence(signer, action):
    response = post(signer, action)
    assert response.status_code == 400
    assert "Choisissez ce que vous voulez faire" in html_of(response)


def test_the_broker_being_down_changes_nothing(signer, case, settings):
    """Signing never speaks to the broker: the receipt is owed in the database."""
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    post(signer, "code")
    began = time.monotonic()
    assert sign(signer, case).status_code == 302
    assert time.monotonic() - began < 1
    assert Owed.objects.get().state == "pending"
