"""Random acts upon places of workshops: one after the other against a plain reference, then by eight threads.

A thousand acts of each are in `make faults`.
"""

from datetime import timedelta
from math import inf
from typing import NamedTuple

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from alliance.lib.errors import Conflict
from events.actions import cancel, seats, workshop_places
from events.actions.workshop_places import ask_place, change_places, give_back, leave_list
from events.models import AllocationRun, Convention, Registration, Workshop, WorkshopPlace, WorkshopWait
from tests import builders
from tests.events.wishing import PLAIN, gathering, published, room, someone, workshop
from tests.events.workshop_storm import WorkshopStorm, wrongs

TITLES = "ABCDE"
HOURS = {"A": (0, 1), "B": (0, 1), "C": (1, 2), "D": (0, 2), "E": (2, 3)}
CAPPED = "D"  # one person of an organisation
SEATS = 6


class Wait(NamedTuple):
    """In the order of the lists: wishes first, the dearest first, then the lot, then who asked first."""

    rank: float
    lot: float
    number: int
    who: int
    title: str


class Places(RuleBasedStateMachine):
    """The reference: who sits where and who waits, as plain sets, and what the rules promise after each act."""

    def __init__(self):
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @initialize(wishes=st.lists(st.permutations(TITLES), min_size=9, max_size=9), shift=st.integers(0, 5))
    def publish(self, wishes, shift):
        self.convention = gathering(capacity=SEATS, offer_hours=0)
        workshop(self.convention, title="D", hour=0, capacity=2, organisation_cap=1)
        workshop(self.convention, title="E", hour=2, capacity=1)
        two_hours = self.convention.starts_at + timedelta(hours=2)
        self.convention.programme.filter(title="D").update(ends_at=two_hours)
        homes = [builders.organisation(), None, builders.organisation()]
        self.status, self.home, self.wishes = {}, {}, {}
        for number, titles in enumerate(wishes):
            wished, status = titles[: (number + shift) % 6], "confirmed" if number < SEATS else "waiting"
            made = someone(self.convention, wished, organisation=homes[number % 3], status=status)
            self.status[made.pk], self.home[made.pk], self.wishes[made.pk] = status, homes[number % 3], wished
        self.at = published(self.convention).published_at
        self.places = dict.fromkeys(TITLES, 1) | {"D": 2}
        self.held, self.waits = seen(self.convention)
        self.asked = max((wait.number for wait in self.waits), default=0)

    def begun(self, title: str) -> bool:
        return self.convention.starts_at + timedelta(hours=HOURS[title][0]) <= self.at

    def rank(self, who: int, title: str) -> float:
        return self.wishes[who].index(title) + 1 if title in self.wishes[who] else inf

    def clashing(self, who: int, title: str) -> list[str]:
        (begins, ends) = HOURS[title]
        of_theirs = [other for other in TITLES if (who, other) in self.held]
        return [other for other in of_theirs if HOURS[other][0] < ends and begins < HOURS[other][1]]

    def may_sit(self, wait: Wait) -> bool:
        left = self.clashing(wait.who, wait.title)
        home = self.home[wait.who]
        colleagues = [who for who, title in self.held if title == wait.title and self.home[who] == home]
        return (
            self.status[wait.who] == "confirmed"
            and all(wait.rank < self.rank(wait.who, other) < inf and not self.begun(other) for other in left)
            and not (wait.title == CAPPED and home and colleagues)
        )

    def awaited_by(self, who: int) -> list[str]:
        return [wait.title for wait in sorted(self.waits) if wait.who == who]

    def filled(self, titles: list[str]) -> None:
        """What is free goes to the first who may sit; then what they leave, and what they await at hours now free."""
        freed = list(titles)
        while freed:
            title = freed.pop(0)
            while not self.begun(title) and sum(t == title for _, t in self.held) < self.places[title]:
                found = next((w for w in sorted(self.waits) if w.title == title and self.may_sit(w)), None)
                if found is None:
                    break
                left = self.clashing(found.who, title)
                self.held -= {(found.who, other) for other in left}
                self.held.add((found.who, title))
                self.waits.remove(found)
                freed += left + (self.awaited_by(found.who) if left else [])

    def act(self, refusal: str | None, verb, **given) -> bool:
        """Whether it was done; refused as the reference says, or not at all."""
        if refusal is None:
            verb(**given)
            return True
        with pytest.raises(Conflict) as raised:
            verb(**given)
        assert raised.value.code == refusal
        return False

    def someone(self, choice: int) -> int:
        return list(self.status)[choice % len(self.status)]

    @rule(choice=st.integers(0, 8), title=st.sampled_from(TITLES))
    def ask(self, choice, title):
        who = self.someone(choice)
        reasons = {
            "not_confirmed": self.status[who] != "confirmed",
            "past": self.begun(title),
            "already_in": (who, title) in self.held,
            "overlap": self.clashing(who, title),
            "already_waiting": title in self.awaited_by(who),
        }
        refusal = next((code for code, holds in reasons.items() if holds), None)
        if self.act(refusal, ask_place, registration=registration(who), workshop=room(title), at=self.at):
            self.asked += 1
            self.waits.add(Wait(inf, inf, self.asked, who, title))
            self.filled([title])

    @rule(choice=st.integers(0, 99))
    def give_back(self, choice):
        if self.held:
            who, title = sorted(self.held)[choice % len(self.held)]
            place = WorkshopPlace.objects.get(registration=who, workshop__item__title=title, ended_at=None)
            if self.act("past" if self.begun(title) else None, give_back, place=place, at=self.at):
                self.held.remove((who, title))
                self.filled([title, *self.awaited_by(who)])

    @rule(choice=st.integers(0, 8), title=st.sampled_from(TITLES))
    def leave(self, choice, title):
        who = self.someone(choice)
        refusal = None if title in self.awaited_by(who) else "not_waiting"
        if self.act(refusal, leave_list, registration=registration(who), workshop=room(title)):
            self.waits = {wait for wait in self.waits if (wait.who, wait.title) != (who, title)}

    @rule(title=st.sampled_from(TITLES), places=st.integers(0, 4))
    def resize(self, title, places):
        refusal = "capacity_below_held" if places < sum(t == title for _, t in self.held) else None
        if self.act(refusal, change_places, workshop=room(title), capacity=places, at=self.at):
            self.places[title] = places
            self.filled([title])

    @precondition(lambda self: len([status for status in self.status.values() if status == "confirmed"]) > 3)
    @rule(choice=st.integers(0, 99))
    def cancel(self, choice):
        live = [who for who, status in self.status.items() if status != "cancelled"]
        who = live[choice % len(live)]
        had_a_seat = self.status[who] == "confirmed"
        assert self.act(None, cancel, registration=registration(who), by=None, at=self.at)
        self.status[who] = "cancelled"
        left = [title for title in TITLES if (who, title) in self.held]
        self.held -= {(who, title) for title in left}
        self.waits = {wait for wait in self.waits if wait.who != who}
        self.filled(left)
        waiting = [each for each, status in self.status.items() if status == "waiting"]
        if had_a_seat and waiting:
            self.status[waiting[0]] = "confirmed"
            self.filled(self.awaited_by(waiting[0]))

    @rule(half_hours=st.integers(0, 40))
    def time_passes(self, half_hours):
        """The day itself begins but rarely: afterwards little may change."""
        if half_hours < 4:
            self.at = max(self.at, self.convention.starts_at + timedelta(minutes=30 * half_hours))

    @invariant()
    def each_is_where_they_should_be(self):
        held, waits = seen(self.convention)
        assert held == self.held
        order = [[(w.title, w.who) for w in sorted(these)] for these in (waits, self.waits)]
        assert order[0] == order[1]
        assert wrongs(self.convention, self.at) == []


def registration(pk: int) -> Registration:
    return Registration.objects.get(pk=pk)


def seen(convention: Convention) -> tuple[set[tuple[int, str]], set[Wait]]:
    """Who holds a place where, and who waits, as the rows say."""
    of = {"workshop__item__convention": convention}
    title = "workshop__item__title"
    held = set(WorkshopPlace.objects.filter(ended_at=None, **of).values_list("registration", title))
    rows = WorkshopWait.objects.filter(**of).values_list("rank", "lot", "pk", "registration", title)
    return held, {Wait(rank or inf, lot or inf, *rest) for rank, lot, *rest in rows}


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
    run_machine(Places, settings=chosen)


@pytest.mark.django_db
def test_each_act_upon_places_leaves_each_where_a_plain_reference_says():
    play(2, 12)


@pytest.mark.django_db
def test_control_without_looking_again_at_what_they_await_a_place_is_left_to_nobody(monkeypatch):
    for module in (workshop_places, seats):
        monkeypatch.setattr(module, "awaited_by", lambda registration: [])
    with pytest.raises(AssertionError):
        play(30, 30, phases=(Phase.generate,))


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_leave_no_place_to_nobody_and_nobody_in_two_at_once():
    storm = WorkshopStorm(1)
    for _ in range(2):
        storm.blow(64)
        assert wrongs(storm.convention, timezone.now()) == []


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_same_storm_breaks_the_rules(monkeypatch):
    monkeypatch.setattr(type(Convention.objects.all()), "locked", lambda rows, pk: rows.get(pk=pk))
    storm = WorkshopStorm(1)
    with pytest.raises((IntegrityError, OperationalError, AssertionError)):
        for _ in range(8):
            storm.blow(64)  # the checks at commit refuse what a writer without the lock would have given twice
            assert wrongs(storm.convention, timezone.now()) == []


@pytest.mark.django_db
def test_control_the_judge_sees_each_rule_broken():
    convention = gathering()
    for title in "AB":
        Workshop.objects.filter(item__title=title).update(organisation_cap=1)
    home = builders.organisation()
    one, two = (someone(convention, "", organisation=home) for _ in range(2))
    at = timezone.now()
    told = {"seed": "1", "parameters": PLAIN, "input": {}, "input_digest": "", "is_proven": True, "made_at": at}
    AllocationRun.objects.create(convention=convention, state="published", published_at=at, **told)
    assert wrongs(convention, at) == []
    WorkshopWait.objects.create(registration=one, workshop=room("C"), asked_at=at)
    assert wrongs(convention, at) == [f"a place for nobody: C for {one.pk}"]
    WorkshopWait.objects.all().delete()
    with transaction.atomic():
        for who, title in ((one, "A"), (two, "A"), (one, "B")):
            WorkshopPlace.objects.create(registration=who, workshop=room(title), source="chosen", given_at=at)
        Registration.objects.filter(pk=two.pk).update(status="waiting")
        broken = ["oversold: A", f"not confirmed: {two.pk}", f"two at once: {one.pk}", "over the cap: A"]
        assert wrongs(convention, at) == broken
        transaction.set_rollback(True)
