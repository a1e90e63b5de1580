"""Before the signature: invite, transmit, announce a deliberation."""

from datetime import datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from charter.actions.prepare import announce_deliberation, invite_to_sign, representatives, transmit
from charter.models import Deliberation, Transmission
from tests import builders


def code_of(action, **arguments) -> str:
    with pytest.raises(Conflict) as refusal:
        action(**arguments)
    return refusal.value.code


def works() -> list:
    return list(Owed.objects.order_by("pk").values_list("work", "args"))


@pytest.fixture
def preparer(case):
    person = builders.user(full_name="Zoé Essai")
    builders.membership(person, case.organisation, "contributor")
    return person


def test_representatives_hold_the_role_or_a_running_mandate_and_are_still_here(case, preparer):
    mandated = builders.user(full_name="Alix Essai")
    builders.membership(mandated, case.organisation, "reader")
    builders.mandate(case.organisation, mandated)
    builders.mandate(case.organisation, builders.user())  # left the organisation
    left = builders.user()
    builders.membership(left, case.organisation, "signatory", starts_on="2020-01-01", ends_on="2021-01-01")
    assert list(representatives(case.organisation, timezone.localdate())) == [mandated, case.signer]


def test_transmitting_writes_to_each_representative_once_a_day(case, preparer):
    at = timezone.now()
    [sent] = transmit(**case.act, sender=preparer, at=at)
    assert (sent.sender, sent.recipient) == (preparer, case.signer)
    assert works() == [("charter.send_transmission", [sent.pk])]
    assert code_of(transmit, **case.act, sender=preparer, at=at) == "already_transmitted"
    assert len(transmit(**case.act, sender=preparer, at=at + timedelta(hours=25))) == 1


def test_nobody_to_transmit_to_is_said(case):
    assert code_of(transmit, **case.act, sender=case.signer) == "no_representative"
    assert not Transmission.objects.exists()


def test_a_deliberation_is_kept_and_reminded_that_morning(case, preparer):
    at = timezone.now()
    day = timezone.localdate(at) + timedelta(days=12)
    deliberation = announce_deliberation(**case.act, by=preparer, meets_on=day, at=at)
    owed = Owed.objects.get()
    assert (owed.work, owed.args) == ("charter.send_deliberation_reminder", [deliberation.pk, day.isoformat()])
    morning = datetime.combine(day, time(8), timezone.get_current_timezone())
    assert owed.due_at == morning


def test_the_same_day_twice_owes_one_reminder_and_another_day_replaces(case, preparer):
    day = timezone.localdate() + timedelta(days=12)
    announce_deliberation(**case.act, by=preparer, meets_on=day)
    announce_deliberation(**case.act, by=preparer, meets_on=day)
    assert Owed.objects.count() == 1
    announce_deliberation(**case.act, by=preparer, meets_on=day + timedelta(days=1))
    assert Deliberation.objects.get().meets_on == day + timedelta(days=1)


@pytest.mark.parametrize(("days", "code"), [(-1, "past"), (367, "too_far")])
def test_a_deliberation_is_within_the_coming_year(case, preparer, days, code):
    with pytest.raises(ValidationError) as refusal:
        announce_deliberation(**case.act, by=preparer, meets_on=timezone.localdate() + timedelta(days=days))
    assert refusal.value.error_dict["meets_on"][0].code == code
    assert not Deliberation.objects.exists()


def test_staff_invite_the_representatives(case):
    assert invite_to_sign(**case.act, by=builders.staff()) == [case.signer]
    assert works() == [("charter.send_invitation", [case.organisation.pk, case.version.pk, case.signer.pk])]


def test_only_staff_of_the_perimeter_invite(case):
    for person in (case.signer, builders.staff(regions=[builders.region()])):
        with pytest.raises(PermissionDenied):
            invite_to_sign(**case.act, by=person)


def test_an_organisation_without_representative_is_not_invited(case):
    empty = {"organisation": builders.organisation(), "version": case.version}
    assert code_of(invite_to_sign, **empty, by=builders.staff()) == "no_representative"


def test_nothing_is_prepared_for_what_is_signed(case, preparer):
    builders.signature(case.organisation, case.version)
    assert code_of(transmit, **case.act, sender=preparer) == "already_signed"
    assert code_of(invite_to_sign, **case.act, by=builders.staff()) == "already_signed"
    day = timezone.localdate()
    assert code_of(announce_deliberation, **case.act, by=preparer, meets_on=day) == "already_signed"
