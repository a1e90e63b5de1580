"""The link by which somebody says what they need, and takes it back: it opens that page alone."""

from django.core import signing
from django.urls import reverse

from events.models.registration import Registration

SALT = "events.needs"


def needs_path(registration: Registration) -> str:
    return reverse("events:needs", args=[signing.Signer(salt=SALT).sign_object(registration.public_id.hex)])


def read_needs(token: str) -> str | None:
    """The public id in a link that we wrote."""
    try:
        return signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
