"""Somebody's calendar, read by two programs; and what they come to."""

from datetime import UTC, timedelta

import vobject
from django.utils import timezone
from icalendar import Calendar

from events.actions.feeds import renew_feed
from events.actions.programme import withdraw_item
from events.models import ProgrammeItem, Workshop, WorkshopPlace
from partners.models import Axis
from tests import builders
from tests.events.drafting import publish


def by_icalendar(raw: bytes) -> dict:
    return {
        str(event["uid"]): (
            event.start.astimezone(UTC), event.end.astimezone(UTC), str(event["summary"]), int(event["sequence"]),
            str(event["status"]),
        )
        for event in Calendar.from_ical(raw).events
    }  # fmt: skip


def by_vobject(raw: bytes) -> dict:
    return {
        event.uid.value: (
            event.dtstart.value.astimezone(UTC), event.dtend.value.astimezone(UTC), event.summary.value,
            int(event.sequence.value), event.status.value,
        )
        for event in vobject.readOne(raw.decode()).contents.get("vevent", [])
    }  # fmt: skip


def read(raw: bytes) -> dict:
    """What both programs read, having checked that it is the same."""
    found = by_icalendar(raw)
    assert found == by_vobject(raw)
    return found


class Agenda(dict):
    """Somebody's calendar, as RFC 5546 wants it: an entry replaces the former one when its SEQUENCE is not smaller."""

    def take(self, raw: bytes):
        for uid, entry in read(raw).items():
            if uid not in self or entry[3] >= self[uid][3]:
                self[uid] = entry
        return self

    def titles(self) -> dict[str, str]:
        return {entry[2]: entry[4] for entry in self.values()}


def item(convention, title="Atelier vélo", hour=2, kind="workshop", **fields):
    starts_at = convention.starts_at + timedelta(hours=hour)
    made = ProgrammeItem.objects.create(
        convention=convention, title=title, kind=kind, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1),
        **fields,
    )  # fmt: skip
    if kind == "workshop":
        Workshop.objects.create(item=made, capacity=5, axis=Axis.objects.filter(number=1).first() or builders.axis(1))
    return made


def place(registration, of):
    return WorkshopPlace.objects.create(
        registration=registration, workshop=of.workshop, source="chosen", given_at=timezone.now()
    )


def withdrawn(of):
    """Drafted and published, as staff do it."""
    withdraw_item(item=of, by=None, at=timezone.now())
    publish(of.convention)


def feed_of(client, person) -> bytes:
    """Through the address, as a calendar program asks for it."""
    secret = renew_feed(user=person, at=timezone.now())
    answer = client.get(f"/calendrier/{secret}.ics")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return answer.content
