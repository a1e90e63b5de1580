"""Signatures of an agreement: in order, each once, on bytes that never change, and in the journal."""

import hashlib
import json

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from alliance.outbox.models import Owed
from alliance.proof.models import Clear, JournalEntry
from partners import agreement_mails
from partners.actions.agreement_signing import (
    Place,
    deposit_signed_copy,
    recall_agreement,
    refuse_agreement,
    remind_signer,
    send_for_signature,
    sign_agreement,
)
from partners.actions.agreement_talk import comment_version
from partners.models import Agreement, AgreementDocument, AgreementFile, AgreementSigner, AgreementVersion, Membership
from tests import builders
from tests.charter.conftest import stored  # noqa: F401  fixture
from tests.events.waiting import rival, wait_until_one_waits
from tests.partners.accords import POWER, after, code_of, make_case, pdf

pytestmark = pytest.mark.django_db


def send(case, order=None) -> str:
    return code_of(send_for_signature, version=case.version, by=case.agent, order=order or case.order)


def sign(case, person) -> str:
    return code_of(sign_agreement, document=case.document, by=person, power=POWER)


def test_the_paper_is_a_pdf_and_its_digest_is_that_of_its_bytes():
    case = make_case().send()
    content = bytes(case.document.content)
    assert content.startswith(b"%PDF-")
    assert case.document.digest == hashlib.sha256(content).hexdigest()
    assert case.version.stage == "signing"


def test_what_cannot_be_sent_is_a_conflict():
    case = make_case()
    assert send(case) == "not_shared"
    case.propose()
    assert send(case, case.order[:1]) == "one_side"
    comment_version(version=case.version, side="partner", by=case.contributor, text="Attendez.")
    assert send(case) == "open_comments"
    AgreementVersion.objects.update(text="Du {debut} au 3 mai.")
    assert send(case) == "blanks_left"
    AgreementVersion.objects.update(starts_on=None)
    assert send(case) == "no_start"


def test_only_entitled_representatives_sign_for_the_partner_and_agents_for_la_poste():
    case = make_case().propose()
    for place in (Place("partner", case.contributor, "chargé"), Place("poste", case.signatory, "présidente")):
        order = [place, *(each for each in case.order if each.side != place.side)]
        with pytest.raises(ValidationError) as refusal:
            send_for_signature(version=case.version, by=case.agent, order=order)
        assert refusal.value.code == "cannot_sign"


def test_each_signs_in_turn_and_the_last_one_completes_it():
    case = make_case().send()
    assert sign(case, case.agent) == "not_your_turn"
    assert sign(case, case.signatory) == "done"
    assert sign(case, case.signatory) == "already_signed"
    assert case.agreement.state == "draft"
    assert sign(case, case.agent) == "done"
    case.version.refresh_from_db()
    assert (case.version.stage, case.document.outcome, case.agreement.state) == ("signed", "signed", "draft")
    assert sign(case, case.agent) == "not_open"


def test_nobody_else_signs():
    case = make_case().send()
    with pytest.raises(PermissionDenied):
        sign_agreement(document=case.document, by=case.contributor, power=POWER)


def test_who_lost_the_role_does_not_sign_any_more():
    case = make_case().send()
    Membership.objects.filter(user=case.signatory).update(role="contributor")
    assert sign(case, case.signatory) == "no_role"


def test_each_signature_is_a_leaf_without_personal_data():
    case = make_case().sign()
    leaves = [json.loads(entry.leaf) for entry in JournalEntry.objects.filter(kind="agreement_signed")]
    assert [(leaf["facts"]["side"], leaf["facts"]["position"]) for leaf in leaves] == [("partner", 1), ("poste", 2)]
    assert {leaf["facts"]["digest"] for leaf in leaves} == {case.document.digest}
    assert "Personne" not in "".join(entry.leaf for entry in JournalEntry.objects.all())
    assert set(Clear.objects.filter(name="signer_name").values_list("value", flat=True)) == {
        "Personne signatory",
        "Agnès Agent",
    }


def test_the_next_one_is_told_that_it_is_their_turn():
    case = make_case().send()
    sign(case, case.signatory)
    turns = Owed.objects.filter(work="partners.send_agreement_turn").order_by("pk")
    positions = [AgreementSigner.objects.get(pk=owed.args[0]).position for owed in turns]
    assert positions == [1, 2]


def remind(case, by=None) -> str:
    return code_of(remind_signer, document=case.document, by=by or case.agent)


def test_the_one_whose_turn_it_is_is_reminded_a_day_at_least_after_the_last_letter():
    case = make_case().send()
    assert remind(case) == "reminded_lately"
    with time_machine.travel(f"{after(1)}T23:00:00Z", tick=False):
        assert (remind(case), remind(case)) == ("done", "reminded_lately")
        assert sign(case, case.signatory) == "done"
        assert remind(case) == "your_turn"
        colleague = builders.staff(email="autre@test.invalid")
        assert remind(case, colleague) == "reminded_lately"  # the letter of the next one's turn has just left
    with time_machine.travel(f"{after(3)}T23:00:00Z", tick=False):
        assert remind(case, colleague) == "done"
        sign(case, case.agent)
        assert remind(case) == "not_open"
    assert [str(event.words) for event in case.agreement.events.filter(kind="reminded")] == [
        "Signataire relancé : Accord initial, 1 sur 2",
        "Signataire relancé : Accord initial, 2 sur 2",
    ]


def test_whoever_may_sign_no_more_is_not_reminded_and_the_agent_is_told():
    case = make_case().send()
    Membership.objects.filter(user=case.signatory).update(role="reader")
    with time_machine.travel(f"{after(2)}T10:00:00Z", tick=False), pytest.raises(ValidationError) as refusal:
        remind(case)
    assert refusal.value.code == "cannot_sign"


def test_only_agents_of_the_perimeter_remind():
    case = make_case().send()
    away = builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")])
    for person in (case.contributor, away):
        with pytest.raises(PermissionDenied):
            remind(case, person)


def test_the_reminder_says_that_it_is_one():
    case = make_case().send()
    signer = case.document.signers.first()
    for again in (False, True):
        agreement_mails.send_turn(signer.pk, again=again, message_id=f"<{again}@test.invalid>")
    assert [sent.subject for sent in mail.outbox] == [
        "À votre tour de signer l’accord « Trois lieux partagés »",
        "Rappel : votre signature est attendue sur l’accord « Trois lieux partagés »",
    ]
    assert case.space() in mail.outbox[1].body


def test_a_refusal_brings_the_text_back_to_discussion_and_another_round_is_another_paper():
    case = make_case().send()
    first = case.document
    refuse_agreement(document=first, by=case.signatory, motive="L’article 2.")
    case.version.refresh_from_db()
    assert (case.version.stage, case.document.outcome) == ("shared", "refused")
    assert send(case) == "done"
    assert case.document.pk != first.pk
    assert code_of(refuse_agreement, document=first, by=case.signatory, motive="x") == "not_open"


def test_a_recalled_paper_keeps_its_signatures():
    case = make_case().send()
    sign(case, case.signatory)
    recall_agreement(document=case.document, by=case.agent, motive="Erreur de date.")
    assert [signer.state for signer in case.document.signers.all()] == ["signed", "awaiting"]
    assert code_of(recall_agreement, document=case.document, by=case.agent, motive="x") == "not_open"


def test_a_scanned_copy_signs_for_those_who_had_still_to(stored):  # noqa: F811
    case = make_case().send()
    sign(case, case.signatory)
    arguments = {"document": case.document, "by": case.agent}
    assert code_of(deposit_signed_copy, upload=pdf(), signed_on=after(1), **arguments) == "future_signature"
    with pytest.raises(ValidationError):
        deposit_signed_copy(upload=pdf(content=b"MZ"), signed_on=after(0), **arguments)
    assert code_of(deposit_signed_copy, upload=pdf(), signed_on=after(0), **arguments) == "done"
    assert [(signer.state, signer.how) for signer in case.document.signers.all()] == [
        ("signed", "portal"),
        ("signed", "paper"),
    ]
    assert AgreementFile.objects.get().kind == "signed"


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (AgreementDocument, {"content": b"%PDF-autre"}),
        (AgreementDocument, {"digest": "0" * 64}),
        (AgreementSigner, {"signed_at": None, "how": ""}),
        (AgreementVersion, {"text": "Autre chose."}),
    ],
)
def test_what_is_signed_never_changes(model, change):
    make_case().sign()
    with pytest.raises(IntegrityError, match="not allowed"), transaction.atomic():
        model.objects.update(**change)


def test_what_is_signed_is_never_deleted():
    make_case().sign()
    for model in (AgreementSigner, AgreementDocument):
        with pytest.raises(IntegrityError, match="not allowed"), transaction.atomic():
            model.objects.all()._raw_delete("default")


@pytest.mark.django_db(transaction=True)
def test_a_signature_waits_for_the_recall_that_came_first():
    case = make_case().send()
    with transaction.atomic():
        Agreement.objects.select_for_update().get()
        late = rival(lambda: sign(case, case.signatory))
        wait_until_one_waits()
        recall_agreement(document=case.document, by=case.agent, motive="Erreur.")
    assert late.result() == "not_open"
    assert AgreementSigner.objects.exclude(signed_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_double_click_signs_once():
    case = make_case().send()
    with transaction.atomic():
        Agreement.objects.select_for_update().get()
        twice = [rival(lambda: sign(case, case.signatory)) for _ in range(2)]
        wait_until_one_waits()
    assert sorted(each.result() for each in twice) == ["already_signed", "done"]
    assert JournalEntry.objects.filter(kind="agreement_signed").count() == 1


def test_control_an_agent_who_left_does_not_sign():
    case = make_case().send()
    sign(case, case.signatory)
    case.agent.is_staff = False
    case.agent.save()
    assert sign(case, case.agent) == "no_role"
    assert builders.staff().is_staff
