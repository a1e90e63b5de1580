"""Calendar files (RFC 5545), in the hours of Paris: the file carries when these change."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress

PARIS = ZoneInfo("Europe/Paris")
# The rule of the European Union since 1996: at 1 h UTC, the last Sundays of March and of October.
CHANGES = """BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
""".replace("\n", "\r\n")


@dataclass(frozen=True)
class Entry:
    """``uid`` never changes for one thing; ``sequence`` grows when it does. Aware moments, written as Paris reads them.

    Days instead of moments make an entry of whole days; the last day is the one after, as the RFC wants it.
    ``organizer`` is an address: without one, readers ignore a cancellation.
    """

    uid: str
    starts_at: datetime | date
    ends_at: datetime | date
    summary: str
    changed_at: datetime
    location: str = ""
    description: str = ""
    url: str = ""
    organizer: str = ""
    sequence: int = 0
    cancelled: bool = False
    tentative: bool = False

    @property
    def status(self) -> str:
        return "CANCELLED" if self.cancelled else "TENTATIVE" if self.tentative else "CONFIRMED"


def calendar(entries: list[Entry], *, name: str, published: bool = False, refreshed: timedelta | None = None) -> bytes:
    """The calendar ``name`` that holds ``entries``. A cancelled entry takes itself out of the reader's calendar.

    ``published``: one that is subscribed to, never a message that cancels; ``refreshed``: how often to read it again.
    """
    cancelled = not published and bool(entries) and all(entry.cancelled for entry in entries)
    whole = Calendar()
    whole.add("prodid", "-//Alliance Dynamique//Portail//FR")
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "CANCEL" if cancelled else "PUBLISH")
    whole.add("x-wr-calname", name)
    if refreshed:
        whole.add("refresh-interval", refreshed, parameters={"value": "DURATION"})
        whole.add("x-published-ttl", f"PT{int(refreshed.total_seconds() // 60)}M")
    if not entries or any(isinstance(entry.starts_at, datetime) for entry in entries):  # none at all: RFC 5545, 3.6
        whole.add_component(Timezone.from_ical(CHANGES))
    for entry in entries:
        whole.add_component(_event(entry))
    return whole.to_ical()


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at)
    event.add("dtstart", _as_paris_reads_it(entry.starts_at))
    event.add("dtend", _as_paris_reads_it(entry.ends_at))
    event.add("summary", entry.summary)
    event.add("sequence", entry.sequence)
    event.add("status", entry.status)
    for field in ("location", "description", "url"):
        if getattr(entry, field):
            event.add(field, getattr(entry, field))
    if entry.organizer:
        event.add("organizer", vCalAddress(f"mailto:{entry.organizer}"))
    return event


def _as_paris_reads_it(when: datetime | date) -> datetime | date:
    """The hour that comes twice in October cannot be told in local words the second time: UTC says it."""
    if not isinstance(when, datetime):
        return when
    local = when.astimezone(PARIS)
    return when.astimezone(UTC) if local.fold else local
