"""Whoever attacks the typed code: many at once, with another act's, another place's, another's. Five tries are five."""

import threading
from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from charter.actions import codes, send_signing_code, sign_charter, withdraw_charter
from charter.models import Signature, SigningCode, Withdrawal, consent_text, withdrawal_text
from tests import builders
from tests.charter.signing import SESSION, last_code
from tests.events.waiting import rival, wait_until_one_waits

MANY = 12


def send(case, **changed) -> str:
    send_signing_code(**{**case.act, "user": case.signer, "session": SESSION, **changed})
    return last_code()


def wrong(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def tried(case, code: str, **changed) -> str:
    """The code of the refusal, or « right »."""
    asked = {**case.act, "user": case.signer, "session": SESSION, "code": code, "at": timezone.now()}
    try:
        codes.check_code(**{**asked, **changed})
    except ValidationError as refusal:
        return refusal.code
    return "right"


def all_at_once(act, *arguments) -> Counter:
    start = threading.Barrier(len(arguments))

    def go(argument):
        start.wait(10)
        return act(argument)

    return Counter(thread.result() for thread in [rival(go, argument) for argument in arguments])


@pytest.mark.django_db(transaction=True)
def test_twelve_wrong_codes_at_once_are_five_tries_and_the_right_one_is_dead(case):
    code = send(case)
    outcomes = all_at_once(lambda typed: tried(case, typed), *[wrong(code)] * MANY)
    assert outcomes == {"wrong_code": 4, "too_many_tries": MANY - 4}
    assert SigningCode.objects.get().tries == 5
    assert tried(case, code) == "too_many_tries"


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_twelve_wrong_codes_are_twelve_tries(case, monkeypatch):
    """Everybody reads « no try yet » before anybody writes: the lock on the code's row is what counts to five."""
    code, read, last = send(case), threading.Barrier(MANY), codes._last_code

    def unlocked(*arguments, lock: bool):
        found = last(*arguments)
        read.wait(10)
        return found

    monkeypatch.setattr(codes, "_last_code", unlocked)
    assert all_at_once(lambda typed: tried(case, typed), *[wrong(code)] * MANY) == {"wrong_code": MANY}
    assert SigningCode.objects.get().tries == 1


@pytest.mark.django_db(transaction=True)
def test_a_try_waits_for_the_one_before_it(case):
    code = send(case)
    with transaction.atomic():
        SigningCode.objects.select_for_update().get()
        second = rival(tried, case, wrong(code))
        wait_until_one_waits()
        SigningCode.objects.update(tries=5)
    assert second.result() == "too_many_tries"


@pytest.mark.django_db(transaction=True)
def test_one_right_code_typed_in_eight_tabs_at_once_is_one_signature(case):
    code = send(case)

    def sign(typed):
        act = {**case.act, "signer": case.signer, "mandate": case.mandate, "session": SESSION}
        try:
            return sign_charter(**act, code=typed, consent=consent_text(**case.act)).state
        except Conflict as refusal:
            return refusal.code

    assert all_at_once(sign, *[code] * 8) == {"pending": 1, "already_signed": 7}
    assert Signature.objects.count() == 1


@pytest.mark.django_db
def test_a_code_to_withdraw_does_not_sign_nor_the_other_way(case):
    code = send(case)
    signed = builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
    act = {
        "organisation": case.organisation,
        "signer": case.signer,
        "mandate": case.mandate,
        "session": SESSION,
        "consent": withdrawal_text(case.organisation, ["2020"]),
    }
    with pytest.raises(ValidationError) as refused:
        withdraw_charter(**act, code=code)
    assert refused.value.error_dict["code"][0].code == "no_code"
    to_withdraw = send(case, act=SigningCode.Act.WITHDRAW)
    assert tried(case, to_withdraw) == ("right" if to_withdraw == code else "wrong_code")
    assert withdraw_charter(**act, code=to_withdraw) == Withdrawal.objects.get()
    signed.refresh_from_db()
    assert signed.state == "withdrawn"


@pytest.mark.django_db
def test_the_hash_itself_is_bound_whatever_row_it_is_moved_to(case):
    """An owner of the database who points a row at another act, place or session gains nothing: the hash holds them."""
    elsewhere, rival_person = builders.organisation(), builders.user()
    older = builders.charter_version(effective_on="2014-01-01")
    code = send(case)
    for moved, asked in (
        ({"act": "withdraw"}, {"act": SigningCode.Act.WITHDRAW}),
        ({"organisation": elsewhere}, {"organisation": elsewhere}),
        ({"version": older}, {"version": older}),
        ({"user": rival_person}, {"user": rival_person}),
        ({"session_digest": codes.session_digest("stolen")}, {"session": "stolen"}),
    ):
        kept = SigningCode.objects.values(*moved).get()
        SigningCode.objects.update(**moved)
        assert tried(case, code, **asked) == "wrong_code", moved
        SigningCode.objects.update(**kept, tries=0)
    assert tried(case, code) == "right"


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", " ", "12345", "1234567", "１２３４５６", "-12345", "0x1234", "1e5", "\x00" * 6])
def test_what_is_not_six_digits_never_passes(case, typed):
    send(case)
    assert tried(case, typed) == "wrong_code"


@pytest.mark.django_db
def test_a_code_keeps_its_leading_zeros(case, monkeypatch):
    monkeypatch.setattr(codes.secrets, "randbelow", lambda limit: 42 if limit == 1_000_000 else 0)
    assert send(case) == "000042"
    assert tried(case, "42") == "wrong_code"
    assert tried(case, "000042") == "right"
