"""A Convention grows, shrinks, is published, is called off."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from events.actions import cancel_convention, change_capacity, publish_convention
from events.models import Convention, Registration
from tests import builders

pytestmark = pytest.mark.django_db


def resize(convention, capacity):
    return change_capacity(convention=convention, capacity=capacity, by=None, at=timezone.now())


def states():
    return list(Registration.objects.order_by("pk").values_list("status", flat=True))


@pytest.mark.parametrize(
    ("hours", "status", "works"),
    [
        (24, "offered", ["events.send_offer", "events.send_offer_reminder", "events.pass_lapsed_offers"]),
        (0, "confirmed", ["events.send_promotion"]),
    ],
)
def test_more_seats_go_to_the_first_who_wait_each_with_a_mail(hours, status, works):
    convention = builders.convention(capacity=1, offer_hours=hours)
    made = [builders.registration(convention, status=s) for s in ("confirmed", *["waiting"] * 3)]
    assert resize(convention, 3).capacity == 3
    assert states() == ["confirmed", status, status, "waiting"]
    assert list(Owed.objects.order_by("pk").values_list("work", flat=True)) == works * 2
    assert {row.args[0] for row in Owed.objects.all()} <= {made[1].pk, made[2].pk, convention.pk}


@pytest.mark.parametrize("capacity", [2, 5])
def test_fewer_seats_down_to_those_confirmed(capacity):
    convention = builders.convention(capacity=5)
    builders.registration(convention)
    builders.registration(convention)
    assert resize(convention, capacity).capacity == capacity


def test_never_fewer_seats_than_people_confirmed():
    convention = builders.convention(capacity=5)
    builders.registration(convention)
    builders.registration(convention)
    with pytest.raises(Conflict) as refusal:
        resize(convention, 1)
    assert refusal.value.code == "capacity_below_confirmed"
    assert refusal.value.messages == ["2\xa0personnes sont déjà confirmées : la capacité ne descend pas en dessous."]
    convention.refresh_from_db()
    assert convention.capacity == 5


def test_a_negative_capacity_is_refused_at_its_field():
    with pytest.raises(ValidationError) as refusal:
        resize(builders.convention(), -1)
    assert refusal.value.message_dict == {"capacity": ["Indiquez zéro ou un nombre positif de places."]}


def test_a_draft_is_published_once():
    convention = builders.convention(state="draft")
    assert list(Convention.objects.public()) == []
    publish_convention(convention=convention, by=None, at=timezone.now())
    assert list(Convention.objects.public()) == [convention]
    with pytest.raises(Conflict) as refusal:
        publish_convention(convention=convention, by=None, at=timezone.now())
    assert refusal.value.code == "not_draft"


def test_registrations_do_not_open_on_a_convention_without_seats():
    convention = builders.convention(state="draft", capacity=0)
    with pytest.raises(ValidationError) as refusal:
        publish_convention(convention=convention, by=None, at=timezone.now())
    assert list(refusal.value.message_dict) == ["capacity"]
    convention.refresh_from_db()
    assert convention.state == "draft"


def test_calling_off_tells_everybody_who_comes_or_waits_and_keeps_their_state():
    convention = builders.convention()
    made = [builders.registration(convention, status=s) for s in ("confirmed", "waiting", "cancelled")]
    cancelled = cancel_convention(convention=convention, by=None, at=timezone.now())
    assert (cancelled.state, states()) == ("cancelled", ["confirmed", "waiting", "cancelled"])
    assert list(Owed.objects.order_by("pk").values_list("work", "args")) == [
        ("events.send_convention_cancelled", [made[0].pk]),
        ("events.send_convention_cancelled", [made[1].pk]),
    ]
    with pytest.raises(Conflict) as refusal:
        cancel_convention(convention=convention, by=None, at=timezone.now())
    assert refusal.value.code == "not_published"


def test_what_is_over_is_not_called_off():
    convention = builders.convention(starts_at=timezone.now() - timedelta(days=3))
    with pytest.raises(Conflict) as refusal:
        cancel_convention(convention=convention, by=None, at=timezone.now())
    assert refusal.value.code == "past"


@pytest.mark.parametrize(
    ("fields", "sequence"),
    [
        ({"place": "Lyon"}, 1),
        ({"title": "Autre titre"}, 1),
        ({"ends_at": timezone.now() + timedelta(days=90)}, 1),
        ({"state": "cancelled"}, 1),
        ({"capacity": 50, "story": "Un récit."}, 0),
    ],
)
def test_what_a_calendar_shows_counts_its_revisions_whatever_changed_it(fields, sequence):
    convention = builders.convention()
    Convention.objects.filter(pk=convention.pk).update(**fields)
    convention.refresh_from_db()
    assert convention.sequence == sequence
