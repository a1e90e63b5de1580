"""Signing: a verified mandate gates it, a code proves presence, one act for one organisation and version."""

import json
import threading
import time
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from alliance.proof.models import Clear, JournalEntry
from charter.actions.codes import send_signing_code
from charter.actions.sign import record_signature, sign_charter
from charter.models import Mandate, Signature, SigningCode, consent_text
from partners.models import Organisation
from tests import builders
from tests.charter.signing import SESSION, Case, last_code


def act_of(case, **changed) -> dict:
    return {
        **case.act,
        "signer": case.signer,
        "mandate": case.mandate,
        "session": SESSION,
        "consent": consent_text(case.organisation, case.version),
        **changed,
    }


def ask_code(case) -> str:
    send_signing_code(**case.act, user=case.signer, session=SESSION)
    return last_code()


def refused(case, **changed):
    code = changed.pop("code", None) or ask_code(case)
    with pytest.raises(ValidationError) as refusal:
        sign_charter(**act_of(case, code=code, **changed))
    assert not Signature.objects.exists()
    assert not Owed.objects.exists()
    assert not JournalEntry.objects.exists()
    return refusal.value


def test_signing_keeps_the_whole_evidence(case):
    signature = sign_charter(**act_of(case, code=ask_code(case)))

    signature.refresh_from_db()
    assert signature.state == "pending"
    assert (signature.organisation_name, signature.organisation_siren) == ("Réseau d’essai", "000000000")
    assert (signature.signer_name, signature.signer_job_title) == ("Camille Essai", "présidente")
    assert signature.consent_text == (
        "Au nom de Réseau d’essai, j’ai lu la charte de l’Alliance Dynamique, version 2020, et je la signe."
    )
    assert (signature.document_digest, signature.proof_level) == (case.version.digest, "code")
    assert list(Owed.objects.values_list("work", "args")) == [("charter.send_receipt", [signature.pk])]
    assert SigningCode.objects.get().used_at == signature.signed_at


def test_the_journal_tells_the_act_and_nobody(case):
    signature = sign_charter(**act_of(case, code=ask_code(case)))

    entry = JournalEntry.objects.get()
    leaf = json.loads(entry.leaf)
    assert (entry.kind, entry.subject) == ("signed", signature.code)
    assert leaf["facts"]["organisation"] == str(case.organisation.public_id)
    assert leaf["facts"]["document_digest"] == case.version.digest
    assert sorted(leaf["commitments"]) == ["signer_email", "signer_job_title", "signer_name"]
    assert "Camille" not in entry.leaf
    assert "camille" not in entry.leaf
    assert Clear.objects.get(name="signer_name").value == "Camille Essai"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": "submitted", "verified_by": None, "verified_at": None}, "mandate_not_verified"),
        ({"state": "refused", "motive": "illisible"}, "mandate_not_verified"),
        ({"state": "contested", "motive": "faux"}, "mandate_not_verified"),
        ({"ends_on": -1}, "mandate_not_running"),
        ({"starts_on": 1}, "mandate_not_running"),
    ],
)
def test_without_a_verified_running_mandate_nothing_is_signed(case, change, code):
    today = timezone.localdate()  # not at import: the suite may cross midnight
    days = {name: today + timedelta(days=each) for name, each in change.items() if isinstance(each, int)}
    Mandate.objects.update(**change | days)
    case.mandate.refresh_from_db()
    assert refused(case).code == code


def test_a_mandate_contested_after_the_page_was_read_does_not_pass(case):
    code = ask_code(case)
    Mandate.objects.update(state="contested", motive="faux")
    assert refused(case, code=code).code == "mandate_not_verified"


def test_the_mandate_of_somebody_or_something_else_does_not_pass(case):
    other = builders.mandate(case.organisation, builders.user())
    elsewhere = builders.mandate(builders.organisation(), case.signer)
    for mandate in (None, other, elsewhere):
        assert refused(case, mandate=mandate, code="123456").code == "no_mandate"


def test_the_database_itself_refuses_a_signature_without_power(case):
    """The negative control of the gate: whatever writes the row."""
    Mandate.objects.update(state="submitted")
    with pytest.raises(IntegrityError, match="Sans mandat vérifié"), transaction.atomic():
        builders.signature(
            case.organisation, case.version, signer=case.signer, mandate=case.mandate, countersigned=False
        )


def test_only_the_version_in_force_is_signed(case):
    old = builders.charter_version("2014", effective_on=case.version.effective_on - timedelta(days=2000))
    draft = builders.charter_version("2027", published=False, effective_on=timezone.localdate())
    for version in (old, draft):
        case.version = version
        assert refused(case).code == "not_in_force"


@pytest.mark.parametrize("consent", ["", "on", "Au nom de Réseau d’essai, je signe."])
def test_consent_is_the_exact_text_or_nothing(case, consent):
    assert list(refused(case, consent=consent, code="123456").message_dict) == ["consent"]


def test_a_wrong_code_signs_nothing_and_costs_a_try(case):
    ask_code(case)
    assert refused(case, code="abcdef").message_dict == {"code": ["Ce code n’est pas le bon. Il vous reste 4 essais."]}
    assert SigningCode.objects.get().tries == 1


def test_a_code_serves_once(case):
    code = ask_code(case)
    signature = sign_charter(**act_of(case, code=code))
    Signature.objects.filter(pk=signature.pk).update(withdrawn_at=timezone.now())
    with pytest.raises(ValidationError) as refusal:
        sign_charter(**act_of(case, code=code))
    assert refusal.value.error_dict["code"][0].code == "used_code"


def test_signing_twice_is_a_conflict(case):
    code = ask_code(case)
    sign_charter(**act_of(case, code=code))
    with pytest.raises(Conflict) as refusal:
        sign_charter(**act_of(case, code=code))
    assert refusal.value.code == "already_signed"


def rival(case: Case) -> Case:
    person = builders.user()
    return Case(case.organisation, case.version, person, builders.mandate(case.organisation, person))


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_make_one_signature_and_one_conflict(case):
    """The lock is held: the second waits on the organisation's row, then learns that the first has signed."""
    other, outcome = rival(case), []

    def sign_too():
        try:
            act = {**case.act, "signer": other.signer, "mandate": other.mandate}
            outcome.append(record_signature(**act, proof_level="code", at=timezone.now()))
        except Conflict as refusal:
            outcome.append(refusal.code)
        finally:
            connection.close()

    thread = threading.Thread(target=sign_too)
    with transaction.atomic():
        record_signature(**case.act, signer=case.signer, mandate=case.mandate, proof_level="code", at=timezone.now())
        thread.start()
        time.sleep(0.3)
        assert outcome == []
    thread.join(5)

    assert outcome == ["already_signed"]
    assert Signature.objects.get().signer == case.signer
    assert Owed.objects.filter(work="charter.send_receipt").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_signer_waits_for_whoever_holds_the_organisation(case):
    """The negative control of the lock: an unheld row would let the rival through at once."""
    done = threading.Event()

    def sign():
        try:
            act = {**case.act, "signer": case.signer, "mandate": case.mandate}
            record_signature(**act, proof_level="code", at=timezone.now())
            done.set()
        finally:
            connection.close()

    thread = threading.Thread(target=sign)
    with transaction.atomic():
        Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=case.organisation.pk)
        thread.start()
        assert not done.wait(0.3)
    assert done.wait(5)
    thread.join(5)


@pytest.mark.django_db(transaction=True)
def test_racing_threads_leave_one_signature(case):
    cases, outcomes = [case, *(rival(case) for _ in range(3))], []

    def sign(each):
        try:
            act = {**case.act, "signer": each.signer, "mandate": each.mandate}
            outcomes.append(record_signature(**act, proof_level="code", at=timezone.now()).state)
        except Conflict as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=sign, args=[each]) for each in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(outcomes) == ["already_signed"] * 3 + ["pending"]
