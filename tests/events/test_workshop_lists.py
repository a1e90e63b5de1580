"""The live waiting lists of workshops, and what the database keeps whoever writes."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from events.actions import cancel
from events.actions.workshop_places import ask_place, give_back, leave_list
from events.models import Convention, Wish, Workshop, WorkshopPlace, WorkshopWait
from tests import builders
from tests.events.waiting import rival, wait_until_one_waits
from tests.events.wishing import gathering, held, published, refusal, room, someone, waiting_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention():
    return gathering()


def test_a_place_given_back_goes_to_the_dearest_wish_then_the_lot_with_a_letter(convention):
    Workshop.objects.filter(item__title="B").update(capacity=9)
    winner = someone(convention, "C")
    run = published(convention)
    at = timezone.now()
    late, third, second, first = (someone(convention, "") for _ in range(4))
    for each, rank, lot in ((late, None, None), (third, 2, 1), (second, 1, 9), (first, 1, 3)):
        WorkshopWait.objects.create(registration=each, workshop=room("C"), rank=rank, lot=lot, asked_at=at)

    give_back(place=winner.places.get(), at=at)

    assert (held(winner), held(first)) == ([], ["C"])
    assert waiting_for("C") == [second.pk, third.pk, late.pk]
    place = first.places.get()
    assert (place.source, run.state) == ("waiting", "published")
    assert list(Owed.objects.filter(work="events.send_workshop_place").values_list("args", flat=True)) == [
        [place.pk, []]
    ]
    mail.outbox.clear()
    deliver_all_due()
    assert "Une place dans l’atelier « C »" in [letter.subject for letter in mail.outbox]


def test_whoever_moves_to_a_dearer_wish_leaves_the_other_to_the_next(convention):
    one, two, three = (someone(convention, "") for _ in range(3))
    someone(convention, "C")
    published(convention)
    at = timezone.now()
    for registration, title in ((one, "A"), (two, "B")):
        WorkshopPlace.objects.create(registration=registration, workshop=room(title), source="allocation", given_at=at)
    for rank, title in enumerate("AB", 1):
        Wish.objects.create(registration=two, workshop=room(title), rank=rank)
    WorkshopWait.objects.create(registration=two, workshop=room("A"), rank=1, lot=1, asked_at=at)
    WorkshopWait.objects.create(registration=three, workshop=room("B"), rank=2, lot=2, asked_at=at)

    give_back(place=one.places.get(), at=at)

    assert (held(one), held(two), held(three)) == ([], ["A"], ["B"])


def test_nobody_is_moved_to_a_wish_they_like_less(convention):
    one, two = someone(convention, "A"), someone(convention, "")
    published(convention)
    for rank, title in enumerate("BA", 1):
        Wish.objects.create(registration=two, workshop=room(title), rank=rank)
    WorkshopPlace.objects.create(registration=two, workshop=room("B"), source="allocation", given_at=timezone.now())
    WorkshopWait.objects.create(registration=two, workshop=room("A"), rank=2, asked_at=timezone.now())
    give_back(place=one.places.get(), at=timezone.now())
    assert (held(one), held(two)) == ([], ["B"])


def test_the_list_keeps_the_cap_of_an_organisation(convention):
    lead = builders.organisation()
    Workshop.objects.filter(item__title="A").update(capacity=2, organisation_cap=1)
    one, other = someone(convention, "A", organisation=lead), someone(convention, "A")
    published(convention)
    colleague, stranger = someone(convention, "", organisation=lead), someone(convention, "")
    for lot, each in enumerate((colleague, stranger)):
        WorkshopWait.objects.create(registration=each, workshop=room("A"), rank=1, lot=lot + 5, asked_at=timezone.now())
    give_back(place=other.places.get(), at=timezone.now())
    assert (held(colleague), held(stranger)) == ([], ["A"])
    give_back(place=one.places.get(), at=timezone.now())
    assert held(colleague) == ["A"]


def test_a_place_is_given_back_once_and_before_the_workshop(convention):
    registration = someone(convention, "A")
    published(convention)
    place = registration.places.get()
    assert refusal(give_back, place=place, at=room("A").item.starts_at)[0] == "past"
    give_back(place=place, at=timezone.now())
    assert refusal(give_back, place=place, at=timezone.now())[0] == "already_given_back"


def test_a_free_place_is_taken_at_once_a_full_one_waited_for(convention):
    taken, asks, other = someone(convention, "A"), someone(convention, ""), someone(convention, "")
    published(convention)
    at = timezone.now()
    place = ask_place(registration=asks, workshop=room("C"), at=at)
    assert (held(asks), place.source, waiting_for("C")) == (["C"], "chosen", [])
    wait = ask_place(registration=asks, workshop=room("A"), at=at)
    assert (type(wait), waiting_for("A"), held(taken)) == (WorkshopWait, [asks.pk], ["A"])
    assert not Owed.objects.filter(work="events.send_workshop_place").exists()
    leave_list(registration=asks, workshop=room("A"))
    assert waiting_for("A") == []
    assert refusal(leave_list, registration=asks, workshop=room("A"))[0] == "not_waiting"
    assert held(other) == []


def test_each_reason_not_to_ask_for_a_place(convention):
    registration, waits = someone(convention, "A"), someone(convention, "", status="waiting")
    ask = {"registration": registration, "workshop": room("A"), "at": timezone.now()}
    assert refusal(ask_place, **ask)[0] == "not_published"
    published(convention)
    assert refusal(ask_place, **ask)[0] == "already_in"
    assert refusal(ask_place, **ask | {"workshop": room("B")})[0] == "overlap"
    assert refusal(ask_place, **ask | {"registration": waits})[0] == "not_confirmed"
    assert refusal(ask_place, **ask | {"at": room("A").item.starts_at})[0] == "past"
    other = {"registration": someone(convention, ""), "workshop": room("A"), "at": timezone.now()}
    ask_place(**other)
    assert refusal(ask_place, **other)[0] == "already_waiting"


def test_places_kept_for_the_day_are_not_given_by_the_list(convention):
    Workshop.objects.update(capacity=2)
    someone(convention, "A"), someone(convention, "A")
    published(convention, kept=1)
    assert room("A").places.live().count() == 1
    assert type(ask_place(registration=someone(convention, ""), workshop=room("A"), at=timezone.now())) is WorkshopWait


def test_cancelling_a_registration_leaves_its_workshops_to_the_next(convention):
    first, second = someone(convention, "AC"), someone(convention, "")
    published(convention)
    ask_place(registration=second, workshop=room("A"), at=timezone.now())
    cancel(registration=first, by=None, at=timezone.now())
    assert (held(first), held(second)) == ([], ["A"])


def place(registration, title: str) -> None:
    WorkshopPlace.objects.create(
        registration=registration, workshop=room(title), source="walk_in", given_at=timezone.now()
    )


@pytest.mark.django_db(transaction=True)
def test_the_database_keeps_capacity_hours_and_one_place_each():
    convention = gathering()
    one, two = someone(convention, ""), someone(convention, "")
    place(one, "A")
    for act, constraint in (
        (lambda: place(two, "A"), "workshop_not_oversold"),
        (lambda: place(one, "B"), "workshop_one_at_a_time"),
        (lambda: place(one, "A"), "workshop_place_live_once"),
        (lambda: Workshop.objects.update(capacity=0), "workshop_not_oversold"),
    ):
        with pytest.raises(IntegrityError) as raised:
            act()
        assert raised.value.__cause__.diag.constraint_name == constraint
    place(one, "C")
    assert held(one) == ["A", "C"]


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_for_the_last_place_are_answered_one_by_one():
    convention = gathering()
    someone(convention, "A")
    published(convention)
    one, two = someone(convention, ""), someone(convention, "")

    def ask(registration):
        return ask_place(registration=registration, workshop=room("C"), at=timezone.now())

    with transaction.atomic():
        ask(one)
        other = rival(ask, two)
        wait_until_one_waits()
    assert type(other.result()) is WorkshopWait
    assert (held(one), held(two)) == (["C"], [])


@pytest.mark.django_db(transaction=True)
def test_control_two_writers_without_a_lock_are_still_checked_one_by_one():
    """The trigger takes the Convention's row: the second commit sees the first."""
    convention = gathering()
    one, two = someone(convention, ""), someone(convention, "")

    def write(registration):
        with transaction.atomic():
            place(registration, "C")

    with transaction.atomic():
        Convention.objects.locked(convention.pk)
        place(one, "C")
        other = rival(write, two, expects=IntegrityError)
        wait_until_one_waits()
    assert other.result() is IntegrityError
    assert (held(one), held(two)) == (["C"], [])
