"""Letters and calendars: what leaves, to whom, and that calendars can read it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db.models.functions import Now
from django.utils import timezone
from icalendar import Calendar

from alliance.lib import french
from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from events import calendars
from events.actions import cancel, cancel_convention, register
from events.actions.guests import ask_invitation, come
from events.models import Convention, Registration
from events.models.door_links import workshops_path
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention():
    return builders.convention(
        title="Convention d’essai",
        capacity=1,
        starts_at=datetime(2038, 1, 14, 8, 0, tzinfo=UTC),
        ends_at=datetime(2038, 1, 14, 16, 30, tzinfo=UTC),
        place="La Halle, Lyon",
        address="12 rue des Essais, 69000 Lyon",
    )


def seat(convention, email="ana@test.invalid", name="Ana", **fields):
    return register(
        convention=convention, name=name, email=email, organisation=None, at=timezone.now(), **{"by": None} | fields
    )


def entry(content: bytes):
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    return str(calendar["method"]), event


def attached(letter):
    ((name, content, mimetype),) = letter.attachments
    assert (name, mimetype) == ("inscription.ics", "text/calendar")
    return entry(content.encode() if isinstance(content, str) else content)


def test_a_confirmed_person_gets_a_letter_with_the_entry_for_their_calendar(convention, settings):
    registration = seat(convention)
    assert deliver_all_due() == 1
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["ana@test.invalid"], "Inscription confirmée : Convention d’essai")
    assert "Votre place est confirmée." in letter.body
    assert "jeudi 14 janvier 2038, de 9\xa0h à 17\xa0h\xa030" in letter.body
    assert f"http://localhost:8000/conventions/{convention.slug}/" in letter.body
    method, event = attached(letter)
    assert (method, event["status"], int(event["sequence"])) == ("PUBLISH", "CONFIRMED", 0)
    assert str(event["uid"]) == f"{registration.public_id}@localhost"
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (convention.starts_at, convention.ends_at)
    assert event["location"] == "La Halle, Lyon, 12 rue des Essais, 69000 Lyon"
    assert str(event["organizer"]) == "mailto:ne-pas-repondre@localhost"


def test_whoever_has_a_seat_reads_where_and_until_when_workshops_are_ranked(convention):
    now = timezone.now()
    times = {"wishes_open_at": now - timedelta(days=1), "wishes_close_at": now + timedelta(days=2)}
    Convention.objects.update(capacity=2, **times)
    registration = seat(convention)
    deliver_all_due()
    assert f"Les ateliers se choisissent par vœux, jusqu’au {french.long_moment(now + timedelta(days=2))}" in body_of(0)
    assert f"http://localhost:8000{workshops_path(registration)}" in body_of(0)
    Convention.objects.update(wishes_open_at=None, wishes_close_at=None)
    seat(convention, "b@test.invalid")
    deliver_all_due()
    assert "par vœux" not in body_of(1)


def test_whoever_came_by_an_invitation_gives_the_seat_back_by_its_link(convention):
    guest = ask_invitation(convention=convention, email="bo@test.invalid", at=timezone.now())
    come(guest=guest, name="Bo Essai", at=timezone.now())
    mail.outbox.clear()
    deliver_all_due()
    letter = next(each for each in mail.outbox if each.subject.startswith("Inscription confirmée"))
    link = f"http://localhost:8000/invitation-a-une-rencontre/{guest.token}/"
    assert f"Rendez votre place, quelqu’un l’attend peut-être : {link}" in letter.body


def body_of(number: int) -> str:
    return mail.outbox[number].body


def test_a_waiting_person_learns_their_rank_and_gets_no_entry(convention):
    seat(convention)
    seat(convention, "b@test.invalid")
    seat(convention, "c@test.invalid")
    deliver_all_due()
    assert [letter.subject.split(" : ")[0] for letter in mail.outbox] == [
        "Inscription confirmée",
        "Vous êtes sur la liste d’attente",
        "Vous êtes sur la liste d’attente",
    ]
    assert "au rang 2." in mail.outbox[2].body
    assert mail.outbox[2].attachments == []
    assert "quelqu’un attend peut-être votre place" in mail.outbox[0].body
    assert "votre place" not in mail.outbox[2].body
    assert "Vous ne souhaitez plus venir ? Dites-le à la personne qui a fait votre inscription." in mail.outbox[2].body


def test_whoever_waits_leaves_the_list_and_gives_no_seat_back(convention):
    person = builders.user("b@test.invalid")
    seat(convention)
    seat(convention, "b@test.invalid", user=person)
    deliver_all_due()
    assert "Quittez la liste d’attente : " in mail.outbox[1].body
    assert "Rendez votre place" not in mail.outbox[1].body


def test_a_colleague_reads_who_registered_them_and_whom_to_tell(convention):
    seat(convention, by=builders.user(full_name="Dominique Essai"))
    deliver_all_due()
    body = mail.outbox[0].body
    assert "Dominique Essai a fait votre inscription : votre place est confirmée." in body
    assert "Dites-le à Dominique Essai" in body
    assert "/inscription/" not in body


def test_cancelling_takes_the_entry_out_and_gives_the_next_theirs(convention):
    first = seat(convention)
    second = seat(convention, "b@test.invalid")
    deliver_all_due()
    before = attached(mail.outbox[0])[1]
    mail.outbox.clear()
    Convention.objects.update(offer_hours=0)
    cancel(registration=first, by=None, at=timezone.now())
    deliver_all_due()
    gone, won = mail.outbox
    assert (gone.to, gone.subject) == (["ana@test.invalid"], "Inscription annulée : Convention d’essai")
    method, event = attached(gone)
    assert (method, event["status"], event["uid"]) == ("CANCEL", "CANCELLED", before["uid"])
    assert int(event["sequence"]) > int(before["sequence"])
    assert event.decoded("dtstamp") >= before.decoded("dtstamp")
    assert (won.to, won.subject) == (["b@test.invalid"], "Une place s’est libérée pour vous : Convention d’essai")
    assert attached(won)[1]["uid"].startswith(str(second.public_id))


def test_whoever_leaves_the_waiting_list_had_no_entry_to_take_out(convention):
    seat(convention)
    waiting = seat(convention, "b@test.invalid")
    cancel(registration=waiting, by=None, at=timezone.now())
    deliver_all_due()
    assert [letter.attachments for letter in mail.outbox if "annulée" in letter.subject] == [[]]


def test_a_letter_that_is_out_of_date_does_not_leave(convention):
    """Confirmed, then cancelled before the post passed: only the cancellation leaves."""
    first = seat(convention)
    seat(convention, "b@test.invalid")
    Convention.objects.update(offer_hours=0)
    cancel(registration=first, by=None, at=timezone.now())
    deliver_all_due()
    assert sorted((letter.to[0], letter.subject.split(" : ")[0]) for letter in mail.outbox) == [
        ("ana@test.invalid", "Inscription annulée"),
        ("b@test.invalid", "Une place s’est libérée pour vous"),
    ]


def test_calling_off_reaches_those_who_had_a_seat_with_a_cancelled_entry(convention):
    seat(convention)
    seat(convention, "b@test.invalid")
    deliver_all_due()
    before = attached(mail.outbox[0])[1]
    mail.outbox.clear()
    cancel_convention(convention=convention, by=None, at=timezone.now())
    deliver_all_due()
    assert [letter.subject for letter in mail.outbox] == ["Annulée : Convention d’essai"] * 2
    method, event = attached(mail.outbox[0])
    assert (method, event["uid"], int(event["sequence"])) == ("CANCEL", before["uid"], int(before["sequence"]) + 1)
    assert mail.outbox[1].attachments == []


def test_nobody_is_reminded_of_a_seat_at_what_was_called_off(convention, time_machine):
    first = seat(convention)
    seat(convention, "b@test.invalid")
    cancel(registration=first, by=None, at=timezone.now())
    deliver_all_due()
    assert "Une place vous est proposée" in mail.outbox[-1].subject
    cancel_convention(convention=convention, by=None, at=timezone.now())
    deliver_all_due()
    mail.outbox.clear()
    time_machine.move_to(convention.registrations.get(status="offered").offer_ends_at - timedelta(hours=1))
    assert Owed.objects.filter(work="events.send_offer_reminder").update(due_at=Now()) == 1
    assert (deliver_all_due(), mail.outbox) == (1, [])


def test_a_convention_that_moves_replaces_its_entry(convention):
    _, before = entry(calendars.of_convention(convention))
    Convention.objects.update(starts_at=convention.starts_at + timedelta(hours=1))
    convention.refresh_from_db()
    _, after = entry(calendars.of_convention(convention))
    assert after["uid"] == before["uid"] == f"{convention.public_id}@localhost"
    assert int(after["sequence"]) == int(before["sequence"]) + 1
    assert after.decoded("dtstart") == datetime(2038, 1, 14, 9, 0, tzinfo=UTC)


def test_moments_are_right_on_both_sides_of_the_october_change():
    paris = timezone.get_default_timezone()
    for day in (date(2027, 10, 30), date(2027, 10, 31), date(2027, 11, 1)):
        starts_at = datetime(day.year, day.month, day.day, 9, 0, tzinfo=paris)
        made = builders.convention(starts_at=starts_at)
        made.refresh_from_db()
        _, event = entry(calendars.of_convention(made))
        assert event.decoded("dtstart").astimezone(paris).hour == 9


def test_when_only_the_day_is_known_the_entry_is_the_whole_day():
    made = builders.convention(starts_at=datetime(2018, 6, 26, 22, 0, tzinfo=UTC), is_day_only=True)
    _, event = entry(calendars.of_convention(made))
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (date(2018, 6, 27), date(2018, 6, 28))
    assert made.when == "mercredi 27 juin 2018"


def test_the_entry_of_whoever_waits_is_not_a_confirmed_one(convention):
    waiting = builders.registration(convention, status="waiting")
    method, event = entry(calendars.of_registration(Registration.objects.get(pk=waiting.pk)))
    assert (method, event["status"]) == ("CANCEL", "CANCELLED")
