"""The links of the day: a ticket for whoever comes, a door for whoever lets them in. Each opens that alone."""

from django.core import signing
from django.urls import reverse

from events.models.door import Door
from events.models.registration import Registration

TICKET, DOOR = "events.ticket", "events.door"


def ticket_path(registration: Registration) -> str:
    return reverse("events:ticket", args=[_token(registration, TICKET)])


def workshops_path(registration: Registration) -> str:
    """Their wishes and places: with an account when they have one, else by the link of their ticket."""
    if registration.attendee.user_id:
        return reverse("events:wishes_of", args=[registration.convention.slug, registration.public_id])
    return reverse("events:ticket_workshops", args=[_token(registration, TICKET)])


def door_path(door: Door) -> str:
    return reverse("events:door", args=[_token(door, DOOR)])


def _token(row: Registration | Door, salt: str) -> str:
    return signing.Signer(salt=salt).sign_object(row.public_id.hex)


def read_ticket(token: str) -> str | None:
    """The public id in a link that we wrote."""
    return _read(token, TICKET)


def door_of(token: str) -> Door | None:
    """The door of a link that we wrote, open or not."""
    public_id = _read(token, DOOR)
    return public_id and Door.objects.select_related("convention").filter(public_id=public_id).first()


def _read(token: str, salt: str) -> str | None:
    try:
        return signing.Signer(salt=salt).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
