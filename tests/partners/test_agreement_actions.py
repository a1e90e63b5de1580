"""Agreements are put in force and ended by a person, within the perimeter."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from alliance.lib.errors import Conflict
from partners.actions.agreements import activate_agreement, end_agreement
from tests import builders

pytestmark = pytest.mark.django_db


def test_a_draft_with_a_start_is_put_in_force():
    assert activate_agreement(agreement=builders.agreement(state="draft"), by=builders.staff()).state == "active"


@pytest.mark.parametrize(
    ("fields", "code"), [({"state": "active"}, "not_draft"), ({"state": "draft", "starts_on": None}, "no_start")]
)
def test_what_cannot_be_put_in_force_is_a_conflict(fields, code):
    with pytest.raises(Conflict) as refusal:
        activate_agreement(agreement=builders.agreement(**fields), by=builders.staff())
    assert refusal.value.code == code


@time_machine.travel("2026-03-01 10:00:00Z")
@pytest.mark.parametrize(
    ("agreed", "kept"),
    [(None, date(2026, 3, 1)), (date(2026, 12, 31), date(2026, 3, 1)), (date(2026, 2, 1), date(2026, 2, 1))],
)
def test_an_ended_agreement_keeps_its_last_day(agreed, kept):
    agreement = end_agreement(agreement=builders.agreement(ends_on=agreed), by=builders.staff())
    assert (agreement.state, agreement.ends_on) == ("ended", kept)


def test_ending_twice_is_a_conflict():
    with pytest.raises(Conflict) as refusal:
        end_agreement(agreement=builders.agreement(state="ended"), by=builders.staff())
    assert refusal.value.code == "not_active"


def test_a_delegate_of_another_region_ends_nothing():
    agreement = builders.agreement(builders.organisation(commune=builders.commune()))
    elsewhere = builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")])
    with pytest.raises(PermissionDenied):
        end_agreement(agreement=agreement, by=elsewhere)
