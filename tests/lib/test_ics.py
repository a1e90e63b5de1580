"""Calendar files."""

from datetime import UTC, datetime

from icalendar import Calendar

from alliance.lib.ics import Entry, calendar

ENTRY = Entry(
    uid="registration-1@portail",
    starts_at=datetime(2026, 11, 12, 8, 30, tzinfo=UTC),
    ends_at=datetime(2026, 11, 12, 16, 0, tzinfo=UTC),
    summary="Convention, « l’été »; suite",
    changed_at=datetime(2026, 10, 1, tzinfo=UTC),
    location="Paris",
    url="https://portail.example.fr/conventions/2026/",
)


def test_an_entry_reads_back_as_it_was_written():
    whole = Calendar.from_ical(calendar([ENTRY], name="Conventions"))
    (event,) = whole.events
    assert (whole["method"], whole["x-wr-calname"]) == ("PUBLISH", "Conventions")
    assert (event["uid"], event["summary"], event["status"]) == (ENTRY.uid, ENTRY.summary, "CONFIRMED")
    assert (event.start, event.end, event["location"]) == (ENTRY.starts_at, ENTRY.ends_at, "Paris")
    assert "description" not in event


def test_a_calendar_of_nothing_yet_holds_a_component_as_the_rfc_wants():
    whole = Calendar.from_ical(calendar([], name="Rien encore", published=True))
    assert (whole.events, [part.name for part in whole.subcomponents]) == ([], ["VTIMEZONE"])


def test_a_cancelled_entry_takes_itself_out():
    cancelled = Entry(**{**ENTRY.__dict__, "cancelled": True, "sequence": 2})
    whole = Calendar.from_ical(calendar([cancelled], name="Conventions"))
    (event,) = whole.events
    assert (whole["method"], event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 2)


def test_the_file_is_plain_rfc_5545():
    raw = calendar([ENTRY], name="Conventions")
    assert raw.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"DTSTART;TZID=Europe/Paris:20261112T093000\r\n" in raw
    assert raw.count(b"BEGIN:VTIMEZONE\r\n") == 1
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
