"""Each act of the charter leaves its events, in its own transaction, and the chain that they make holds."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

import charter.tasks
from alliance.outbox.delivery import deliver, deliver_all_due
from alliance.outbox.models import Owed
from charter import actions, evidence
from charter.models import EvidenceEvent, consent_text
from charter.models.evidence import broken_at
from tests import builders
from tests.charter.signing import SESSION, URL, last_code, post
from tests.charter.test_evidence_document import changed, complaints
from tests.sessions import signed_in


def told(case) -> list[str]:
    assert broken_at(**case.act) is None
    return [event.kind for event in EvidenceEvent.objects.of_chain(**case.act)]


def event(case, kind: str) -> EvidenceEvent:
    return EvidenceEvent.objects.of_chain(**case.act).get(kind=kind)


@pytest.fixture
def agent(db):
    return builders.staff(full_name="Agnès Postel")


def sign(case):
    return actions.record_signature(
        **case.act, signer=case.signer, mandate=case.mandate, proof_level="code", at=timezone.now()
    )


def test_the_page_to_sign_is_noted_once_for_a_session_and_a_version(case, signer):
    for _ in range(3):
        assert signer.get(URL).status_code == 200
    assert told(case) == ["opened", "displayed"]
    assert event(case, "displayed").details["digest"] == case.version.digest
    assert event(case, "displayed").details["marked"] is True
    signed_in(case.signer).get(URL + "?changements=non")
    assert told(case) == ["opened", "displayed"] * 2
    assert EvidenceEvent.objects.of_chain(**case.act).last().details["marked"] is False


def test_how_the_session_was_opened_is_noted_when_it_tells(case, signer):
    session, at = signer.session, timezone.now() - timedelta(minutes=3)
    session["account_authentication_methods_user"] = str(case.signer.pk)
    session["account_authentication_methods"] = [
        {"method": "code", "at": at.timestamp(), "email": case.signer.email},
        {"method": "mfa", "type": "webauthn", "at": at.timestamp() + 9},
    ]
    session.save()
    signer.get(URL)
    assert told(case) == ["authenticated", "opened", "displayed"]
    noted = event(case, "authenticated")
    assert (noted.details["methods"], noted.name) == (["code", "passkey"], "Camille Essai")
    assert abs(noted.at - at) < timedelta(milliseconds=1)


def test_neither_head_nor_a_refused_form_nor_a_stranger_leaves_an_event(case, signer):
    signer.head(URL)
    assert post(signer, "nothing").status_code == 400
    signed_in(builders.user()).get(URL)
    Client().get(URL)
    assert told(case) == []


def test_before_the_signature(case, agent):
    other = builders.user(full_name="Zoé Essai")
    builders.membership(other, case.organisation)
    actions.invite_to_sign(**case.act, by=agent)
    actions.transmit(**case.act, sender=other)
    actions.announce_deliberation(**case.act, by=other, meets_on=timezone.localdate() + timedelta(days=9))
    assert told(case) == [
        "invited", "mail_queued", "transmitted", "mail_queued", "deliberation_announced", "mail_queued",
    ]  # fmt: skip
    assert event(case, "invited").private["by"] == "Agnès Postel"
    assert event(case, "transmitted").private["recipient"] == "Camille Essai"


def test_a_mandate_from_its_deposit_to_its_contest(case, agent):
    act = {"organisation": case.organisation, "person": case.signer, "entered_by": case.signer}
    kept = {"kind": "legal", "job_title": "présidente", "starts_on": timezone.localdate()}
    first = actions.submit_mandate(**act, **kept)
    actions.refuse_mandate(mandate=first, by=agent, motive="Illisible.")
    second = actions.submit_mandate(**act, **kept)
    actions.verify_mandate(mandate=second, by=agent)
    assert told(case) == [
        "mandate_deposited", "mandate_refused", "mail_queued", "mandate_deposited", "mandate_verified", "mail_queued",
    ]  # fmt: skip
    assert event(case, "mandate_refused").private["motive"] == "Illisible."
    case.mandate = second
    signature = sign(case)
    actions.contest_mandate(mandate=second, by=agent, motive="Faux.")
    contested = event(case, "mandate_contested")
    assert (contested.signature, contested.private["motive"]) == (signature, "Faux.")


def test_a_wrong_code_is_noted_even_though_nothing_is_signed(case):
    actions.send_signing_code(**case.act, user=case.signer, session=SESSION)
    wrong = f"{(int(last_code()) + 1) % 10**6:06}"
    act = {"signer": case.signer, "mandate": case.mandate, "session": SESSION}
    consent = consent_text(case.organisation, case.version)
    with pytest.raises(ValidationError):
        actions.sign_charter(**case.act, **act, code=wrong, consent=consent)
    actions.sign_charter(**case.act, **act, code=last_code(), consent=consent)
    assert told(case) == ["code_sent", "code_wrong", "code_verified", "consented", "signed", "mail_queued"]
    assert event(case, "code_wrong").details["tries_left"] == 4
    assert event(case, "code_verified").details["wrong_tries"] == 1


def test_a_code_that_leaves_tells_the_answer_of_the_post_and_one_that_does_not_tells_why(case, smtp_server):
    smtp_server.kept = "250 2.0.0 Ok: queued as 4F7K"
    actions.send_signing_code(**case.act, user=case.signer, session=SESSION)
    smtp_server.answer = "451 <camille@test.invalid> later"
    with pytest.raises(actions.PostDown):
        actions.send_signing_code(**case.act, user=case.signer, session=SESSION)
    sent, failed = event(case, "code_sent"), event(case, "code_failed")
    assert (sent.details["code"], sent.details["reply"]) == (250, "2.0.0 Ok: queued as 4F7K")
    assert (failed.details["code"], failed.details["reply"]) == (451, "[adresse] later")


def test_a_signature_by_access_key_tells_its_challenge_and_keeps_its_answer(case, key):
    from tests.charter.test_sign_passkey import reserve
    from tests.charter.test_sign_passkey import sign as sign_with

    challenge = reserve(case)
    signature = sign_with(case, key.answer(challenge.challenge))
    assert told(case) == ["passkey_verified", "consented", "signed", "mail_queued"]
    assert event(case, "passkey_verified").details["challenge"] == challenge.challenge
    document = evidence.document(signature)
    assert complaints(document) == []
    assert document["presence"]["assertion"] == signature.assertion
    assert complaints(changed(document, ("presence", "assertion"), ...)) == ["presence"]


def test_what_follows_a_signature(case, agent):
    older = builders.charter_version("2014", effective_on=timezone.localdate() - timedelta(days=4000))
    signature = sign(case)
    actions.countersign(signature=signature, by=agent)
    newer = builders.charter_version("2026", effective_on=timezone.localdate())
    case.version, before = newer, case.act
    actions.countersign(signature=sign(case), by=agent)
    case.version = before["version"]
    assert told(case) == ["consented", "signed", "mail_queued", "countersigned", "mail_queued", "superseded"]
    assert event(case, "superseded").signature == signature
    actions.record_withdrawal(
        organisation=case.organisation, signer=case.signer, mandate=case.mandate, proof_level="code",
        motive="Nous partons.", at=timezone.now(),
    )  # fmt: skip
    assert told(case)[-3:] == ["consented", "withdrawn", "mail_queued"]
    assert event(case, "withdrawn").private["motive"] == "Nous partons."
    assert not EvidenceEvent.objects.filter(version=older).exists()


def test_a_refusal_keeps_its_motive_out_of_what_is_hashed(case, agent):
    actions.refuse_signature(signature=sign(case), by=agent, motive="Le pouvoir ne suffit pas.")
    refused = event(case, "refused")
    assert refused.private["motive"] == "Le pouvoir ne suffit pas."
    assert "pouvoir" not in str(refused.hashed())


def test_a_letter_accepted_tells_the_answer_and_the_attestation_that_it_carried(case, sealing, smtp_server):
    signature = sign(case)
    while deliver_all_due():
        pass
    assert told(case) == ["consented", "signed", "mail_queued", "sealed", "mail_accepted", "delivered"]
    accepted, delivered = event(case, "mail_accepted"), event(case, "delivered")
    assert accepted.details == {
        "letter": "receipt",
        "code": 250,
        "reply": "OK",
        "message_id": smtp_server.messages[0]["Message-ID"],
    }
    assert delivered.details == {"letter": "receipt", "digest": signature.papers.get().digest}
    assert event(case, "sealed").details["digest"] == signature.papers.get().digest


def test_a_letter_refused_is_noted_at_each_attempt_though_its_work_is_undone(case, smtp_server):
    sign(case)
    smtp_server.answer = "554 5.7.1 no"
    owed = Owed.objects.get(work="charter.send_receipt")
    with pytest.raises(OSError):
        deliver(owed.pk)
    smtp_server.stop()
    Owed.objects.update(due_at=timezone.now())
    with pytest.raises(OSError):
        deliver(owed.pk)
    refused = EvidenceEvent.objects.of_chain(**case.act).filter(kind="mail_refused")
    assert [(e.details["code"], e.details["reply"]) for e in refused] == [
        (554, "5.7.1 no"),
        (0, "ConnectionRefusedError"),
    ]
    assert told(case)[-2:] == ["mail_refused"] * 2


def test_an_act_that_fails_leaves_no_event(case, agent):
    signature = sign(case)
    actions.countersign(signature=signature, by=agent)
    before = told(case)
    with pytest.raises(ValidationError):
        actions.countersign(signature=signature, by=agent)
    with pytest.raises(ValidationError):
        sign(case)
    assert told(case) == before


def editorial(case, label="2026", on=0):
    """A version that says the same thing better, published by two agents."""
    version = builders.charter_version(
        label, kind="editorial", published=False, effective_on=timezone.localdate() + timedelta(days=on)
    )
    first, second = builders.staff(), builders.staff()
    version = actions.propose_version(version=version, by=first)
    return actions.publish_version(version=version, by=second)


def test_a_signature_carried_over_says_to_which_version_whichever_came_first(case, agent):
    stands = sign(case)
    actions.countersign(signature=stands, by=agent)
    waits = actions.record_signature(**pending(case), proof_level="code", at=timezone.now())
    editorial(case)
    while deliver_all_due():
        pass
    actions.countersign(signature=waits, by=agent)
    for signature in (stands, waits):
        carried = EvidenceEvent.objects.get(kind="carried_over", signature=signature)
        assert (carried.version, carried.details) == (case.version, {"to": "2026"})
        assert carried.at == signature.carried_over.get().carried_at
        document = evidence.document(signature)
        assert complaints(document) == []
        assert {"fact": "carried_over", "to": "2026"}.items() <= document["life"][-1].items()


def pending(case) -> dict:
    """Another organisation with its power."""
    organisation, person = builders.organisation(), builders.user()
    builders.membership(person, organisation, "signatory")
    mandate = builders.mandate(organisation, person)
    return {"organisation": organisation, "version": case.version, "signer": person, "mandate": mandate}


def test_carried_over_signatures_are_noted_batch_after_batch_each_once(case, agent, monkeypatch):
    monkeypatch.setattr(charter.tasks, "BATCH", 2)
    for _ in range(3):
        signature = actions.record_signature(**pending(case), proof_level="code", at=timezone.now())
        actions.countersign(signature=signature, by=agent)
    editorial(case)
    while deliver_all_due():
        pass
    assert EvidenceEvent.objects.filter(kind="carried_over").count() == 3
