"""Mandates: deposited by one, verified by another, contested without erasing anything."""

import hashlib
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from alliance.proof.models import JournalEntry
from charter.actions.mandates import contest_mandate, refuse_mandate, submit_mandate, verify_mandate
from charter.models import Mandate, Signature
from tests import builders
from tests.charter.signing import PDF


def deposit(case, **changed):
    person = changed.pop("person", case.signer)
    fields = {
        "kind": "legal",
        "job_title": "présidente",
        "starts_on": timezone.localdate(),
        "document": SimpleUploadedFile("../../statuts de Camille.pdf", PDF),
    }
    return submit_mandate(
        organisation=case.organisation, person=person, entered_by=changed.pop("entered_by", person), **fields | changed
    )


def waiting(case, **fields) -> Mandate:
    person = builders.user()
    return builders.mandate(case.organisation, person, state="submitted", **fields)


def code_of(action, **arguments) -> str:
    with pytest.raises(Conflict) as refusal:
        action(**arguments)
    return refusal.value.code


def test_a_deposited_mandate_waits_with_its_document(case, stored):
    mandate = deposit(case)
    assert mandate.state == "submitted"
    assert mandate.document.name == f"mandats/{mandate.public_id}"
    assert mandate.document_type == "application/pdf"
    assert mandate.document_digest == hashlib.sha256(PDF).hexdigest()
    assert [path.name for path in stored.rglob("*") if path.is_file()] == [str(mandate.public_id)]


def test_a_second_deposit_waits_for_the_first(case, stored):
    deposit(case)
    assert code_of(deposit, case=case) == "mandate_waiting"
    assert len([path for path in stored.rglob("*") if path.is_file()]) == 1


def test_only_people_of_the_organisation_deposit(case, stored):
    assert code_of(deposit, case=case, person=builders.user()) == "not_member"
    assert Mandate.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"job_title": "  "}, "job_title"),
        ({"job_title": "x" * 121}, "job_title"),
        ({"kind": "king"}, "kind"),
        ({"starts_on": None}, "starts_on"),
        ({"ends_on": timezone.localdate() - timedelta(days=1)}, "ends_on"),
        ({"starts_on": timezone.localdate() - timedelta(9), "ends_on": timezone.localdate() - timedelta(1)}, "ends_on"),
        ({"document": SimpleUploadedFile("a.pdf", b"MZ not a pdf")}, "document"),
        ({"document": SimpleUploadedFile("a.pdf", b"")}, "document"),
        ({"document": SimpleUploadedFile("a.pdf", PDF + b"0" * 5_000_000)}, "document"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(case, stored, changed, field):
    with pytest.raises(ValidationError) as refusal:
        deposit(case, **changed)
    assert list(refusal.value.message_dict) == [field]
    assert Mandate.objects.count() == 1
    assert [path for path in stored.rglob("*") if path.is_file()] == []


def test_an_agent_verifies_and_the_holder_is_told(case):
    mandate, agent = waiting(case), builders.staff()
    verified = verify_mandate(mandate=mandate, by=agent)
    assert (verified.state, verified.verified_by) == ("verified", agent)
    assert list(Owed.objects.values_list("work", "args")) == [("charter.send_mandate_verified", [mandate.pk])]
    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.subject) == ("mandate_verified", str(mandate.public_id))
    assert mandate.person.email not in entry.leaf


def test_the_verifier_is_neither_the_holder_nor_who_entered_it(case):
    agent = builders.staff()
    entered = waiting(case, entered_by=agent)
    held = builders.mandate(case.organisation, agent, state="submitted", entered_by=case.signer)
    for decide in (verify_mandate, lambda **given: refuse_mandate(**given, motive="non")):
        assert code_of(decide, mandate=entered, by=agent) == "own_entry"
        assert code_of(decide, mandate=held, by=agent) == "own_mandate"


def test_a_decided_mandate_is_not_decided_again(case):
    agent = builders.staff()
    assert code_of(verify_mandate, mandate=case.mandate, by=agent) == "not_waiting"
    assert code_of(refuse_mandate, mandate=case.mandate, by=agent, motive="non") == "not_waiting"


def test_only_agents_of_the_perimeter_decide(case):
    mandate = waiting(case)
    delegate = builders.staff(regions=[builders.region()])
    for person in (case.signer, delegate):
        with pytest.raises(PermissionDenied):
            verify_mandate(mandate=mandate, by=person)
    mandate.refresh_from_db()
    assert mandate.state == "submitted"


def test_a_refusal_says_why(case):
    mandate, agent = waiting(case), builders.staff()
    for motive in ("  ", "x" * 501):
        with pytest.raises(ValidationError) as refusal:
            refuse_mandate(mandate=mandate, by=agent, motive=motive)
        assert list(refusal.value.message_dict) == ["motive"]
    refused = refuse_mandate(mandate=mandate, by=agent, motive=" pièce illisible ")
    assert (refused.state, refused.motive) == ("refused", "pièce illisible")
    assert list(Owed.objects.values_list("work", "args")) == [("charter.send_mandate_refused", [mandate.pk])]


def test_a_contested_mandate_contests_its_signatures_and_erases_none(case):
    signature = builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
    contest_mandate(mandate=case.mandate, by=builders.staff(), motive="signature imitée")
    signature.refresh_from_db()
    case.mandate.refresh_from_db()
    assert (case.mandate.state, signature.state) == ("contested", "contested")
    assert list(Signature.objects.standing()) == []
    assert list(JournalEntry.objects.values_list("kind", "subject")) == [
        ("mandate_contested", str(case.mandate.public_id)),
        ("contested", signature.code),
    ]


def test_only_a_verified_mandate_is_contested(case):
    assert code_of(contest_mandate, mandate=waiting(case), by=builders.staff(), motive="faux") == "not_verified"
    agent = case.mandate.verified_by
    held = builders.mandate(case.organisation, agent, entered_by=case.signer, verified_by=builders.staff())
    assert code_of(contest_mandate, mandate=held, by=agent, motive="faux") == "own_mandate"
