"""The page to withdraw: one page, one decision, the code of this act; the public then reads it, and no person."""

import hashlib
import re

import pytest
from django.core import mail

import charter.tasks  # noqa: F401  the works, as a worker knows them
from alliance.outbox.delivery import deliver_all_due
from charter import papers
from charter.models import Mandate, Paper, Signature, Withdrawal
from tests import builders
from tests.charter.signing import errors_of, html_of, last_code
from tests.charter.test_withdraw import CONSENT, record
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
URL = "/espace/reseau-d-essai/signer/retrait/"


@pytest.fixture
def signed(case) -> Signature:
    return builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)


def post(client, action: str, **fields):
    return client.post(URL, {"action": action, "version": "2020"} | fields)


def test_the_page_says_who_for_whom_with_what_power_and_what_it_means(signer, signed):
    response = signer.get(URL)
    html = html_of(response)
    assert response.status_code == 200
    for words in ("Camille Essai", "présidente", "Réseau d’essai", "représentation légale", "n’est plus signataire"):
        assert words in html
    assert signed.code in html
    assert 'name="consent"' not in html


def test_one_withdraws_with_the_code_and_reads_the_receipt(signer, case, signed):
    assert post(signer, "code").status_code == 302
    assert "pour retirer la signature" in mail.outbox[-1].subject
    assert CONSENT in html_of(signer.get(URL))
    response = post(signer, "withdraw", code=last_code(), consent=CONSENT, motive="Nous fusionnons.")
    assert (response.status_code, response.url) == (302, f"{URL}#votre-retrait")
    html = html_of(signer.get(URL))
    assert "Réseau d’essai n’est plus signataire" in html
    assert "Nous fusionnons." in html
    assert Withdrawal.objects.get().signatures.get() == signed

    deliver_all_due()
    receipt = mail.outbox[-1]
    assert receipt.subject == "Reçu du retrait de Réseau d’essai"
    assert signed.code in receipt.body
    assert [name for name, *_ in receipt.attachments] == [f"attestation-{signed.code}.pdf"]


def test_the_receipt_carries_a_sealed_attestation_that_says_withdrawn(client, case, signed, stored, sealing):
    papers.seal_now(signed.pk)
    before = Paper.objects.get()
    record(case)
    deliver_all_due()
    deliver_all_due()
    _, content, _ = mail.outbox[-1].attachments[0]
    after = Paper.objects.get(revision=2)
    assert hashlib.sha256(content).hexdigest() == after.digest
    for paper, sentence in ((before, "une révision plus récente le remplace"), (after, "C’est la dernière révision")):
        html = client.get("/verifier/", {"empreinte": paper.digest}).content.decode()
        assert "Cette attestation est authentique, mais la signature a été retirée" in html
        assert sentence in html


def test_the_public_reads_the_withdrawal_and_neither_person_nor_motive(client, signer, signed):
    post(signer, "code")
    post(signer, "withdraw", code=last_code(), consent=CONSENT, motive="Nous fusionnons.")
    for path in (f"/verifier/{signed.code}/", "/charte/signataires/", "/annuaire/reseau-d-essai/"):
        html = client.get(path).content.decode()
        assert "retirée" in html, path
        assert "Camille" not in html
        assert "fusionnons" not in html


def test_what_was_typed_wrong_is_said_at_its_field_and_stays(signer, signed):
    post(signer, "code")
    response = post(signer, "withdraw", code="12", motive="Parce que")
    assert response.status_code == 400
    assert errors_of(response) == {
        "code": ["Le code compte 6 chiffres."],
        "consent": ["Cochez la case pour dire que vous retirez la signature."],
    }
    html = html_of(response)
    assert 'value="12"' in html
    assert "Parce que</textarea>" in html
    response = post(signer, "withdraw", code=last_code(), consent=CONSENT, motive="x" * 501)
    assert errors_of(response) == {"motive": ["Le motif compte plus de 500 caractères : raccourcissez-le."]}
    assert not Withdrawal.objects.exists()


@pytest.mark.parametrize("action", ["", "sign", "delete"])
def test_an_unknown_verb_is_a_400(signer, signed, action):
    response = post(signer, action)
    assert response.status_code == 400
    assert "Choisissez ce que vous voulez faire" in html_of(response)


def test_a_second_click_shows_the_receipt_and_another_person_is_told(signer, case, signed):
    post(signer, "code")
    code = last_code()
    other = builders.user("autre@test.invalid")
    builders.membership(other, case.organisation, "signatory")
    builders.mandate(case.organisation, other)
    browser = signed_in(other)
    post(browser, "code")
    typed = last_code()
    assert post(signer, "withdraw", code=code, consent=CONSENT).status_code == 302
    assert post(signer, "withdraw", code=code, consent=CONSENT).status_code == 302
    response = post(browser, "withdraw", code=typed, consent=CONSENT)
    assert response.status_code == 409
    assert "il n’y a rien à retirer" in html_of(response)
    assert post(browser, "code").status_code == 409
    assert Withdrawal.objects.count() == 1


def test_without_power_one_reads_who_has_it_and_may_deposit_a_mandate(preparer, stored, signed):
    html = html_of(preparer.get(URL))
    assert "Camille Essai" in html
    assert "Déposer mon mandat" in html
    assert 'value="code"' not in html
    assert errors_of(post(preparer, "mandate"))["job_title"] == ["Donnez votre qualité dans l’organisation."]
    assert post(preparer, "withdraw", code="123456", consent=CONSENT).status_code == 409
    assert not Withdrawal.objects.exists()
    assert Mandate.objects.count() == 1


def test_with_nothing_to_withdraw_the_page_leads_to_the_signature(signer):
    html = html_of(signer.get(URL))
    assert "Rien à retirer" in html
    assert 'href="/espace/reseau-d-essai/signer/"' in html


def test_a_stranger_finds_no_page(signed):
    assert signed_in(builders.user()).get(URL).status_code == 404
    assert signed_in(builders.staff()).get(URL).status_code == 404
    assert post(signed_in(builders.user()), "code").status_code == 404


def test_agents_of_the_perimeter_read_the_motive_and_others_do_not(case, signed):
    record(case, motive="Nous fusionnons.")
    page = f"/gestion/charter/withdrawal/{Withdrawal.objects.get().pk}/change/"
    case.organisation.commune = builders.commune()
    case.organisation.save()
    elsewhere = builders.staff(regions=[builders.region("75", "Nouvelle-Aquitaine", slug="nouvelle-aquitaine")])
    assert signed_in(elsewhere).get(page).status_code == 404
    response = signed_in(builders.staff(regions=[builders.region()])).get(page)
    assert (response.status_code, "Nous fusionnons." in html_of(response)) == (200, True)


def test_the_receipt_of_the_signature_leads_to_the_withdrawal(signer, signed):
    assert re.search(rf'href="{URL}"', html_of(signer.get("/espace/reseau-d-essai/signer/")))
