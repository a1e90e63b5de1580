"""Calendar files (RFC 5545)."""

from dataclasses import dataclass
from datetime import date, datetime

from icalendar import Calendar, Event, vCalAddress


@dataclass(frozen=True)
class Entry:
    """``uid`` never changes for one thing; ``sequence`` grows when it does. Aware moments, written in UTC.

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


def calendar(entries: list[Entry], *, name: str, published: bool = False) -> bytes:
    """The calendar ``name`` that holds ``entries``. A cancelled entry takes itself out of the reader's calendar.

    ``published``: one that is subscribed to, never a message that cancels.
    """
    cancelled = not published and bool(entries) and all(entry.cancelled for entry in entries)
    whole = Calendar()
    whole.add("prodid", "-//Alliance Dynamique//Portail//FR")
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "CANCEL" if cancelled else "PUBLISH")
    whole.add("x-wr-calname", name)
    for entry in entries:
        whole.add_component(_event(entry))
    return whole.to_ical()


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", entry.summary)
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    for field in ("location", "description", "url"):
        if getattr(entry, field):
            event.add(field, getattr(entry, field))
    if entry.organizer:
        event.add("organizer", vCalAddress(f"mailto:{entry.organizer}"))
    return event
