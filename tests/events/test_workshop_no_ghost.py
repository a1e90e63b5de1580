"""No place of a workshop stays free while somebody waits for it: seats, hours, places and lists that change."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from events.actions import accept_offer, cancel, change_capacity, decline_offer, serve_those_who_wait
from events.actions.allocation import publish_allocation
from events.actions.wishes import rank_workshops
from events.actions.workshop_places import change_places, give_back, leave_list
from events.models import Convention, Wish, WorkshopPlace, WorkshopWait
from tests import builders
from tests.events.reading import text
from tests.events.waiting import rival, wait_until_one_waits
from tests.events.wishing import (
    closed,
    gathering,
    held,
    published,
    refusal,
    room,
    someone,
    tried,
    waiting_for,
    workshop,
)
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention():
    return gathering()


def test_whoever_gives_a_place_back_has_the_one_they_waited_for_at_these_hours(convention):
    """While they held a dearer one, the free one was not for them; nobody would look at it again."""
    one = someone(convention, "AB")
    published(convention)
    assert (held(one), waiting_for("B")) == (["A"], [one.pk])
    give_back(place=one.places.get(), at=timezone.now())
    assert (held(one), waiting_for("B")) == (["B"], [])


def test_whoever_gets_a_seat_later_gets_what_they_wished_and_is_free(convention):
    Convention.objects.update(capacity=1, offer_hours=0)
    first, second = someone(convention, "A"), someone(convention, "CA", status="waiting")
    published(convention)
    assert (held(second), waiting_for("C")) == ([], [second.pk])
    cancel(registration=first, by=None, at=timezone.now())
    assert (held(second), waiting_for("C"), waiting_for("A")) == (["A", "C"], [], [])


@pytest.mark.parametrize("answer", ["accept", "decline", "lapse"])
def test_the_answer_to_an_offered_seat_settles_its_workshops(convention, answer):
    Convention.objects.update(capacity=1)
    someone(convention, "A")
    asked = someone(convention, "C", status="waiting")
    published(convention)
    at = timezone.now()
    change_capacity(convention=convention, capacity=2, by=None, at=at)
    asked.refresh_from_db()
    if answer == "lapse":
        serve_those_who_wait(convention=convention, at=asked.offer_ends_at)
    else:
        {"accept": accept_offer, "decline": decline_offer}[answer](registration=asked, by=None, at=at)
    assert (held(asked), waiting_for("C")) == (["C"] if answer == "accept" else [], [])


def test_nobody_is_taken_out_of_a_workshop_that_has_begun(convention):
    one, two = someone(convention, "C"), someone(convention, "")
    later = workshop(convention, title="D", hour=1, capacity=1)
    later.item.starts_at += timedelta(minutes=30)
    later.item.save()
    published(convention)
    Wish.objects.filter(registration=one).update(rank=2)
    Wish.objects.create(registration=one, workshop=later, rank=1)
    WorkshopPlace.objects.create(registration=two, workshop=later, source="chosen", given_at=timezone.now())
    WorkshopWait.objects.create(registration=one, workshop=later, rank=1, asked_at=timezone.now())
    give_back(place=two.places.get(), at=room("C").item.starts_at)
    assert held(one) == ["C"]


def test_more_places_go_to_those_who_wait_and_never_fewer_than_are_held(convention):
    first, second = someone(convention, "A"), someone(convention, "A")
    published(convention)
    at = timezone.now()
    change_places(workshop=room("A"), capacity=2, at=at)
    assert (held(first), held(second), waiting_for("A")) == (["A"], ["A"], [])
    assert refusal(change_places, workshop=room("A"), capacity=1, at=at)[0] == "capacity_below_held"
    with pytest.raises(ValidationError):
        change_places(workshop=room("A"), capacity=-1, at=at)
    assert room("A").capacity == 2


def test_places_changed_in_the_back_office_are_given_at_once_and_too_few_are_told(convention):
    first, second = someone(convention, "A"), someone(convention, "A")
    published(convention)
    staff, item = signed_in(builders.staff()), room("A").item
    path = f"/gestion/events/programmeitem/{item.pk}/change/"
    sent = {
        **{f"workshop-{name}": value for name, value in {"TOTAL_FORMS": 1, "INITIAL_FORMS": 1}.items()},
        "workshop-0-id": room("A").pk,
        "workshop-0-item": item.pk,
        "workshop-0-region_floor": 0,
    }
    refused = staff.post(path, sent | {"workshop-0-capacity": 0})
    assert "1 place est déjà prise : donnez ce nombre au moins." in text(refused)
    assert staff.post(path, sent | {"workshop-0-capacity": 2}).status_code == 302
    assert (held(first), held(second)) == (["A"], ["A"])


@pytest.mark.django_db(transaction=True)
def test_whoever_leaves_a_list_is_given_nothing_by_those_who_come_after():
    convention = gathering()
    one, two = someone(convention, "A"), someone(convention, "A")
    published(convention)
    waits, sits = (one, two) if waiting_for("A") == [one.pk] else (two, one)
    with transaction.atomic():
        leave_list(registration=waits, workshop=room("A"))
        giver = rival(lambda: give_back(place=sits.places.get(), at=timezone.now()))
        wait_until_one_waits()
    assert giver.result().ended_at
    assert (held(waits), waiting_for("A")) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_publishing_waits_for_whoever_still_changes_their_wishes():
    """Else the places would be those of wishes that nobody has any more."""
    convention = gathering()
    one = someone(convention, "A")
    run = tried(convention)
    closed(convention)
    with transaction.atomic():
        rank_workshops(registration=one, workshops=[room("C")], at=timezone.now() - timedelta(hours=2))
        publisher = rival(lambda: publish_allocation(run=run, by=None, at=timezone.now()), expects=Conflict)
        wait_until_one_waits()
    assert publisher.result() is Conflict
    assert held(one) == []
