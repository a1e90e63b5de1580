"""The link of an invitation: it answers, and later gives the seat back, without an account."""

from django.urls import reverse

from events.models.registration import Registration


def guest_path_of(registration: Registration) -> str:
    """For whoever came by such a link and has no account; empty for the others."""
    guest = registration.invitations.first() if registration.attendee.user_id is None else None
    return reverse("events:guest", args=[guest.token]) if guest else ""
