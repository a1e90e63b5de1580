"""A seat that is offered: its term, its answers, and who is next. No seat is left to nobody while somebody waits."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from events.actions import accept_offer, cancel, change_capacity, decline_offer, register
from events.actions.offers import serve_those_who_wait
from events.jobs import pass_offers
from events.models import Convention, Registration, SeatQuota
from events.models.offer_terms import LAST_HOURS, offer_term, reminder_of
from tests import builders

NOON = datetime(2027, 3, 9, 11, 0, tzinfo=UTC)  # a Tuesday, 12 h in Paris


@pytest.fixture
def offered(db):
    """One seat that is offered until tomorrow, and two who wait."""
    convention = builders.convention(capacity=1)
    return [builders.registration(convention, status=s) for s in ("offered", "waiting", "waiting")]


def states():
    return list(Registration.objects.order_by("pk").values_list("status", flat=True))


def works():
    return list(Owed.objects.order_by("pk").values_list("work", flat=True))


OFFER = ["events.send_offer", "events.send_offer_reminder", "events.pass_lapsed_offers"]


def test_taking_the_seat_confirms_it_with_the_letter_that_has_the_entry_for_the_calendar(offered):
    at = timezone.now()
    taken = accept_offer(registration=offered[0], by=None, at=at)
    assert (taken.status, taken.confirmed_at, taken.sequence) == ("confirmed", at, 1)
    assert states() == ["confirmed", "waiting", "waiting"]
    assert list(Owed.objects.values_list("work", "args")) == [
        ("events.send_registration_receipt", [taken.pk, "confirmed"])
    ]


def test_leaving_the_seat_offers_it_to_the_next(offered):
    at = timezone.now()
    left = decline_offer(registration=offered[0], by=None, at=at)
    assert (left.status, left.declined_at) == ("declined", at)
    assert states() == ["declined", "offered", "waiting"]
    assert works() == ["events.send_declined", *OFFER]


@pytest.mark.parametrize("answer", [accept_offer, decline_offer])
def test_too_late_the_seat_is_the_next_one_s_and_the_refusal_leaves_it_so(offered, answer):
    with pytest.raises(Conflict) as refusal:
        answer(registration=offered[0], by=None, at=offered[0].offer_ends_at)
    assert refusal.value.code == "offer_expired"
    assert states() == ["expired", "offered", "waiting"]
    assert works() == ["events.send_offer_expired", *OFFER]


def test_at_the_last_second_it_is_in_time(offered):
    accept_offer(registration=offered[0], by=None, at=offered[0].offer_ends_at - timedelta(seconds=1))
    assert states() == ["confirmed", "waiting", "waiting"]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("confirmed", "already_confirmed"),
        ("waiting", "not_offered"),
        ("declined", "already_declined"),
        ("cancelled", "already_cancelled"),
    ],
)
@pytest.mark.django_db
def test_what_is_not_offered_is_not_answered(status, code):
    convention = builders.convention(capacity=1)
    builders.registration(convention, status="offered")
    other = builders.registration(builders.convention(capacity=status == "confirmed"), status=status)
    for answer in (accept_offer, decline_offer):
        with pytest.raises(Conflict) as refusal:
            answer(registration=other, by=None, at=timezone.now())
        assert refusal.value.code == code
    other.refresh_from_db()
    assert other.status == status


def test_a_convention_that_is_cancelled_or_over_gives_no_seat(offered):
    with pytest.raises(Conflict) as refusal:
        accept_offer(registration=offered[0], by=None, at=offered[0].convention.ends_at)
    assert refusal.value.code == "past"
    Convention.objects.update(state="cancelled")
    with pytest.raises(Conflict) as refusal:
        accept_offer(registration=offered[0], by=None, at=timezone.now())
    assert (refusal.value.code, states()) == ("convention_cancelled", ["offered", "waiting", "waiting"])


def test_the_clock_passes_on_what_nobody_took_and_only_once(offered, time_machine):
    assert pass_offers() == 0
    time_machine.move_to(offered[0].offer_ends_at, tick=False)
    assert pass_offers() == 1
    assert states() == ["expired", "offered", "waiting"]
    assert pass_offers() == 0


@pytest.mark.parametrize("act", ["register", "cancel"])
def test_without_the_clock_the_next_act_passes_it_on(offered, act):
    at = offered[0].offer_ends_at
    if act == "register":
        new = register(
            convention=offered[0].convention, name="Ana", email="a@test.invalid", organisation=None, by=None, at=at
        )
        assert new.status == "waiting"
    else:
        cancel(registration=offered[2], by=None, at=at)
    assert states()[:2] == ["expired", "offered"]


def test_each_offer_owes_its_own_end_at_its_term(offered):
    decline_offer(registration=offered[0], by=None, at=timezone.now())
    offered[1].refresh_from_db()
    owed = Owed.objects.get(work="events.pass_lapsed_offers")
    assert (owed.due_at, owed.args) == (offered[1].offer_ends_at, [offered[1].convention_id])
    reminder = Owed.objects.get(work="events.send_offer_reminder")
    assert reminder.due_at == offered[1].offer_ends_at - timedelta(hours=2)


def test_whoever_let_it_pass_may_register_again_at_the_end(offered):
    at = offered[0].offer_ends_at
    serve_those_who_wait(convention=offered[0].convention, at=at)
    attendee = offered[0].attendee
    again = register(
        convention=offered[0].convention, name="Ana", email=attendee.email, organisation=None, by=None, at=at
    )
    assert states() == ["expired", "offered", "waiting", "waiting"]
    assert Registration.objects.with_rank().get(pk=again.pk).rank == 2


def test_fewer_seats_withdraw_the_last_offers_kindly_and_each_keeps_their_turn(db):
    convention = builders.convention(capacity=3)
    made = [builders.registration(convention, status=s) for s in ("confirmed", "offered", "offered", "waiting")]
    change_capacity(convention=convention, capacity=2, by=None, at=timezone.now())
    assert states() == ["confirmed", "offered", "waiting", "waiting"]
    made[2].refresh_from_db()
    assert (made[2].offered_at, made[2].offer_ends_at, works()) == (None, None, ["events.send_offer_withdrawn"])
    change_capacity(convention=convention, capacity=3, by=None, at=timezone.now())
    assert states() == ["confirmed", "offered", "offered", "waiting"]


def test_fewer_seats_of_a_convention_that_was_called_off_are_no_error(offered):
    Convention.objects.update(state="cancelled")
    change_capacity(convention=offered[0].convention, capacity=0, by=None, at=timezone.now())
    assert states() == ["waiting", "waiting", "waiting"]


@pytest.mark.parametrize(("left", "status"), [(LAST_HOURS, "confirmed"), (LAST_HOURS * 2, "offered")])
def test_in_the_last_hours_a_seat_is_confirmed_at_once(db, left, status):
    convention = builders.convention(capacity=1, starts_at=timezone.now() + left)
    seated, waiting = (builders.registration(convention, status=s) for s in ("confirmed", "waiting"))
    cancel(registration=seated, by=None, at=timezone.now())
    waiting.refresh_from_db()
    assert waiting.status == status
    assert works()[1] == ("events.send_promotion" if status == "confirmed" else "events.send_offer")


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_offer_more_seats_than_there_are():
    convention = builders.convention(capacity=1)
    builders.registration(convention)
    with pytest.raises(IntegrityError, match="2 seats held for 1 seats"):
        builders.registration(convention, status="offered")
    builders.registration(convention, status="waiting")
    with pytest.raises(IntegrityError, match="2 seats held for 1 seats"), transaction.atomic():
        at = timezone.now()
        Registration.objects.filter(status="waiting").update(
            status="offered", offered_at=at, offer_ends_at=at + timedelta(hours=1)
        )
    with pytest.raises(IntegrityError, match="registration_offered_has_a_term"), transaction.atomic():
        Registration.objects.filter(status="waiting").update(status="offered")


@pytest.mark.django_db(transaction=True)
def test_control_without_the_check_more_seats_are_offered_than_there_are():
    convention = builders.convention(capacity=1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_registration DISABLE TRIGGER registration_not_oversold")
        try:
            builders.registration(convention)
            builders.registration(convention, status="offered")
            assert convention.registrations.seated().count() == 2
        finally:
            Registration.objects.all().delete()
            cursor.execute("ALTER TABLE events_registration ENABLE TRIGGER registration_not_oversold")


@pytest.mark.parametrize(
    ("at", "hours", "days", "term"),
    [
        (NOON, 24, 30, NOON + timedelta(hours=24)),
        (NOON, 6, 30, NOON + timedelta(hours=6)),
        (NOON, 24, 2, datetime(2027, 3, 10, 9, 0, tzinfo=UTC)),  # a quarter of what is left ends at midnight: 10 h
        (NOON + timedelta(hours=9), 4, 30, datetime(2027, 3, 10, 11, 0, tzinfo=UTC)),  # at 21 h: from 8 h on
        (NOON + timedelta(hours=15), 24, 30, datetime(2027, 3, 11, 9, 0, tzinfo=UTC)),  # at 3 h: 8 h the day after
        (NOON, 24, 1, None),
        (NOON, 0, 30, None),
    ],
)
def test_terms(at, hours, days, term):
    assert offer_term(starts_at=NOON + timedelta(days=days), hours=hours, at=at) == term


@given(
    st.integers(0, 366 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    st.integers(1, 168),
    st.timedeltas(timedelta(hours=24, seconds=1), timedelta(days=60)),
)
@example(datetime(2027, 3, 23, 6, 1, tzinfo=UTC), 122, timedelta(days=21))
def test_a_term_leaves_waking_hours_to_answer_and_comes_before_the_start(at, hours, left):
    term = offer_term(starts_at=at + left, hours=hours, at=at)
    local = timezone.localtime(term)
    assert at + min(timedelta(hours=hours), left / 4) <= term < at + left
    assert time(10) <= local.time() < time(20)
    begins = timezone.localtime(at)
    if not time(8) <= begins.time() < time(20):
        assert term - at >= timedelta(hours=1) + min(timedelta(hours=1), left / 8)
    if reminder := reminder_of(offered_at=at, term=term):
        assert time(8) <= timezone.localtime(reminder).time() < time(20)


@pytest.mark.django_db
def test_seats_kept_for_some_are_theirs_first_then_everybody_s():
    convention = builders.convention(capacity=3)
    SeatQuota.objects.create(convention=convention, audience="network", seats=1)
    head = builders.organisation(kind="network")
    local = builders.organisation()

    def seat(name, organisation=None):
        return register(
            convention=convention, name=name, email=f"{name}@test.invalid", organisation=organisation, by=None,
            at=timezone.now(),
        )  # fmt: skip

    made = [seat("a", local), seat("b"), seat("c", local), seat("d", head), seat("e", head)]
    assert [(r.audience, r.status) for r in made] == [
        ("partner", "confirmed"),
        ("public", "confirmed"),
        ("partner", "waiting"),
        ("network", "confirmed"),
        ("network", "waiting"),
    ]
    cancel(registration=made[3], by=None, at=timezone.now())  # a kept seat goes to the first network, not the first
    assert states() == ["confirmed", "confirmed", "waiting", "cancelled", "offered"]
    cancel(registration=made[1], by=None, at=timezone.now())  # a common one to the first of all
    assert states() == ["confirmed", "cancelled", "offered", "cancelled", "offered"]


@pytest.mark.django_db
def test_kept_seats_that_nobody_took_go_to_those_who_wait_when_their_time_is_over(time_machine):
    convention = builders.convention(capacity=1, quotas_end_at=timezone.now() + timedelta(days=5))
    SeatQuota.objects.create(convention=convention, audience="network", seats=1)
    waiting = builders.registration(convention, status="waiting")
    assert pass_offers() == 0
    time_machine.move_to(convention.quotas_end_at)
    assert pass_offers() == 1
    waiting.refresh_from_db()
    assert waiting.status == "offered"


@pytest.mark.django_db
def test_an_agent_comes_as_la_poste():
    assert builders.attendee(user=builders.staff()).audience == "poste"
