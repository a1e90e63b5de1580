"""A Convention that took place, and people who came to it."""

import uuid
from datetime import timedelta

from django.utils import timezone

from events.models import CheckIn, Convention, Door, Registration
from tests import builders


def gone_by(days: int = 2, **fields) -> Convention:
    """Published; it ended ``days`` ago."""
    ended = timezone.now() - timedelta(days=days)
    fields = {"starts_at": ended - timedelta(hours=8), "ends_at": ended, "capacity": 500} | fields
    return builders.convention(**fields)


def door_of(convention: Convention) -> Door:
    times = {"opens_at": convention.starts_at, "closes_at": convention.ends_at, "made_at": convention.starts_at}
    return Door.objects.get_or_create(convention=convention, name="Porte A", revoked_at=None, defaults=times)[0]


def let_in(registration: Registration, **fields) -> CheckIn:
    at = registration.convention.starts_at
    fields = {"key": uuid.uuid4(), "means": "scan", "happened_at": at, "received_at": at} | fields
    return CheckIn.objects.create(door=door_of(registration.convention), registration=registration, **fields)


def present(convention: Convention, **attendee) -> Registration:
    """Somebody who was registered, and came."""
    before = {"registered_at": convention.starts_at - timedelta(days=9)}
    person = builders.attendee(**attendee) if attendee else None
    registration = builders.registration(convention, person, **before)
    let_in(registration)
    return registration
