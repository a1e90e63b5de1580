"""The link of an offer: it answers that offer, and gives no other right. Another offer has another link."""

from django.core import signing
from django.urls import reverse

from events.models.registration import Registration

SALT = "events.offer"


def offer_path(registration: Registration) -> str:
    told = [registration.public_id.hex, registration.offered_at.isoformat()]
    return reverse("events:offer", args=[signing.dumps(told, salt=SALT, compress=True)])


def read_offer(token: str) -> tuple[str, str] | None:
    """(public id, when it was offered) of a link that we wrote."""
    try:
        public_id, offered_at = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return public_id, offered_at
