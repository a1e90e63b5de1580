"""The programme in the back office: drafted, read again, published; and a Convention after another."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alliance.outbox.models import Owed
from events.models import Convention, ProgrammeChange, ProgrammeItem, ProgrammeVersion, Speaker
from tests import builders
from tests.events import wishing
from tests.events.drafting import change, move, temps
from tests.events.reading import text

pytestmark = pytest.mark.django_db
AT = "/gestion/conventions/c30/"
TYPED = {"title": "Ouverture", "starts": "09:00", "ends": "10:00", "room": "Verrière", "online_url": "", "summary": ""}


@pytest.fixture
def convention():
    begins = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=40)
    return builders.convention(slug="c30", title="Convention 2030", starts_at=begins)


@pytest.fixture
def national(client):
    builders.sign_in(client, builders.staff(national=True))
    return client


def test_a_temps_is_added_read_again_and_published(national, convention):
    answer = national.post(f"{AT}programme/nouveau/", TYPED | {"kind": "plenary"})
    assert answer.status_code == 302
    page = text(national.get(f"{AT}programme/"))
    assert "1 changement n’est pas encore publié" in page
    assert "Ouverture Plénière · Verrière Nouveau" in page
    reading = national.get(f"{AT}programme/publier/")
    assert "Nouveau : le" in text(reading)
    assert "Aucun courriel ne part" in text(reading)
    seen = re.search(r'name="seen" value="(\w+)"', reading.content.decode())[1]
    assert national.post(f"{AT}programme/publier/", {"seen": seen, "note": "La première."}).status_code == 302
    assert [(v.number, v.note) for v in ProgrammeVersion.objects.all()] == [(1, "La première.")]
    item = convention.programme.get()
    assert (item.title, item.hours.replace("\xa0", " ")) == ("Ouverture", "9 h – 10 h")


def test_a_published_temps_is_changed_then_left_as_it_was(national, convention):
    item = temps(convention, title="Ouverture", hour=0, room="Verrière")
    path = f"{AT}programme/{item.public_id}/"
    assert national.post(path, TYPED | {"room": "Grande salle"}).status_code == 302
    assert ProgrammeChange.objects.get().room == "Grande salle"
    assert 'value="Grande salle"' in national.get(path).content.decode()
    national.post(f"{path}acte/", {"act": "keep"})
    assert not ProgrammeChange.objects.exists()
    national.post(f"{path}acte/", {"act": "withdraw"})
    assert ProgrammeChange.objects.get().is_withdrawal


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"ends": "08:00"}, "La fin précède le début."),
        ({"title": ""}, "Ce champ est obligatoire."),
        ({"online_url": "http://visio.example/x"}, "Donnez une adresse entière, qui commence par https://."),
    ],
)
def test_what_is_badly_typed_is_said_at_its_field(national, convention, typed, told):
    answer = national.post(f"{AT}programme/nouveau/", TYPED | {"kind": "plenary"} | typed)
    assert answer.status_code == 400
    assert told in text(answer)
    assert not ProgrammeItem.everything.exists()


def test_overlaps_are_told_by_name_before_publishing_and_read_before_they_count(national):
    convention = wishing.gathering(slug="c30")
    wishing.someone(convention, "CA", name="Ada Deux")
    wishing.published(convention)
    move(wishing.room("C").item, -1)
    reading = national.get(f"{AT}programme/publier/")
    page = text(reading)
    assert "1 personne aurait deux ateliers à la fois" in page
    assert "Ada Deux garde « C », rend « A »" in page
    assert "1 personne concernée reçoit un courriel" in page
    stale = national.post(f"{AT}programme/publier/", {"seen": "autre", "note": ""})
    assert stale.status_code == 409
    assert "relisez avant de publier" in text(stale)
    seen = re.search(r'name="seen" value="(\w+)"', reading.content.decode())[1]
    assert national.post(f"{AT}programme/publier/", {"seen": seen, "note": ""}).status_code == 302


def test_more_places_serve_those_who_wait_at_once(national):
    convention = wishing.gathering(slug="c30")
    people = [wishing.someone(convention, "A") for _ in range(3)]
    wishing.published(convention)
    path = f"{AT}programme/{wishing.room('A').item.public_id}/"
    assert "1 place prise, 2 personnes attendent" in text(national.get(path))
    assert national.post(f"{path}acte/", {"act": "places", "capacity": "3"}).status_code == 302
    assert [wishing.held(person) for person in people] == [["A"]] * 3
    fewer = national.post(f"{path}acte/", {"act": "places", "capacity": "2"})
    assert fewer.status_code == 409
    assert "ses places ne descendent pas sous leur nombre" in text(fewer)


def test_a_speaker_is_written_asked_and_taken_off(national, convention):
    item = temps(convention)
    path = f"{AT}programme/{item.public_id}/"
    typed = {"name": "Ada Lumen", "function": "directrice", "organisation_words": "", "email": "ada@test.invalid"}
    assert national.post(f"{path}intervenants/", typed).status_code == 302
    speaker = Speaker.objects.get()
    assert Owed.objects.filter(work="events.send_speaker_request", args__0=speaker.pk).count() == 1
    assert "Accord demandé le" in text(national.get(path))
    again = national.post(f"{path}intervenants/", typed)
    assert (again.status_code, "Cette personne intervient déjà" in text(again)) == (409, True)
    its = f"{path}intervenants/{speaker.public_id}/"
    national.post(its, {"act": "ask"})
    assert Owed.objects.filter(work="events.send_speaker_request").count() == 2
    national.post(its, typed | {"function": "présidente"})
    assert Speaker.objects.get().function == "présidente"
    national.post(its, {"act": "remove"})
    assert not Speaker.objects.exists()


def test_the_next_one_is_prepared_after_this_one(national, convention):
    temps(convention)
    assert "1 temps du programme aux mêmes heures" in text(national.get(f"{AT}suivante/"))
    day = (convention.starts_at + timedelta(days=371)).date()
    answer = national.post(f"{AT}suivante/", {"title": "Convention suivante", "day": day.isoformat()})
    assert answer["Location"] == "/gestion/conventions/convention-suivante/"
    made = Convention.objects.get(slug="convention-suivante")
    assert (made.state, made.programme.count()) == ("draft", 1)
    assert "Préparée d’après Convention 2030" in text(national.get(answer["Location"]))
    taken = national.post(f"{AT}suivante/", {"title": "Convention suivante", "day": day.isoformat()})
    assert "Une Convention porte déjà ce titre" in text(taken)


def test_a_delegate_reads_and_changes_nothing(client, convention):
    item = temps(convention)
    builders.sign_in(client, builders.staff(regions=[builders.region()]))
    assert client.get(f"{AT}programme/").status_code == 200
    assert client.get(f"{AT}programme/{item.public_id}/").status_code == 200
    for path, sent in (
        ("nouveau/", TYPED),
        (f"{item.public_id}/", TYPED),
        (f"{item.public_id}/acte/", {"act": "withdraw"}),
    ):
        assert client.post(f"{AT}programme/{path}", sent).status_code == 403
    assert client.post(f"{AT}programme/publier/", {"seen": "x"}).status_code == 403
    assert not ProgrammeChange.objects.exists()


def test_the_page_costs_the_same_however_long_the_programme(national, convention):
    counts = []
    for number in range(3):
        temps(convention, title=f"Temps {number}", hour=number)
        change(convention.programme.last(), room=f"Salle {number}")
        with CaptureQueriesContext(connection) as queries:
            national.get(f"{AT}programme/")
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
