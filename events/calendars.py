"""What a Convention is in somebody's calendar: the public entry, and the one of a person who has a seat."""

from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone

from alliance.lib import ics
from events.models import Convention, Registration


def of_convention(convention: Convention) -> bytes:
    return ics.calendar([_entry(convention, uid=convention.public_id)], name=convention.title)


def of_conventions(conventions) -> bytes:
    """All of them: one subscribes to it. A cancelled one is told as such, without taking the calendar away."""
    entries = [_entry(convention, uid=convention.public_id) for convention in conventions]
    return ics.calendar(entries, name="Conventions de l’Alliance Dynamique", published=True)


def of_registration(registration: Registration) -> bytes:
    """The entry of one person. Both revisions only grow, so their sum does: the newest mail always wins."""
    convention = registration.convention
    entry = _entry(
        convention,
        uid=registration.public_id,
        sequence=convention.sequence + registration.sequence,
        cancelled=registration.status != Registration.Status.CONFIRMED,
        changed_at=registration.cancelled_at or registration.confirmed_at,
    )
    return ics.calendar([entry], name=convention.title)


def _entry(convention: Convention, *, uid, sequence=None, cancelled=False, changed_at=None) -> ics.Entry:
    starts_at, ends_at = convention.starts_at, convention.ends_at
    if convention.is_day_only:
        starts_at, ends_at = timezone.localdate(starts_at), timezone.localdate(ends_at) + timedelta(days=1)
    return ics.Entry(
        uid=f"{uid}@{settings.SITE_HOST.split(':')[0]}",
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
    )
