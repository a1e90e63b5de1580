"""Calendars: two independent parsers read the same hours, updates replace, cancellations stay told."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from alliance.lib.ics import Entry, calendar
from events.actions import cancel, cancel_convention
from events.actions.feeds import close_feed, renew_feed
from events.actions.workshop_places import give_back
from events.models import CalendarFeed, Convention
from tests import builders
from tests.events.agenda import Agenda, by_vobject, feed_of, item, place, read, withdrawn
from tests.events.drafting import temps
from tests.events.wishing import workshop

pytestmark = pytest.mark.django_db
SATURDAY = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)


@pytest.fixture
def person():
    return builders.user("ana@test.invalid", full_name="Ana")


@pytest.fixture
def seat(person):
    convention = builders.convention(title="Convention d’essai", place="La Halle, Lyon")
    attendee = builders.attendee(name="Ana", email="ana@test.invalid", user=person)
    return builders.registration(convention, attendee)


@pytest.mark.parametrize("hours", range(12))
def test_the_night_of_october_when_an_hour_comes_twice_reads_alike_everywhere(hours):
    starts_at = SATURDAY + timedelta(hours=hours)
    entry = Entry("a@b", starts_at, starts_at + timedelta(minutes=30), "Veillée", changed_at=SATURDAY)
    assert read(calendar([entry], name="Nuit"))["a@b"][:2] == (starts_at, starts_at + timedelta(minutes=30))


def test_hours_of_paris_stand_on_both_sides_of_the_change_of_october():
    days = [datetime(2026, 10, 23, 7, 0, tzinfo=UTC), datetime(2026, 10, 26, 8, 0, tzinfo=UTC)]
    entries = [Entry(f"{day:%d}@b", day, day + timedelta(hours=8), "Jour", changed_at=SATURDAY) for day in days]
    raw = calendar(entries, name="Deux jours")
    assert re.findall(rb"DTSTART;TZID=Europe/Paris:(\S+)", raw) == [b"20261023T090000", b"20261026T090000"]
    assert [entry[0] for entry in read(raw).values()] == days


def test_without_the_rule_of_october_one_of_them_would_be_an_hour_late():
    """Control: the file is what carries the change of hour, not the reader's luck."""
    day = datetime(2026, 10, 26, 8, 0, tzinfo=UTC)
    raw = calendar([Entry("c@b", day, day + timedelta(hours=1), "Jour", changed_at=SATURDAY)], name="Jour")
    wrong = re.sub(rb"BEGIN:STANDARD.*?END:STANDARD\r\n", b"", raw, flags=re.DOTALL).replace(
        b"Europe/Paris", b"Ailleurs"
    )
    assert by_vobject(wrong)["c@b"][0] != day


def test_the_programme_holds_each_temps_and_no_online_address(client, seat):
    convention = seat.convention
    item(convention, online_url="https://visio.test.invalid/abc", room="Salle 2")
    item(convention, "Ouverture", 0, "plenary")
    raw = client.get(f"/conventions/{convention.slug}/programme.ics").content
    assert sorted(entry[2] for entry in read(raw).values()) == ["Atelier vélo", "Ouverture"]
    assert b"visio.test" not in raw
    assert "Salle 2" in raw.replace(b"\r\n ", b"").decode()


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Atelier vélo", "Ouverture", "Repas"]),
        ("kind=plenary", ["Ouverture"]),
        ("kind=plenary&kind=break", ["Ouverture", "Repas"]),
        ("axis=1", ["Atelier vélo"]),
        ("axis=2", []),
        ("kind=plenary&axis=1", []),
    ],
)
def test_filters_leave_what_they_name(client, seat, query, titles):
    for title, hour, kind in [("Atelier vélo", 2, "workshop"), ("Ouverture", 0, "plenary"), ("Repas", 4, "break")]:
        item(seat.convention, title, hour, kind)
    raw = client.get(f"/conventions/{seat.convention.slug}/programme.ics?{query}").content
    assert sorted(entry[2] for entry in read(raw).values()) == titles


def test_the_page_of_a_gathering_leads_to_each_part_of_its_programme(client, seat, person):
    page = f"/conventions/{seat.convention.slug}/"
    temps(seat.convention)
    for number in (4, 7):
        workshop(seat.convention, title=f"Atelier {number}", axis=builders.axis(number))
    links = re.findall(r'programme\.ics\?([^"]+)"', client.get(page).content.decode())
    assert links == ["kind=plenary", "kind=workshop", "axis=4", "axis=7"]
    assert [len(read(client.get(f"{page}programme.ics?{link}").content)) for link in links] == [1, 2, 1, 1]
    client.force_login(person)
    assert "programme.ics?mine=1" in client.get(page).content.decode()


def test_a_workshop_is_chosen_by_its_public_id(client, seat):
    wanted = item(seat.convention)
    item(seat.convention, "Atelier pain", 3)
    raw = client.get(f"/conventions/{seat.convention.slug}/programme.ics?workshop={wanted.public_id}").content
    assert [entry[2] for entry in read(raw).values()] == ["Atelier vélo"]


@pytest.mark.parametrize("query", ["kind=concert", "axis=un", "axis=12345", "workshop=1", "mine=oui", "page=2"])
def test_what_is_no_filter_is_said(client, seat, query):
    answer = client.get(f"/conventions/{seat.convention.slug}/programme.ics?{query}")
    assert (answer.status_code, answer.content.decode()) == (400, f"Filtre inconnu : {query.removesuffix('=2')}.")


def test_mine_is_what_one_comes_to_with_the_online_address(client, seat, person):
    held = item(seat.convention, online_url="https://visio.test.invalid/abc")
    item(seat.convention, "Atelier pain", 3)
    item(seat.convention, "Ouverture", 0, "plenary")
    place(seat, held)
    address = f"/conventions/{seat.convention.slug}/programme.ics?mine=1"
    assert client.get(address).headers["Location"].startswith("/connexion/")
    builders.sign_in(client, person)
    raw = client.get(address).content
    assert sorted(entry[2] for entry in read(raw).values()) == ["Atelier vélo", "Ouverture"]
    assert b"visio.test.invalid/abc" in raw.replace(b"\r\n ", b"")


def test_a_draft_shows_no_programme_and_drafted_items_stay_out(client, seat):
    item(seat.convention, "Secret", 1, "plenary", stage="draft")
    assert read(client.get(f"/conventions/{seat.convention.slug}/programme.ics").content) == {}
    draft = builders.convention(state="draft")
    assert client.get(f"/conventions/{draft.slug}/programme.ics").status_code == 404


def test_a_temps_that_is_withdrawn_replaces_its_entry_by_a_cancelled_one(client, seat):
    gone, address = item(seat.convention), f"/conventions/{seat.convention.slug}/programme.ics"
    agenda = Agenda().take(client.get(address).content)
    assert agenda.titles() == {"Atelier vélo": "CONFIRMED"}
    withdrawn(gone)
    for filtered in ("", "?kind=workshop", "?axis=1", f"?workshop={gone.public_id}"):
        assert read(client.get(address + filtered).content) == read(client.get(address).content), filtered
    assert agenda.take(client.get(address).content).titles() == {"Atelier vélo": "CANCELLED"}


def test_a_workshop_that_is_withdrawn_stays_told_to_those_who_had_a_place_in_it(client, seat, person):
    mine, other = item(seat.convention), item(seat.convention, "Atelier voile", 4)
    place(seat, mine)
    builders.sign_in(client, person)
    address = f"/conventions/{seat.convention.slug}/programme.ics?mine=1"
    programme, feed = Agenda().take(client.get(address).content), Agenda().take(feed_of(client, person))
    assert programme.titles() == {"Atelier vélo": "CONFIRMED"}
    withdrawn(mine)
    withdrawn(other)
    assert programme.take(client.get(address).content).titles() == {"Atelier vélo": "CANCELLED"}
    feed.take(feed_of(client, person))
    assert (len(feed), feed.titles()) == (2, {"Convention d’essai": "CONFIRMED", "Atelier vélo": "CANCELLED"})


def test_the_personal_feed_follows_places_taken_given_back_and_taken_again(client, seat, person):
    workshop = item(seat.convention)
    first = place(seat, workshop)
    agenda = Agenda().take(feed_of(client, person))
    assert agenda.titles() == {"Convention d’essai": "CONFIRMED", "Atelier vélo": "CONFIRMED"}
    give_back(place=first, at=timezone.now())
    assert agenda.take(feed_of(client, person)).titles()["Atelier vélo"] == "CANCELLED"
    place(seat, workshop)
    agenda.take(feed_of(client, person))
    assert (len(agenda), agenda.titles()["Atelier vélo"]) == (2, "CONFIRMED")


def test_a_cancelled_registration_stays_in_the_feed_as_cancelled(client, seat, person):
    place(seat, item(seat.convention))
    agenda = Agenda().take(feed_of(client, person))
    cancel(registration=seat, by=person, at=timezone.now())
    assert agenda.take(feed_of(client, person)).titles() == {
        "Convention d’essai": "CANCELLED", "Atelier vélo": "CANCELLED",
    }  # fmt: skip


def test_a_convention_that_is_called_off_is_cancelled_in_the_feed(client, seat, person):
    agenda = Agenda().take(feed_of(client, person))
    cancel_convention(convention=seat.convention, by=None, at=timezone.now())
    assert agenda.take(feed_of(client, person)).titles() == {"Convention d’essai": "CANCELLED"}


def test_hours_that_change_replace_the_former_entry(client, seat, person):
    agenda = Agenda().take(feed_of(client, person))
    ((uid, before),) = agenda.items()
    seat.convention.starts_at += timedelta(hours=1)
    seat.convention.save()
    agenda.take(feed_of(client, person))
    assert (list(agenda), agenda[uid][0]) == ([uid], before[0] + timedelta(hours=1))


@pytest.mark.parametrize(
    ("status", "told"),
    [("waiting", "TENTATIVE"), ("offered", "TENTATIVE"), ("confirmed", "CONFIRMED"), ("declined", "CANCELLED"),
     ("expired", "CANCELLED")],
)  # fmt: skip
def test_each_state_of_a_registration_has_its_word(client, person, status, told):
    attendee = builders.attendee(user=person)
    builders.registration(builders.convention(title="Rencontre"), attendee, status)
    assert Agenda().take(feed_of(client, person)).titles() == {"Rencontre": told}


def test_the_feed_tells_nothing_of_others(client, seat, person):
    other = builders.user()
    builders.registration(builders.convention(title="Ailleurs"), builders.attendee(user=other))
    assert Agenda().take(feed_of(client, person)).titles() == {"Convention d’essai": "CONFIRMED"}


def test_an_address_answers_nothing_once_renewed_or_closed(client, person):
    first = renew_feed(user=person, at=timezone.now())
    second = renew_feed(user=person, at=timezone.now())
    assert [client.get(f"/calendrier/{secret}.ics").status_code for secret in (first, second)] == [404, 200]
    assert close_feed(user=person) is True
    assert (client.get(f"/calendrier/{second}.ics").status_code, close_feed(user=person)) == (404, False)


def test_a_closed_account_has_no_feed(client, person):
    secret = renew_feed(user=person, at=timezone.now())
    person.is_active = False
    person.save()
    assert client.get(f"/calendrier/{secret}.ics").status_code == 404


def test_the_database_does_not_know_the_address(person):
    secret = renew_feed(user=person, at=timezone.now())
    kept = CalendarFeed.objects.values_list().get()
    assert not any(secret in str(value) for value in kept)


def test_a_program_that_has_it_already_is_told_so(client, seat, person):
    address = f"/calendrier/{renew_feed(user=person, at=timezone.now())}.ics"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": f"W/{first.headers['ETag']}"})
    assert (again.status_code, again.content, first.headers["Cache-Control"]) == (304, b"", "private, no-cache")
    assert first.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "Set-Cookie" not in first.headers


def test_the_feed_costs_as_much_for_three_registrations_as_for_one(client, person, django_assert_num_queries):
    for _ in range(3):
        seat = builders.registration(builders.convention(), builders.attendee(user=person))
        place(seat, item(seat.convention))
    secret = renew_feed(user=person, at=timezone.now())
    with django_assert_num_queries(3):
        client.get(f"/calendrier/{secret}.ics")


def test_my_calendar_shows_the_address_once(client, seat, person):
    builders.sign_in(client, person)
    assert "Vous n’en avez pas encore" in client.get("/calendrier/").content.decode()
    assert (client.post("/calendrier/").status_code, CalendarFeed.objects.count()) == (400, 0)
    made = client.post("/calendrier/", {"act": "renew"}).content.decode()
    (address,) = re.findall(r'value="http://localhost:8000(/calendrier/\S+\.ics)"', made)
    assert client.get(address).status_code == 200
    assert address not in client.get("/calendrier/").content.decode()
    assert client.post("/calendrier/", {"act": "close"}).headers["Location"] == "/calendrier/"
    assert client.get(address).status_code == 404


def test_my_calendar_is_for_those_who_are_signed_in(client):
    assert client.get("/calendrier/").headers["Location"].startswith("/connexion/")


def test_the_file_of_a_gathering_is_not_sent_again_while_nothing_changes(client):
    convention = builders.convention(slug="c40")
    first = client.get("/conventions/c40.ics")
    asked = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/conventions/c40.ics", headers=asked).status_code == 304
    Convention.objects.filter(pk=convention.pk).update(title="Renommée")
    again = client.get("/conventions/c40.ics", headers=asked)
    assert (again.status_code, "SUMMARY:Renommée" in again.content.decode()) == (200, True)
