"""What a Convention is in somebody's calendar: the public entries, and those of a person who comes."""

from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone

from alliance.lib import ics
from events.models import Convention, ProgrammeItem, Registration, WorkshopPlace

Status = Registration.Status
SEATED = (Status.CONFIRMED, Status.WAITING, Status.OFFERED)
REFRESHED = timedelta(hours=1)


def of_convention(convention: Convention) -> bytes:
    return ics.calendar([_entry(convention, uid=convention.public_id)], name=convention.title)


def of_conventions(conventions) -> bytes:
    """All of them: one subscribes to it. A cancelled one is told as such, without taking the calendar away."""
    entries = [_entry(convention, uid=convention.public_id) for convention in conventions]
    return ics.calendar(entries, name="Conventions de l’Alliance Dynamique", published=True)


def of_programme(convention: Convention, items: list[ProgrammeItem], *, with_links: bool = False) -> bytes:
    """An entry for each temps, those that were withdrawn told as cancelled. Online addresses only for who is seated."""
    entries = [_of_item(convention, item, uid=item.public_id.hex, with_link=with_links) for item in items]
    return ics.calendar(entries, name=f"{convention.title} : programme", published=True, refreshed=REFRESHED)


def of_registration(registration: Registration) -> bytes:
    """The entry of one person, as a message. Whoever has no seat (any more) is told that it is cancelled."""
    entry = _of_registration(registration, cancelled=registration.status != Status.CONFIRMED)
    return ics.calendar([entry], name=registration.convention.title)


def of_person(registrations: list[Registration], places: list[WorkshopPlace]) -> bytes:
    """All that one comes to: a subscription. What was given back or called off stays, told as cancelled.

    Same ``uid`` and revisions as in the letters, so that a calendar that holds both shows one entry.
    """
    entries = [
        _of_registration(registration, cancelled=registration.status not in SEATED) for registration in registrations
    ]
    return ics.calendar([*entries, *_of_places(places)], name="Alliance Dynamique", published=True, refreshed=REFRESHED)


def _of_registration(registration: Registration, *, cancelled: bool) -> ics.Entry:
    """Revisions only grow, so their sum does: the newest always wins. Refusing an offer is the one end not counted."""
    convention = registration.convention
    ended = registration.status in (Status.DECLINED, Status.EXPIRED)
    told = (registration.cancelled_at, registration.declined_at, registration.confirmed_at, registration.registered_at)
    return _entry(
        convention,
        uid=registration.public_id,
        sequence=convention.sequence + registration.sequence + ended,
        cancelled=cancelled,
        tentative=registration.status != Status.CONFIRMED,
        changed_at=next(filter(None, told)),
    )


def _of_places(places: list[WorkshopPlace]) -> list[ics.Entry]:
    """One entry for a person and a workshop, however often the place was given back and had again."""
    found: dict[tuple[int, int], list[WorkshopPlace]] = {}
    for place in places:
        found.setdefault((place.registration_id, place.workshop_id), []).append(place)
    return [_of_place(same) for same in found.values()]


def _of_place(same: list[WorkshopPlace]) -> ics.Entry:
    last, item = same[-1], same[-1].workshop.item
    live = [place for place in same if place.ended_at is None]
    is_coming = bool(live) and last.registration.status == Status.CONFIRMED
    return _of_item(
        last.registration.convention,
        item,
        uid=f"{last.registration.public_id.hex}-{item.public_id.hex}",
        revision=2 * len(same) - 1 - len(live) + last.registration.sequence,
        cancelled=not is_coming,
        changed_at=last.ended_at or last.given_at,
        with_link=is_coming,
    )


def _of_item(
    convention: Convention, item: ProgrammeItem, *, uid, revision=0, cancelled=False, changed_at=None, with_link=False
) -> ics.Entry:
    link = item.online_url if with_link else ""
    return ics.Entry(
        uid=f"{uid}@{_host()}",
        starts_at=item.starts_at,
        ends_at=item.ends_at,
        summary=item.title,
        changed_at=max(filter(None, [convention.updated_at, changed_at])),
        location=", ".join(filter(None, [item.room, convention.place, convention.address])) or link,
        description="\n\n".join(filter(None, [item.summary, link and f"En visioconférence : {link}"])),
        url=settings.SITE_URL + convention.get_absolute_url(),
        organizer=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        sequence=convention.sequence + item.sequence + revision,
        cancelled=cancelled
        or item.stage == ProgrammeItem.Stage.WITHDRAWN
        or convention.state == Convention.State.CANCELLED,
    )


def _host() -> str:
    return settings.SITE_HOST.split(":")[0]


def _entry(
    convention: Convention, *, uid, sequence=None, cancelled=False, tentative=False, changed_at=None
) -> ics.Entry:
    starts_at, ends_at = convention.starts_at, convention.ends_at
    if convention.is_day_only:
        starts_at, ends_at = timezone.localdate(starts_at), timezone.localdate(ends_at) + timedelta(days=1)
    return ics.Entry(
        uid=f"{uid}@{_host()}",
        starts_at=starts_at,
        ends_at=ends_at,
        summary=convention.title,
        changed_at=max(filter(None, [convention.updated_at, changed_at])),
        location=", ".join(filter(None, [convention.place, convention.address])),
        description=convention.summary,
        url=settings.SITE_URL + convention.get_absolute_url(),
        organizer=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        sequence=convention.sequence if sequence is None else sequence,
        cancelled=cancelled or convention.state == Convention.State.CANCELLED,
        tentative=tentative,
    )
