"""Reserving the id of an act for an access key: by whom, how often, and for what there is to do."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from alliance.lib.errors import Conflict, Throttled
from tests import builders
from tests.charter.test_sign_passkey import WITHDRAW, reserve
from tests.passkeys import SoftwareKey


def test_without_a_key_of_this_host_nothing_is_reserved(case):
    with pytest.raises(ValidationError) as refused:
        reserve(case)
    assert refused.value.code == "no_key"
    SoftwareKey(case.signer, rp_id="portail.ailleurs.invalid")
    with pytest.raises(ValidationError):
        reserve(case)
    SoftwareKey(case.signer)
    assert reserve(case).act == "sign"


def test_thirty_challenges_in_an_hour_and_the_next_waits(case, key):
    at = timezone.now()
    for minute in range(30):
        reserve(case, at=at + timedelta(minutes=minute))
    with pytest.raises(Throttled) as refused:
        reserve(case, at=at + timedelta(minutes=40))
    assert refused.value.retry_after == 20 * 60 + 1
    reserve(case, at=at + timedelta(minutes=61))


def test_nothing_is_reserved_for_what_is_signed_or_not_signed(case, key):
    with pytest.raises(Conflict) as refused:
        reserve(case, act=WITHDRAW)
    assert refused.value.code == "not_signatory"
    builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
    with pytest.raises(Conflict) as refused:
        reserve(case)
    assert refused.value.code == "already_signed"
