"""Giving a seat back: it is offered to the first waiting in the same transaction."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from events.actions import cancel
from events.models import Convention, Registration
from tests import builders
from tests.events.waiting import rival, wait_until_one_waits


@pytest.fixture
def full(db):
    """A Convention of one seat that is taken, and two who wait."""
    convention = builders.convention(capacity=1)
    return [builders.registration(convention, status=s) for s in ("confirmed", "waiting", "waiting")]


def states():
    return list(Registration.objects.order_by("pk").values_list("status", flat=True))


def works():
    return list(Owed.objects.order_by("pk").values_list("work", "args"))


def test_a_freed_seat_is_offered_to_the_first_waiting_with_a_mail_to_both(full):
    seated, first, second = full
    at = timezone.now()
    person = builders.user()
    cancelled = cancel(registration=seated, by=person, at=at)
    assert (cancelled.status, cancelled.cancelled_at, cancelled.cancelled_by) == ("cancelled", at, person)
    assert cancelled.sequence == 1
    first.refresh_from_db()
    assert (first.status, first.confirmed_at, first.sequence) == ("offered", None, 0)
    assert (first.offered_at, first.offer_ends_at) == (at, first.convention.offer_term(at))
    assert [r.rank for r in Registration.objects.with_rank().filter(pk=second.pk)] == [1]
    assert works() == [
        ("events.send_cancellation", [seated.pk]),
        ("events.send_offer", [first.pk, at.isoformat()]),
        ("events.send_offer_reminder", [first.pk, at.isoformat()]),
        ("events.pass_lapsed_offers", [first.convention_id]),
    ]


def test_leaving_the_waiting_list_frees_no_seat(full):
    cancel(registration=full[1], by=None, at=timezone.now())
    assert states() == ["confirmed", "cancelled", "waiting"]
    assert works() == [("events.send_cancellation", [full[1].pk])]


def test_without_its_mail_to_the_first_waiting_nothing_is_cancelled_either(full):
    """Same transaction: when the offer cannot be written, the cancellation is not."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE outbox_owed ADD CHECK (work <> 'events.send_offer')")
    with pytest.raises(IntegrityError), transaction.atomic():
        cancel(registration=full[0], by=None, at=timezone.now())
    assert (states(), works()) == (["confirmed", "waiting", "waiting"], [])


def test_control_with_its_mail_the_same_cancellation_is_done(full):
    cancel(registration=full[0], by=None, at=timezone.now())
    assert states() == ["cancelled", "offered", "waiting"]


def test_a_registration_is_cancelled_once(full):
    cancel(registration=full[0], by=None, at=timezone.now())
    with pytest.raises(Conflict) as refusal:
        cancel(registration=full[0], by=None, at=timezone.now())
    assert refusal.value.code == "already_cancelled"
    assert refusal.value.messages == ["Cette inscription est déjà annulée."]
    assert states() == ["cancelled", "offered", "waiting"]


def test_what_is_over_is_not_cancelled_any_more(full):
    with pytest.raises(Conflict) as refusal:
        cancel(registration=full[0], by=None, at=full[0].convention.ends_at)
    assert refusal.value.code == "past"
    assert states() == ["confirmed", "waiting", "waiting"]


def test_nobody_is_seated_in_a_convention_that_is_cancelled(full):
    Convention.objects.update(state="cancelled")
    cancel(registration=full[0], by=None, at=timezone.now())
    assert states() == ["cancelled", "waiting", "waiting"]


def test_a_seat_that_is_offered_stays_taken(full):
    Convention.objects.update(capacity=2)
    offered = builders.registration(full[0].convention, status="offered")
    cancel(registration=full[0], by=None, at=timezone.now())
    assert states() == ["cancelled", "offered", "waiting", "offered"]
    cancel(registration=offered, by=None, at=timezone.now())
    assert states() == ["cancelled", "offered", "offered", "cancelled"]


@pytest.mark.parametrize(("hours", "status"), [(24, "offered"), (0, "confirmed")])
def test_whoever_registered_while_the_canceller_waited_is_given_nothing_before_having_registered(full, hours, status):
    Convention.objects.update(offer_hours=hours)
    early = timezone.now()
    late = early + timedelta(seconds=3)
    Registration.objects.filter(pk=full[1].pk).update(registered_at=late)
    cancel(registration=full[0], by=None, at=early)
    full[1].refresh_from_db()
    assert (full[1].status, full[1].confirmed_at or full[1].offered_at) == (status, late)


@pytest.mark.django_db(transaction=True)
def test_two_cancellations_at_once_are_offered_to_the_first_two_waiting():
    convention = builders.convention(capacity=2)
    made = [builders.registration(convention, status=s) for s in ("confirmed", "confirmed", *["waiting"] * 3)]

    def give_back(registration):
        return cancel(registration=registration, by=None, at=timezone.now())

    with transaction.atomic():
        Convention.objects.locked(convention.pk)
        other = rival(give_back, made[1])
        wait_until_one_waits()
        give_back(made[0])
    assert other.result().status == "cancelled"
    assert states() == ["cancelled", "cancelled", "offered", "offered", "waiting"]
