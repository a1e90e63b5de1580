"""Random acts, one after the other against a plain reference, then by eight threads: no seat is sold twice or lost.

50 storms of 1,000 acts are in `make faults`.
"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from alliance.lib.errors import Conflict
from events.actions import accept_offer, cancel, change_capacity, decline_offer, register
from events.actions.offers import serve_those_who_wait
from events.actions.seats import room_of, settle
from events.models import Convention, Registration
from tests import builders
from tests.events.storm import Storm, book, breaches, pages


class Seats(RuleBasedStateMachine):
    """The reference: states and terms in the order of arrival, and what is right after each act."""

    def __init__(self):
        super().__init__()
        self.at = timezone.now()
        self.convention = builders.convention(capacity=2, starts_at=self.at + timedelta(days=3000))
        self.capacity, self.rows = 2, []
        for _ in range(4):
            self.arrive()

    def settled(self) -> None:
        for row in self.rows:
            if row["status"] == "offered" and row["term"] <= self.at:
                row["status"] = "expired"
        for row in reversed(self.rows):
            if row["status"] == "offered" and self.free < 0:
                row["status"] = "waiting"
        for row in self.rows:
            if row["status"] == "waiting" and self.free > 0:
                row |= {"status": "offered", "term": self.convention.offer_term(self.at)}

    @property
    def free(self) -> int:
        return self.capacity - sum(row["status"] in {"confirmed", "offered"} for row in self.rows)

    def arrive(self) -> None:
        self.settled()
        email = f"machine{len(self.rows)}@test.invalid"
        told = {"name": "Essai", "email": email, "organisation": None, "by": None}
        made = register(convention=self.convention, at=self.at, **told)
        self.rows.append({"pk": made.pk, "status": "confirmed" if self.free > 0 else "waiting", "term": None})

    @rule()
    def register(self):
        self.arrive()

    @rule(choice=st.integers(0, 99), verb=st.sampled_from([cancel, accept_offer, decline_offer]))
    def answer(self, choice, verb):
        row = self.rows[choice % len(self.rows)]
        if verb is cancel:
            right = row["status"] in {"confirmed", "offered", "waiting"}
        else:
            self.settled()
            right = row["status"] == "offered"
        try:
            verb(registration=Registration.objects.get(pk=row["pk"]), by=None, at=self.at)
        except Conflict:
            assert not right
        else:
            assert right
            row["status"] = {cancel: "cancelled", accept_offer: "confirmed", decline_offer: "declined"}[verb]
            self.settled()

    @rule(capacity=st.integers(0, 5))
    def resize(self, capacity):
        right = capacity >= sum(row["status"] == "confirmed" for row in self.rows)
        try:
            change_capacity(convention=self.convention, capacity=capacity, by=None, at=self.at)
        except Conflict:
            assert not right
        else:
            assert right
            self.capacity = capacity
            self.settled()

    @rule(hours=st.integers(0, 60))
    def time_passes(self, hours):
        self.at += timedelta(hours=hours)
        serve_those_who_wait(convention=self.convention, at=self.at)
        self.settled()

    @invariant()
    def each_is_where_they_should_be(self):
        held = list(self.convention.registrations.order_by("pk").values_list("pk", "status", flat=False))
        assert held == [(row["pk"], row["status"]) for row in self.rows]
        assert self.free >= 0
        assert not (self.free and any(row["status"] == "waiting" for row in self.rows))


def play(examples: int, steps: int, *, phases: tuple[Phase, ...] = tuple(Phase)) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=phases,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Seats, settings=chosen)


@pytest.mark.django_db
def test_each_act_leaves_each_where_a_plain_reference_says():
    play(4, 15)


@pytest.mark.django_db
def test_control_without_the_next_step_a_free_seat_is_left_to_nobody(monkeypatch):
    monkeypatch.setattr("events.actions.registration.settle", room_of)  # what is left, and nothing is given
    with pytest.raises(AssertionError):
        play(20, 20, phases=(Phase.generate,))


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_sell_no_seat_twice_and_leave_none_to_nobody():
    with book():
        storm = Storm(1)
        for _ in range(2):
            storm.blow(64)
            assert storm.at_rest() == []
        assert breaches() == []
        assert pages() > 64


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_same_storm_breaks_the_rule(monkeypatch):
    monkeypatch.setattr(type(Convention.objects.all()), "locked", lambda rows, pk: rows.get(pk=pk))
    with book():
        storm = Storm(1)
        with pytest.raises((IntegrityError, OperationalError, AssertionError)):
            for _ in range(8):
                storm.blow(64)  # the check at commit refuses what a writer without the lock would have sold twice
                assert storm.at_rest() == []
                assert breaches() == []


@pytest.mark.django_db(transaction=True)
def test_control_without_passing_on_the_book_tells_of_a_ghost(monkeypatch):
    def forgetful(convention, *, at):
        if convention.registrations.waiting().count() < 2:
            return settle(convention, at=at)
        return room_of(convention, at=at)

    monkeypatch.setattr("events.actions.registration.settle", forgetful)
    with book():
        storm = Storm(2)
        for _ in range(4):
            storm.blow(32)
            if breaches():
                return
    raise AssertionError("the book told of nothing")
