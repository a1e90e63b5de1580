"""The link of somebody who came: their certificate and their answer to the survey, nothing else, without an account."""

from django.core import signing
from django.urls import reverse

from events.models.registration import Registration

SALT = "events.after"


def after_path(registration: Registration) -> str:
    return reverse("events:after", args=[after_token(registration)])


def after_token(registration: Registration) -> str:
    return signing.dumps(registration.public_id.hex, salt=SALT, compress=True)


def of_after_token(token: str) -> Registration | None:
    """Read ``with_entry()``, with its Convention and attendee."""
    try:
        public_id = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    rows = Registration.objects.with_entry().select_related("convention", "attendee__organisation")
    return rows.filter(public_id=public_id).first()
