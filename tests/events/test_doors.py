"""The pages of a door: a link is the key; what a phone reads of people; what it sends, and what it is told."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone

from events.actions.doors import revoke_door
from events.actions.entries import recognise
from events.models import CheckIn
from events.models.door_links import door_path, ticket_path
from events.models.ticket_codes import in_two
from events.views.doors import mark
from tests import builders
from tests.events.at_the_door import a_door, gathering, phone, present, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def door():
    return a_door(gathering())


@pytest.fixture
def ana(door):
    marais = builders.organisation(name="Atelier des Marais")
    return somebody(door.convention, email="ana@test.invalid", organisation=marais)


def test_the_door_opens_without_an_account_and_says_nothing_of_anybody(client, door, ana):
    response = client.get(door_path(door))
    page = response.content.decode()
    assert response.status_code == 200
    assert "camera=(self)" in response["Permissions-Policy"]
    assert response["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert not {"Ana", "Marais", ana.code} & set(re.findall(r"\w+", page))
    assert "Set-Cookie" not in response


def test_a_ticket_link_opens_no_door_nor_a_door_link_a_ticket(client, door, ana):
    token = ticket_path(ana).split("/")[2]
    assert client.get(f"/accueil/{token}/").status_code == 404
    assert client.get(f"/billet/{door_path(door).split('/')[2]}/").status_code == 404
    assert client.get("/accueil/x/").status_code == 404


@pytest.mark.parametrize(
    ("opens", "closes", "status", "words"),
    [(1, 2, 200, "n’est pas encore ouverte"), (-2, -1, 410, "est fermée")],
)
def test_out_of_its_hours_a_door_says_so_and_tells_no_name(client, opens, closes, status, words):
    now = timezone.now()
    hours = {"opens_at": now + timedelta(hours=opens), "closes_at": now + timedelta(hours=closes)}
    door = a_door(gathering(), **hours)
    somebody(door.convention)
    response = client.get(door_path(door))
    assert (response.status_code, words in response.content.decode()) == (status, True)
    for part in ("personnes/?q=goff", "billets/"):
        response = client.get(f"{door_path(door)}{part}")
        assert (response.status_code, "Goff" in response.content.decode()) == (410, False)
    assert phone(client, door, code="22222222")[0] == 410


def test_a_revoked_door_is_closed_at_once_and_the_phone_keeps_what_it_has(client, door, ana):
    revoke_door(door=door, at=timezone.now())
    assert client.get(door_path(door)).status_code == 410
    status, told = phone(client, door, code=ana.code, age_ms=60_000)
    assert (status, told["code"], present(door.convention)) == (410, "revoked", [])


def test_a_code_lets_in_and_tells_who(client, door, ana):
    somebody(door.convention, "Ben")
    status, told = phone(client, door, code=ana.code.lower(), means="scan")
    assert (status, told) == (
        200,
        {
            "result": "in", "name": "Ana Le Goff", "organisation": "Atelier des Marais", "code": in_two(ana.code),
            "sentence": "", "present": 1, "expected": 2,
        },
    )  # fmt: skip


def test_a_second_entry_is_told_with_door_and_hour_and_counts_once(client, door, ana):
    phone(client, door, code=ana.code)
    status, told = phone(client, a_door(door.convention, "Porte B"), code=ana.code)
    assert (status, told["result"], told["present"]) == (200, "again", 1)
    assert re.fullmatch(r"Déjà entrée à \d+\sh(\s\d\d)?, Porte A", told["sentence"])


def test_the_same_sending_twice_is_told_alike_and_written_once(client, door, ana):
    key = uuid4()
    assert phone(client, door, key=key, code=ana.code) == phone(client, door, key=key, code=ana.code)
    assert CheckIn.objects.count() == 1


def test_an_unknown_code_is_refused_at_the_door_and_noted_when_it_comes_late(client, door):
    status, told = phone(client, door, code="22222222")
    assert (status, told["code"]) == (409, "unknown")
    status, told = phone(client, door, code="22222222", age_ms=60_000)
    entry = CheckIn.objects.get()
    assert (status, told["result"], entry.registration, entry.said) == (200, "noted", None, "22222222")


def test_what_a_phone_without_network_let_in_is_kept_however_soon_it_is_sent(client, door):
    mona = somebody(door.convention, "Mona", status="cancelled")
    assert phone(client, door, code="22222222", inside="1")[1]["result"] == "noted"
    assert phone(client, door, code=mona.code, inside="1")[1]["name"] == "Mona"
    assert [entry.said for entry in CheckIn.objects.unknown()] == ["22222222"]
    assert present(door.convention) == ["Mona"]


def test_when_it_happened_is_reckoned_back_from_how_long_it_waited(client, door, ana):
    phone(client, door, code=ana.code, age_ms=600_000)
    entry = CheckIn.objects.get()
    assert entry.received_at - entry.happened_at == timedelta(minutes=10)


def test_who_waits_is_let_in_by_a_second_answer(client, door):
    mona = somebody(door.convention, "Mona", status="waiting")
    status, told = phone(client, door, code=mona.code)
    assert (status, told["code"], told["sentence"]) == (409, "no_seat", "Mona est sur la liste d’attente.")
    status, told = phone(client, door, code=mona.code, means="walk_in")
    assert (status, told["result"], told["name"]) == (200, "in", "Mona")


def test_a_walk_in_is_written_or_told_what_to_mend(client, door):
    status, told = phone(client, door, means="walk_in", name="Léo", email="leo@")
    assert (status, told["code"]) == (400, "unreadable")
    status, told = phone(client, door, means="walk_in", name="Léo", affiliation="Club de marche")
    assert (status, told["result"], told["organisation"]) == (200, "in", "Club de marche")


@pytest.mark.parametrize("body", [{"means": "flying", "code": "2"}, {"key": "x"}, {"person": "y", "means": "name"}])
def test_what_no_phone_of_ours_sends_is_refused(client, door, body):
    key = body.pop("key", None)
    assert phone(client, door, key=key, **body)[0] == 400


def test_a_name_finds_those_who_have_a_seat_here_and_tells_no_address(client, door, ana):
    somebody(door.convention, "Anaïs Goffic", status="waiting")
    somebody(gathering(), "Ana Legoff")
    response = client.get(f"{door_path(door)}personnes/", {"q": "ANÀ goff"})
    assert response.json() == {
        "people": [
            {"person": ana.public_id.hex, "name": "Ana Le Goff", "organisation": "Atelier des Marais", "entered": ""}
        ],
        "sentence": "",
    }
    phone(client, door, person=ana.public_id.hex, means="name")
    assert client.get(f"{door_path(door)}personnes/?q=goff").json()["people"][0]["entered"] != ""


def test_a_search_asks_letters_shows_six_and_counts_how_often(client, door):
    cache.clear()
    for number in range(7):
        somebody(door.convention, f"Ana {number}")
    assert client.get(f"{door_path(door)}personnes/?q=an").json()["people"] == []
    shown = client.get(f"{door_path(door)}personnes/?q=ana").json()
    assert (len(shown["people"]), shown["sentence"]) == (6, "Il y en a d’autres : tapez le nom plus complet.")
    assert client.get(f"{door_path(door)}personnes/?q=zoé").json()["sentence"] == "Personne de ce nom n’a de place ici."
    statuses = [client.get(f"{door_path(door)}personnes/?q=ana").status_code for _ in range(39)]
    assert statuses.count(429) == 1


def test_the_marks_of_tickets_name_nobody_and_change_when_somebody_comes(client, door, ana):
    url = f"{door_path(door)}billets/"
    first = client.get(url)
    assert first.json() == {"marks": {mark(door, ana.code): ""}, "present": 0, "expected": 1}
    assert client.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 304
    phone(client, door, code=ana.code)
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.json()["present"]) == (200, 1)
    assert again.json()["marks"][mark(door, ana.code)] != ""


def test_the_marks_change_when_somebody_comes_in_the_place_of_another(client, door, ana):
    url = f"{door_path(door)}billets/"
    first = client.get(url)
    door.convention.registrations.update(status="cancelled", cancelled_at=timezone.now())
    other = somebody(door.convention, "Zoé", email="zoe@test.invalid", organisation=ana.attendee.organisation)
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, list(again.json()["marks"])) == (200, [mark(door, other.code)])


def test_the_marks_change_when_an_entry_is_recognised(client, door, ana):
    url = f"{door_path(door)}billets/"
    phone(client, door, code="AAAA2222", age_ms=60_000)
    first = client.get(url)
    assert first.json()["marks"] == {mark(door, ana.code): ""}
    recognise(check_in=CheckIn.objects.get(), registration=ana, by=None)
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert again.json()["marks"][mark(door, ana.code)] != ""


@pytest.mark.parametrize("age", ["9" * 12, "9" * 30, "9" * 5_000])
def test_however_long_it_waited_a_phone_is_answered(client, door, ana, age):
    assert phone(client, door, code=ana.code, age_ms=age)[0] == 200
    entry = CheckIn.objects.get()
    assert entry.received_at - entry.happened_at == timedelta(days=7)


def test_an_entry_is_undone_by_its_own_door_only(client, door, ana):
    key = uuid4()
    phone(client, door, key=key, code=ana.code)
    other = a_door(door.convention, "Porte B")
    assert phone(client, other, to="annuler/", entry=key)[0] == 409
    assert present(door.convention) == ["Ana Le Goff"]
    assert phone(client, door, to="annuler/", entry=key) == (200, {"result": "undone", "present": 0, "expected": 1})
    assert phone(client, door, to="annuler/", entry=key)[0] == 200
    assert phone(client, door, to="annuler/", entry="x")[0] == 400


def test_the_worker_stands_above_the_doors(client):
    response = client.get("/accueil/service-worker.js")
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert b"addEventListener" in response.content


def test_queries_do_not_grow_with_people(client, door, ana, django_assert_max_num_queries):
    cache.clear()
    with django_assert_max_num_queries(14):
        phone(client, door, code=ana.code)
    searches = []
    for number in range(3):
        somebody(door.convention, f"Ana {number}")
        with django_assert_max_num_queries(16) as asked:
            client.get(f"{door_path(door)}personnes/?q=ana")
        searches.append(len(asked))
    assert searches[0] == searches[2]
