"""Leaving the charter: the same power, presence and consent as to sign; one act; nothing is erased."""

import json
import threading
import time
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

import charter.tasks  # noqa: F401  the works, as a worker knows them
from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from alliance.proof.models import JournalEntry
from charter.actions.codes import send_signing_code
from charter.actions.sign import record_signature, sign_charter
from charter.actions.withdraw import record_withdrawal, withdraw_charter
from charter.models import Mandate, Signature, SigningCode, Withdrawal, consent_text
from partners.models import Organisation
from tests import builders
from tests.charter.signing import SESSION, last_code

CONSENT = (
    "Au nom de Réseau d’essai, je retire la signature de la charte de l’Alliance Dynamique, version 2020. "
    "L’organisation cesse d’être signataire dès maintenant."
)


@pytest.fixture
def signed(case) -> Signature:
    return builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)


def ask_code(case, act="withdraw") -> str:
    send_signing_code(**case.act, user=case.signer, session=SESSION, act=act)
    return last_code()


def act_of(case, **changed) -> dict:
    return {
        "organisation": case.organisation,
        "signer": case.signer,
        "mandate": case.mandate,
        "session": SESSION,
        "consent": CONSENT,
        **changed,
    }


def refusal_of(case, **changed) -> ValidationError:
    with pytest.raises(ValidationError) as refusal:
        withdraw_charter(**act_of(case, **changed))
    assert not Withdrawal.objects.exists()
    assert not Owed.objects.exists()
    assert not JournalEntry.objects.exists()
    return refusal.value


def field_code(refusal: ValidationError) -> tuple[str, str]:
    ((field, errors),) = refusal.error_dict.items()
    return field, errors[0].code


def record(case, **changed) -> Withdrawal:
    act = {"organisation": case.organisation, "signer": case.signer, "mandate": case.mandate, "proof_level": "code"}
    return record_withdrawal(**act | {"at": timezone.now()} | changed)


def test_a_withdrawal_keeps_the_whole_evidence_and_erases_nothing(case, signed):
    withdrawal = withdraw_charter(**act_of(case, code=ask_code(case), motive="Nous fusionnons."))

    signed.refresh_from_db()
    assert (signed.state, signed.withdrawal, signed.withdrawn_at) == ("withdrawn", withdrawal, withdrawal.signed_at)
    assert (withdrawal.consent_text, withdrawal.motive) == (CONSENT, "Nous fusionnons.")
    assert (withdrawal.signer_name, withdrawal.signer_job_title) == ("Camille Essai", "présidente")
    assert (withdrawal.mandate, withdrawal.proof_level) == (case.mandate, "code")
    assert list(Owed.objects.values_list("work", "args")) == [("charter.send_withdrawal_receipt", [withdrawal.pk])]
    assert SigningCode.objects.get().used_at == withdrawal.signed_at


def test_the_journal_tells_the_withdrawal_and_nobody(case, signed):
    withdrawal = withdraw_charter(**act_of(case, code=ask_code(case), motive="Nous fusionnons."))
    entry = JournalEntry.objects.get()
    leaf = json.loads(entry.leaf)
    assert (entry.kind, entry.subject) == ("withdrawn", signed.code)
    assert leaf["facts"]["withdrawal"] == str(withdrawal.public_id)
    assert leaf["facts"]["proof_level"] == "code"
    assert sorted(leaf["commitments"]) == ["motive", "signer_email", "signer_job_title", "signer_name"]
    for secret in ("Camille", "camille", "fusionnons"):
        assert secret not in entry.leaf


def test_leaving_ends_every_live_signature_by_one_act(case, signed):
    old = builders.charter_version("2014", effective_on=case.version.effective_on - timedelta(days=2000))
    earlier = builders.signature(case.organisation, old, signed_at=timezone.now() - timedelta(days=900))
    withdrawal = record(case)
    assert list(withdrawal.signatures.order_by("-signed_at")) == [signed, earlier]
    assert "versions 2020 et 2014" in withdrawal.consent_text
    assert sorted(JournalEntry.objects.values_list("kind", "subject")) == sorted(
        ("withdrawn", signature.code) for signature in (signed, earlier)
    )
    assert Signature.objects.count() == 2
    with pytest.raises(Conflict) as refusal:
        record(case)
    assert refusal.value.code == "not_signatory"


def test_one_may_sign_again_after_leaving(case, signed):
    record(case)
    again = record_signature(
        **case.act, signer=case.signer, mandate=case.mandate, proof_level="code", at=timezone.now()
    )
    assert again.state == "pending"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": "submitted", "verified_by": None, "verified_at": None}, "mandate_not_verified"),
        ({"state": "contested", "motive": "faux"}, "mandate_not_verified"),
        ({"ends_on": timezone.localdate() - timedelta(days=1)}, "mandate_not_running"),
    ],
)
def test_leaving_takes_the_same_power_as_signing(case, signed, change, code):
    typed = ask_code(case)
    Mandate.objects.filter(pk=case.mandate.pk).update(**change)
    case.mandate.refresh_from_db()
    assert refusal_of(case, code=typed).code == code


def test_the_mandate_of_somebody_else_does_not_pass(case, signed):
    other = builders.mandate(case.organisation, builders.user())
    for mandate in (None, other):
        assert refusal_of(case, code="123456", mandate=mandate).code == "no_mandate"


def test_the_database_itself_refuses_a_withdrawal_without_power(case, signed):
    """The negative control of the gate: whatever writes the row."""
    Mandate.objects.update(state="submitted")
    fields = {"organisation_name": "x", "signer_name": "x", "signer_job_title": "x", "consent_text": "x"}
    with pytest.raises(IntegrityError, match="pas de retrait"):
        Withdrawal.objects.create(
            organisation=case.organisation, signer=case.signer, mandate=case.mandate, signed_at=timezone.now(), **fields
        )


def test_a_signed_withdrawal_never_changes(case, signed):
    withdrawal = record(case)
    for change in (
        lambda: Withdrawal.objects.update(motive="autre"),
        lambda: Withdrawal.objects.all()._raw_delete("default"),
        lambda: Signature.objects.update(withdrawal=None),
    ):
        with pytest.raises(IntegrityError, match="ne change pas"), transaction.atomic():
            change()
    elsewhere = builders.signature(version=case.version)
    with pytest.raises(IntegrityError, match="celui de son organisation"):
        Signature.objects.filter(pk=elsewhere.pk).update(withdrawal=withdrawal, withdrawn_at=withdrawal.signed_at)


def test_a_code_to_sign_does_not_withdraw_and_a_code_to_withdraw_does_not_sign(case):
    to_sign = ask_code(case, "sign")
    signed = builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
    assert field_code(refusal_of(case, code=to_sign)) == ("code", "no_code")
    to_withdraw = ask_code(case)
    assert SigningCode.objects.order_by("pk").values_list("act", flat=True)[1] == "withdraw"
    Signature.objects.filter(pk=signed.pk).update(withdrawn_at=timezone.now())
    SigningCode.objects.filter(act="sign").delete()
    with pytest.raises(ValidationError) as refusal:
        sign_charter(
            **case.act, signer=case.signer, mandate=case.mandate, session=SESSION, code=to_withdraw,
            consent=consent_text(case.organisation, case.version),
        )  # fmt: skip
    assert field_code(refusal.value) == ("code", "no_code")


def test_control_a_row_passed_off_as_the_other_act_still_does_not_open(case, signed):
    """The hash itself holds the act: changing the row is not enough."""
    code = ask_code(case)
    SigningCode.objects.update(act="sign")
    Signature.objects.update(withdrawn_at=timezone.now())
    with pytest.raises(ValidationError) as refusal:
        sign_charter(
            **case.act, signer=case.signer, mandate=case.mandate, session=SESSION, code=code,
            consent=consent_text(case.organisation, case.version),
        )  # fmt: skip
    assert field_code(refusal.value) == ("code", "wrong_code")


def test_a_code_to_withdraw_is_not_sent_when_there_is_nothing_to_withdraw(case):
    with pytest.raises(Conflict) as refusal:
        ask_code(case)
    assert refusal.value.code == "not_signatory"


def test_what_was_typed_wrong_withdraws_nothing(case, signed):
    code = ask_code(case)
    assert field_code(refusal_of(case, code=code, consent="")) == ("consent", "required")
    assert field_code(refusal_of(case, code=code, consent=CONSENT + " ")) == ("consent", "required")
    assert field_code(refusal_of(case, code=code, motive="x" * 501)) == ("motive", "too_long")
    wrong = "000000" if code != "000000" else "111111"
    assert field_code(refusal_of(case, code=wrong)) == ("code", "wrong_code")


def test_an_act_about_other_signatures_than_those_read_is_refused(case, signed):
    old = builders.charter_version("2014", effective_on=case.version.effective_on - timedelta(days=2000))
    builders.signature(case.organisation, old, signed_at=timezone.now() - timedelta(days=900))
    with pytest.raises(Conflict) as refusal:
        record(case, consent=CONSENT)
    assert refusal.value.code == "changed"


def test_a_code_serves_once(case, signed):
    ask_code(case)
    code = SigningCode.objects.get()
    SigningCode.objects.update(used_at=timezone.now())
    with pytest.raises(ValidationError) as refusal:
        record(case, presence=code)
    assert field_code(refusal.value) == ("code", "used_code")


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_make_one_act(case):
    """The rival waits for the organisation's row, then finds nothing left to withdraw."""
    builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
    second = builders.user()
    power = builders.mandate(case.organisation, second)
    outcome = []

    def rival():
        try:
            record(case, signer=second, mandate=power)
        except Conflict as refusal:
            outcome.append(refusal.code)
        finally:
            connection.close()

    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=case.organisation.pk)
        thread = threading.Thread(target=rival)
        thread.start()
        time.sleep(0.3)
        assert outcome == []
        record(case)
    thread.join(10)
    assert outcome == ["not_signatory"]
    assert Withdrawal.objects.get().signer == case.signer
