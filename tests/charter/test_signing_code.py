"""The typed code: one person, one organisation, one version, one browser session; ten minutes, once, five tries."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from alliance.lib.errors import Conflict, Throttled
from charter.actions.codes import PostDown, check_code, send_signing_code, waiting_code
from charter.models import SigningCode
from tests import builders
from tests.charter.signing import SESSION, last_code


def send(case, **changed):
    return send_signing_code(**{**case.act, "user": case.signer, "session": SESSION, **changed})


def check(case, code, **changed):
    at = changed.pop("at", timezone.now())
    return check_code(**{**case.act, "user": case.signer, "session": SESSION, "code": code, "at": at, **changed})


def refusal_code(case, code, **changed) -> str:
    with pytest.raises(ValidationError) as refusal:
        check(case, code, **changed)
    return refusal.value.code


def test_the_right_code_is_accepted_and_only_its_hash_is_kept(case):
    kept = send(case)
    assert check(case, last_code()) == kept
    assert last_code() not in kept.code_hash


def test_a_code_holds_for_one_person_organisation_version_and_session(case):
    send(case)
    code = last_code()
    for changed in (
        {"session": "another-browser"},
        {"user": builders.user()},
        {"organisation": builders.organisation()},
        {"version": builders.charter_version()},
    ):
        assert refusal_code(case, code, **changed) == "no_code"


def test_a_code_dies_after_ten_minutes(case):
    sent = send(case).sent_at
    code = last_code()
    assert refusal_code(case, code, at=sent + timedelta(minutes=10)) == "expired_code"
    check(case, code, at=sent + timedelta(minutes=9, seconds=59))


def test_five_wrong_tries_and_the_right_code_no_longer_passes(case):
    send(case)
    code = last_code()
    wrong = "000000" if code != "000000" else "111111"
    assert [refusal_code(case, wrong) for _ in range(5)] == ["wrong_code"] * 4 + ["too_many_tries"]
    assert refusal_code(case, code) == "too_many_tries"


def test_a_new_code_replaces_the_former(case):
    send(case)
    former = last_code()
    send(case)
    assert former == last_code() or refusal_code(case, former) == "wrong_code"
    check(case, last_code())


def test_six_codes_in_an_hour_and_the_seventh_waits(case):
    at = timezone.now()
    for minute in range(6):
        send(case, at=at + timedelta(minutes=minute))
    with pytest.raises(Throttled) as refusal:
        send(case, at=at + timedelta(minutes=10))
    assert refusal.value.retry_after == 50 * 60 + 1
    send(case, at=at + timedelta(minutes=61))


def test_no_code_for_what_is_signed_already(case):
    builders.signature(case.organisation, case.version)
    with pytest.raises(Conflict) as refusal:
        send(case)
    assert refusal.value.code == "already_signed"


def test_when_the_post_is_down_the_former_code_still_holds(case, smtp_server):
    send(case)
    code = smtp_server.messages[-1].get_body(("plain",)).get_content().splitlines()
    smtp_server.stop()
    with pytest.raises(PostDown):
        send(case)
    assert SigningCode.objects.count() == 1
    check(case, next(line for line in code if line.isdigit()))


def test_the_waiting_code_is_seen_until_it_dies(case):
    at = timezone.now()
    asked = {**case.act, "user": case.signer, "session": SESSION}
    assert waiting_code(**asked, at=at) is None
    sent = send(case, at=at)
    assert waiting_code(**asked, at=at) == sent
    assert waiting_code(**asked, at=at + timedelta(minutes=10)) is None
    SigningCode.objects.update(used_at=at)
    assert waiting_code(**asked, at=at) is None
