"""Those who come without a seat: a free one, or « hors capacité » by the rule; known addresses are who they were."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from events.actions.entries import check_in
from events.actions.walk_ins import let_in, walk_in
from events.models import Attendee, Registration
from tests import builders
from tests.events.at_the_door import a_door, gathering, present, somebody

pytestmark = pytest.mark.django_db


def come(door, name="Léo", email="", affiliation="", **fields):
    at = fields.pop("at", timezone.now())
    told = {"key": uuid4(), "at": at, "happened_at": at} | fields
    return walk_in(door=door, name=name, email=email, affiliation=affiliation, **told)


def test_a_free_seat_is_taken_and_the_ticket_owed():
    door = a_door(gathering(capacity=1))
    organisation = builders.organisation(name="Atelier des Marais")
    entry = come(door, email=" LEO@test.invalid ", affiliation="atelier des marais")
    found = entry.registration
    assert (found.status, found.attendee.email, found.attendee.organisation) == (
        "confirmed", "leo@test.invalid", organisation,
    )  # fmt: skip
    assert Owed.objects.filter(work="events.send_ticket", args=[found.pk]).count() == 1
    assert present(door.convention) == ["Léo"]


def test_without_an_address_nothing_is_sent_and_two_of_the_same_name_are_two_people():
    door = a_door(gathering())
    come(door, affiliation="Club de marche"), come(door, affiliation="Club de marche")
    assert present(door.convention) == ["Léo", "Léo"]
    assert set(Attendee.objects.values_list("email", "affiliation")) == {("", "Club de marche")}
    assert Owed.objects.count() == 0


def test_full_before_it_begins_is_full():
    door = a_door(gathering(capacity=1))
    somebody(door.convention)
    with pytest.raises(Conflict) as refused:
        come(door)
    assert refused.value.code == "full"
    assert Attendee.objects.filter(name="Léo").count() == 0


def test_the_margin_lets_in_as_many_and_no_more():
    door = a_door(gathering(capacity=0, door_margin=2))
    assert [come(door, name).registration.status for name in ("Un", "Deux")] == ["over", "over"]
    with pytest.raises(Conflict) as refused:
        come(door, "Trois")
    assert refused.value.code == "full"
    assert present(door.convention) == ["Deux", "Un"]


def test_once_it_has_begun_the_places_of_the_absent_are_there():
    door = a_door(gathering(capacity=1, starts_at=timezone.now() - timedelta(minutes=5)))
    somebody(door.convention)
    assert come(door).registration.status == "over"
    with pytest.raises(Conflict):
        come(door, "Deux")


def test_who_was_let_through_without_network_is_written_whatever_the_rule():
    door = a_door(gathering(capacity=0))
    assert come(door, is_inside=True).registration.status == "over"
    waiting = somebody(door.convention, "Mona", status="waiting")
    at = timezone.now()
    entry = check_in(door=door, key=uuid4(), means="scan", at=at, happened_at=at, found=waiting, is_inside=True)
    assert (entry.registration, entry.registration.status) == (waiting, "over")
    assert present(door.convention) == ["Léo", "Mona"]


def test_an_address_that_is_registered_comes_in_as_itself():
    door = a_door(gathering(capacity=1))
    ana = somebody(door.convention, email="ana@test.invalid")
    assert come(door, "Anna", email="Ana@test.invalid").registration == ana
    assert Registration.objects.count() == 1


def test_who_waits_is_seated_when_a_seat_is_free_else_by_the_rule():
    convention = gathering(capacity=1, door_margin=1)
    door, at = a_door(convention), timezone.now()
    waiting = [somebody(convention, name, status="waiting") for name in ("Un", "Deux", "Trois")]
    told = {"door": door, "at": at, "happened_at": at}
    assert let_in(key=uuid4(), registration=waiting[0], **told).registration.status == "confirmed"
    assert let_in(key=uuid4(), registration=waiting[1], **told).registration.status == "over"
    with pytest.raises(Conflict) as refused:
        let_in(key=uuid4(), registration=waiting[2], **told)
    assert refused.value.code == "full"


def test_who_had_cancelled_comes_in_with_another_registration():
    door = a_door(gathering())
    before = somebody(door.convention, status="cancelled")
    at, key = timezone.now(), uuid4()
    told = {"door": door, "key": key, "registration": before, "at": at, "happened_at": at}
    entry = let_in(**told)
    assert (entry.registration.attendee, entry.registration.status) == (before.attendee, "confirmed")
    assert entry.registration != before
    assert let_in(**told) == entry


@pytest.mark.parametrize(("typed", "field"), [({"name": "  "}, "name"), ({"email": "leo@"}, "email")])
def test_what_cannot_be_read_is_said_by_field(typed, field):
    with pytest.raises(ValidationError) as refused:
        come(a_door(gathering()), **typed)
    assert list(refused.value.message_dict) == [field]


def test_the_same_key_is_one_person():
    door, key = a_door(gathering()), uuid4()
    assert come(door, key=key) == come(door, key=key)
    assert Registration.objects.count() == 1
