"""A workshop place for whoever walks in, from the phone of a door: only what nobody awaits, only by that very door."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from events.actions.doors import revoke_door
from events.actions.workshop_doors import take_seat
from events.actions.workshop_places import ask_place
from events.models import CheckIn, Registration, Workshop
from events.models.door_links import door_path
from tests.events.at_the_door import a_door, phone, somebody
from tests.events.wishing import gathering, held, published, refusal, room, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention():
    """Allotted, a place of each kept for the day: A and B at the same hours, C after. Two places in A, one held."""
    made = gathering(slug="c27", starts_at=timezone.now() + timedelta(hours=1))
    Workshop.objects.filter(item__title="A").update(capacity=2)
    someone(made, "A", name="Une")
    published(made, kept=1)
    return made


@pytest.fixture
def door(convention):
    return a_door(convention)


def walk(client, door, name="Léo", key=None):
    key = key or uuid4()
    status, told = phone(client, door, key=key, means="walk_in", name=name)
    assert status == 200
    return key, [(words["words"].split(",")[0], words["workshop"]) for words in told["seats"]]


def take(client, door, key, title):
    workshop = Workshop.objects.get(item__title=title).item.public_id
    return phone(client, door, to="ateliers/", entry=str(key), workshop=workshop.hex)


def leo() -> Registration:
    return Registration.objects.get(attendee__name="Léo")


def test_who_walks_in_is_offered_what_is_free_and_takes_it(client, door):
    key, seats = walk(client, door)
    assert [title for title, _ in seats] == ["A", "B", "C"]
    status, told = take(client, door, key, "A")
    assert (status, told["sentence"].replace("\xa0", " ").split(",")[0]) == (200, "Place prise : A")
    assert [words["words"].split(",")[0] for words in told["seats"]] == ["C"]  # B is at the same hours
    assert (held(leo()), leo().places.get().source) == (["A"], "walk_in")


def test_the_same_entry_sent_again_offers_what_is_left(client, door):
    key, _ = walk(client, door)
    take(client, door, key, "A")
    assert [title for title, _ in walk(client, door, key=key)[1]] == ["C"]


def test_a_workshop_that_somebody_awaits_is_not_offered_nor_given(client, door, convention):
    ask_place(registration=someone(convention, "", name="Une autre"), workshop=room("A"), at=timezone.now())
    key, seats = walk(client, door)
    assert [title for title, _ in seats] == ["B", "C"]
    status, told = take(client, door, key, "A")
    assert (status, told["code"], held(leo())) == (409, "awaited", [])


def test_control_the_welcome_desk_of_the_team_gives_it_all_the_same(client, door, convention):
    ask_place(registration=someone(convention, "", name="Une autre"), workshop=room("A"), at=timezone.now())
    walk(client, door)
    take_seat(registration=leo(), workshop=room("A"), at=timezone.now())
    assert held(leo()) == ["A"]
    act = {"registration": leo(), "workshop": room("C"), "at": timezone.now(), "unawaited": True}
    ask_place(registration=Registration.objects.get(attendee__name="Une"), workshop=room("C"), at=timezone.now())
    assert refusal(take_seat, **act)[0] == "awaited"


def test_a_place_that_went_meanwhile_is_refused_in_words(client, door, convention):
    key, _ = walk(client, door)
    Workshop.objects.filter(item__title="A").update(capacity=1)
    status, told = take(client, door, key, "A")
    assert (status, told["code"], told["sentence"]) == (409, "full", "Toutes les places de cet atelier sont prises.")


def test_only_the_door_that_let_them_in_and_only_those_who_walked_in(client, door, convention):
    key, _ = walk(client, door)
    registered = somebody(convention, "Ana")
    scanned = uuid4()
    assert "seats" not in phone(client, door, key=scanned, code=registered.code, means="scan")[1]
    other = a_door(convention, "Porte B")
    workshop = room("A").item.public_id.hex
    for at, entry, wanted in (
        (other, key, workshop), (door, scanned, workshop), (door, uuid4(), workshop),
        (door, key, uuid4()), (door, "x", workshop), (door, key, "x"),
    ):  # fmt: skip
        sent = {"entry": str(entry), "workshop": str(wanted)}
        answer = client.post(f"{door_path(at)}ateliers/", sent)
        assert (answer.status_code, answer.json()["code"]) == (409, "unknown")
    assert held(leo()) == held(registered) == []


def test_a_workshop_of_another_convention_is_not_there(client, door):
    key, _ = walk(client, door)
    elsewhere = gathering()
    workshop = Workshop.objects.filter(item__convention=elsewhere).first().item.public_id.hex
    answer = client.post(f"{door_path(door)}ateliers/", {"entry": str(key), "workshop": workshop})
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown")
    assert client.post("/accueil/x/ateliers/", {"entry": str(key), "workshop": workshop}).status_code == 404


def test_an_entry_that_was_undone_takes_no_place_nor_does_a_closed_door(client, door):
    key, _ = walk(client, door)
    phone(client, door, to="annuler/", entry=str(key))
    assert client.post(f"{door_path(door)}ateliers/", {"entry": str(key)}).json()["code"] == "unknown"
    again, _ = walk(client, door, "Mia")
    revoke_door(door=door, at=timezone.now())
    assert take(client, door, again, "A")[0] == 410
    assert client.get(f"{door_path(door)}ateliers/").status_code == 405


def test_where_nothing_was_allotted_nothing_is_offered(client):
    made = gathering(starts_at=timezone.now() + timedelta(hours=1))
    assert walk(client, a_door(made))[1] == []
    assert CheckIn.objects.count() == 1
