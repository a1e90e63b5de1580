"""One order of locks in all that changes seats: the Convention's row before any other, so that no two acts wait for
each other. (They did: registering wrote the person before it queued, a door queued before it wrote the person.)"""

import re
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.portal.actions import erasure
from events.actions import cancel, register
from events.actions.convention import change_capacity
from events.actions.guests import ask_invitation, come, decline
from events.actions.offers import accept_offer, decline_offer
from events.actions.walk_ins import let_in, walk_in
from events.models import Attendee, Convention, Registration
from partners.models import User
from tests import builders
from tests.events.at_the_door import a_door, gathering, somebody
from tests.events.waiting import rival, wait_until_one_waits

HOLDS = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b|.*\bFOR (NO KEY )?UPDATE\b", re.DOTALL)
QUEUE = re.compile(r'SELECT .* FROM "events_convention" .* FOR NO KEY UPDATE', re.DOTALL)
ANA = "ana@test.invalid"


def seat(convention, email=ANA) -> Registration:
    given = {"name": "Ana Essai", "organisation": None, "by": None, "at": timezone.now()}
    return register(convention=convention, email=email, **given)


def enter(act, convention, **given) -> Registration:
    at, door = timezone.now(), convention.doors.first()
    return act(door=door, key=uuid4(), at=at, happened_at=at, **given).registration


def walk(convention, email=ANA) -> Registration:
    return enter(walk_in, convention, name="Ana Essai", email=email, affiliation="")


def world(convention) -> dict:
    """Each act upon seats, with the people it needs."""
    at = timezone.now()
    a_door(convention)
    builders.attendee(name="Ana", email=ANA)  # known: either act would write her row
    confirmed, waiting = somebody(convention), somebody(convention, status="waiting")
    taken, left = somebody(convention, status="offered"), somebody(convention, status="offered")
    leaving = builders.user("part@test.invalid")
    somebody(convention, user=leaving, email=leaving.email)
    guests = [ask_invitation(convention=convention, email=f"{name}@test.invalid", at=at) for name in ("fa", "la")]
    return {
        "register, known": lambda: seat(convention),
        "register, new": lambda: seat(convention, "neuve@test.invalid"),
        "walk in, known": lambda: walk(convention),
        "walk in, new": lambda: walk(convention, "neuve@test.invalid"),
        "let in": lambda: enter(let_in, convention, registration=waiting),
        "cancel": lambda: cancel(registration=confirmed, by=None, at=at),
        "accept": lambda: accept_offer(registration=taken, by=None, at=at),
        "decline": lambda: decline_offer(registration=left, by=None, at=at),
        "come": lambda: come(guest=guests[0], name="Fa", at=at),
        "do not come": lambda: decline(guest=guests[1], at=at),
        "erase": lambda: erasure.erase_person(person=leaving, at=at),
        "capacity": lambda: change_capacity(convention=convention, capacity=30, by=None, at=at),
    }


def first_hold(act) -> str:
    """The first statement that holds a row, or writes one."""
    with CaptureQueriesContext(connection) as said:
        act()
    return next(each["sql"] for each in said if HOLDS.match(each["sql"]))


@pytest.mark.django_db
def test_the_row_of_the_convention_is_held_before_any_other():
    acts = world(gathering(capacity=20))
    assert {name: bool(QUEUE.match(first_hold(act))) for name, act in acts.items()} == dict.fromkeys(acts, True)


def person_first(convention) -> None:
    """What registering did before."""
    with transaction.atomic():
        Attendee.objects.filter(email=ANA).update(name="Ana Essai")
        Convention.objects.locked(convention.pk)


@pytest.mark.django_db
def test_control_an_act_that_writes_the_person_first_is_seen():
    convention = gathering()
    assert not QUEUE.match(first_hold(lambda: person_first(convention)))


def meet_at_the_door(convention, act) -> tuple:
    """``act`` of another connection while a door holds the queue, and then writes the same person."""
    refused = None
    with transaction.atomic():
        Convention.objects.locked(convention.pk)
        other = rival(act, convention, expects=(OperationalError, Conflict))
        wait_until_one_waits()
        try:
            with transaction.atomic():
                walk(convention)
        except OperationalError as error:
            refused = type(error)
    return refused, other.result()


@pytest.fixture
def patient(monkeypatch):
    monkeypatch.setattr("events.models.convention.LOCK_PATIENCE", "300ms")


@pytest.mark.django_db(transaction=True)
def test_somebody_who_registers_and_walks_in_at_once_is_told_so_by_the_second(patient):
    convention = gathering()
    a_door(convention)
    builders.attendee(name="Ana", email=ANA)
    assert meet_at_the_door(convention, seat) == (None, Conflict)  # registered already: at the door
    assert list(convention.registrations.values_list("status", "attendee__email")) == [("confirmed", ANA)]


@pytest.mark.django_db(transaction=True)
def test_control_in_the_other_order_one_of_the_two_is_refused(patient):
    convention = gathering()
    a_door(convention)
    builders.attendee(name="Ana", email=ANA)
    assert OperationalError in meet_at_the_door(convention, person_first)


def erase(person) -> bool:
    return bool(erasure.erase_person(person=person, at=timezone.now()).pk)


def leave_while_registering(convention, ana, act) -> tuple:
    """``act`` of another connection upon Ana, while she registers a colleague: that names her."""
    refused = None
    with transaction.atomic():
        Convention.objects.locked(convention.pk)
        other = rival(act, ana, expects=OperationalError)
        wait_until_one_waits()
        try:
            with transaction.atomic():
                given = {"name": "Collègue", "organisation": None, "at": timezone.now()}
                register(convention=convention, email="collegue@test.invalid", by=ana, **given)
        except OperationalError as error:
            refused = type(error)
    return refused, other.result()


@pytest.fixture
def ana(db):
    return builders.user(ANA, full_name="Ana Essai")


def with_seat_of(ana) -> Convention:
    convention = gathering()
    builders.registration(convention, builders.attendee(name="Ana Essai", email=ANA, user=ana))
    return convention


@pytest.mark.django_db(transaction=True)
def test_somebody_is_forgotten_while_they_register_and_neither_is_refused(patient, ana):
    convention = with_seat_of(ana)
    assert leave_while_registering(convention, ana, erase) == (None, True)
    assert sorted(convention.registrations.values_list("status", "attendee__name")) == [
        ("cancelled", "Personne effacée"),
        ("confirmed", "Collègue"),
    ]


def erase_person_first(person) -> bool:
    """What erasing did before: the person, then the gatherings one by one."""
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        return erase(person)


@pytest.mark.django_db(transaction=True)
def test_control_with_the_person_held_first_one_of_the_two_is_refused(patient, ana):
    assert OperationalError in leave_while_registering(with_seat_of(ana), ana, erase_person_first)


@pytest.mark.django_db(transaction=True)
def test_whoever_registers_anywhere_waits_for_the_end_of_an_erasure_and_is_not_refused(ana):
    here, there = with_seat_of(ana), gathering(slug="ailleurs")
    with transaction.atomic():
        erase(ana)
        other = rival(seat, there, "neuve@test.invalid")
        wait_until_one_waits()
    assert other.result().status == "confirmed"
    assert here.registrations.get().status == "cancelled"
