"""A Convention that begins in an hour, its doors, and what a phone sends."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from events.models import Convention, Door, Registration
from events.models.door_links import door_path
from tests import builders


def gathering(**fields) -> Convention:
    fields.setdefault("starts_at", timezone.now() + timedelta(hours=1))
    return builders.convention(**fields)


def a_door(convention: Convention, name="Porte A", **fields) -> Door:
    now = timezone.now()
    fields.setdefault("opens_at", now - timedelta(hours=1))
    fields.setdefault("closes_at", now + timedelta(hours=8))
    return Door.objects.create(convention=convention, name=name, made_at=fields["opens_at"], **fields)


def somebody(convention: Convention, name="Ana Le Goff", status="confirmed", **fields) -> Registration:
    return builders.registration(convention, builders.attendee(name=name, **fields), status=status)


def phone(client, door: Door, *, key=None, age_ms=0, to="entrees/", **body):
    """What a phone sends, and the answer: ``(status, dictionary)``."""
    sent = {"key": str(key or uuid4()), "age_ms": str(age_ms)} | body
    response = client.post(f"{door_path(door)}{to}", sent)
    return response.status_code, response.json()


def present(convention: Convention) -> list[str]:
    return sorted(convention.registrations.present().values_list("attendee__name", flat=True))
