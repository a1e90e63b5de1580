"""Reminders a week and a day before, thanks afterwards: to each once, whatever runs, whatever is down."""

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import connections, transaction
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from events.actions import cancel, cancel_convention
from events.actions.reminders import remind
from events.jobs import remind_attendees
from events.models import ReminderMark
from tests import builders
from tests.events import coming
from tests.events.drafting import temps
from tests.events.waiting import rival

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2027, 4, 15, 9, 0, tzinfo=PARIS)
LONG_AGO = datetime(2027, 1, 4, 12, 0, tzinfo=PARIS)
KINDS = list(ReminderMark.Kind)


def on(day: int, hour: int = 9) -> datetime:
    return datetime(2027, 4, day, hour, 0, tzinfo=PARIS)


def gathering(**fields):
    fields = {"title": "Convention d’essai", "starts_at": START, "opens_at": LONG_AGO} | fields
    return builders.convention(ends_at=START + timedelta(hours=8), **fields)


def seat(convention, status="confirmed", at=LONG_AGO, **fields):
    return builders.registration(convention, status=status, registered_at=at, **fields)


def run(at) -> int:
    with time_machine.travel(at, tick=False):
        return remind_attendees()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "kind"),
    [
        (on(8, 7), None), (on(8, 8), "week"), (on(13, 19), "week"), (on(14, 7), "week"), (on(14, 8), "eve"),
        (on(15, 8), "eve"), (on(15, 9), None), (on(15, 18), None), (on(16, 7), None), (on(16, 8), "thanks"),
        (on(21, 7), "thanks"), (on(21, 9), None),
    ],
)  # fmt: skip
def test_each_letter_has_its_days(at, kind):
    seat(gathering())
    assert run(at) == bool(kind)
    assert list(ReminderMark.objects.values_list("kind", flat=True)) == [kind] * bool(kind)


@pytest.mark.django_db
def test_each_letter_leaves_once_however_often_the_clock_runs():
    seat(gathering())
    assert [run(on(day, hour)) for day in (8, 9, 14, 16) for hour in (9, 10, 11)] == [
        1,
        0,
        0,
        0,
        0,
        0,
        1,
        0,
        0,
        1,
        0,
        0,
    ]
    assert Owed.objects.filter(work="events.send_reminder").count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["waiting", "offered", "declined", "expired", "cancelled"])
def test_only_those_who_come_are_reminded(status):
    seat(gathering(), status)
    assert run(on(8)) == 0


@pytest.mark.django_db
def test_whoever_has_just_been_confirmed_is_not_reminded_of_it():
    convention = gathering()
    seat(convention, at=on(10), confirmed_at=on(10))
    assert [run(on(10, 12)), run(on(14))] == [0, 1]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_a_gathering_that_does_not_take_place_reminds_nobody(state):
    seat(gathering(state=state))
    assert run(on(8)) == 0


@pytest.mark.django_db
def test_the_letters_say_when_where_and_how_to_give_back():
    convention = gathering(place="La Halle, Lyon", access="Tram A, arrêt Halle.")
    seat(convention, attendee=builders.attendee(name="Ana", email="ana@test.invalid"))
    for at in (on(8), on(14), on(16)):
        with time_machine.travel(at, tick=False):
            remind_attendees()
            deliver_all_due()
    assert [letter.subject for letter in mail.outbox] == [
        "Dans une semaine : Convention d’essai",
        "C’est demain : Convention d’essai",
        "Merci de votre venue : Convention d’essai",
    ]
    assert [letter.to for letter in mail.outbox] == [["ana@test.invalid"]] * 3
    week, eve, thanks = (letter.body for letter in mail.outbox)
    for body in (week, eve):
        assert "jeudi 15 avril 2027, de 9\xa0h à 17\xa0h" in body
        assert "La Halle, Lyon" in body
        assert "Tram A, arrêt Halle." in body
        assert "/billet/" in body
        assert "Vous ne pouvez plus venir ?" in body
    assert f"/conventions/{convention.slug}/" in thanks
    assert "/ma-presence/" not in thanks  # for those who came in only


@pytest.mark.django_db
def test_those_who_come_read_where_to_join_online_before_and_not_afterwards():
    convention = gathering()
    temps(convention, "Plénière", hour=1, online_url="https://visio.example/x?a=1&b=2")
    temps(convention, "Pause", hour=3)
    seat(convention)
    for at in (on(8), on(14), on(16)):
        with time_machine.travel(at, tick=False):
            remind_attendees()
            deliver_all_due()
    week, eve, thanks = (letter.body.replace("\xa0", " ") for letter in mail.outbox)
    for body in (week, eve):
        assert "En ligne, pour vous seulement :\n- Plénière, 10 h – 11 h : https://visio.example/x?a=1&b=2\n" in body
        assert "Pause" not in body
    assert "visio.example" not in thanks


@pytest.mark.django_db
def test_a_letter_made_false_meanwhile_does_not_leave():
    convention = gathering()
    gone, called_off = seat(convention), gathering()
    seat(called_off)
    with time_machine.travel(on(8), tick=False):
        assert remind_attendees() == 2
        cancel(registration=gone, by=None, at=timezone.now())
        cancel_convention(convention=called_off, by=None, at=timezone.now())
        deliver_all_due()
    assert [letter.subject for letter in mail.outbox if letter.subject.startswith("Dans une semaine")] == []


@pytest.mark.django_db
def test_a_post_that_is_down_loses_nothing(settings):
    seat(gathering())
    with time_machine.travel(on(8), tick=False):
        settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {
            "host": "127.0.0.1", "port": 9, "timeout": 1}}}  # fmt: skip
        remind_attendees()
        with pytest.raises(ConnectionRefusedError):
            deliver_all_due()
        owed = Owed.objects.get()
        assert (owed.state, owed.attempts, mail.outbox) == ("pending", 1, [])
        settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
        Owed.objects.update(due_at=LONG_AGO - timedelta(days=99))
        deliver_all_due()
        assert remind_attendees() == 0
    assert [letter.extra_headers["Message-ID"] for letter in mail.outbox] == [owed.message_id]


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_owe_each_letter_once():
    """The first job holds its rows, not committed yet; the second passes by, and finds them done afterwards."""
    convention = gathering()
    for _ in range(5):
        seat(convention)
    with transaction.atomic():
        assert remind(convention=convention, kind="week", at=on(8)) == 5
        second = rival(_remind, convention)
        assert second.result() == 0
    assert remind(convention=convention, kind="week", at=on(8)) == 0
    assert Owed.objects.filter(work="events.send_reminder").count() == 5


@pytest.mark.django_db(transaction=True)
def test_many_jobs_at_once_owe_each_letter_once():
    convention = gathering()
    rows = [seat(convention).pk for _ in range(8)]
    start = threading.Barrier(4)

    def job():
        start.wait()
        try:
            remind(convention=convention, kind="week", at=on(8))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=job) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    remind(convention=convention, kind="week", at=on(8))
    owed = Owed.objects.filter(work="events.send_reminder")
    assert sorted(args[0] for args in owed.values_list("args", flat=True)) == sorted(rows)


def _remind(convention) -> int:
    return remind(convention=convention, kind="week", at=on(8))


@pytest.mark.django_db
def test_hundreds_are_reminded_in_one_run_with_few_queries(django_assert_max_num_queries):
    convention = gathering(capacity=500)
    for _ in range(3):
        seat(convention)
    with django_assert_max_num_queries(16):
        assert remind(convention=convention, kind="week", at=on(8)) == 3


@pytest.mark.django_db
def test_whoever_was_let_in_beyond_the_seats_is_thanked_with_their_certificate():
    convention = gathering()
    inside = seat(convention, "over")
    coming.let_in(inside)
    assert run(on(16)) == 1
    with time_machine.travel(on(16), tick=False):
        deliver_all_due()
    assert "/ma-presence/" in mail.outbox[0].body


@pytest.mark.django_db
def test_whoever_gave_no_address_is_owed_nothing():
    seat(gathering(), attendee=builders.attendee(email=""))
    assert run(on(8)) == 0
