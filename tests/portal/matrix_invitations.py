"""Invitations, needs of the day and calendars, for the route matrix."""

from datetime import timedelta

from django.utils import timezone

from events.actions.feeds import renew_feed
from events.models import Guest, InvitationRound
from events.models.needs_links import needs_path
from tests.portal.matrix import Door
from tests.portal.matrix_arrival import NOBODY
from tests.portal.matrix_asking import Noun

INVITATIONS = {
    "events:programme_ics": Door("public", "convention"),
    "events:guest_ask": Door("public", "convention", post="public"),
    "events:guest": Door("key", "guest", post="key"),
    "events:needs": Door("key", "needs", post="key"),
    "events:personal_feed": Door("key", "feed"),
    "events:calendar": Door("signed_in", post="signed_in"),
    "staff_invitations": Door("staff", "any_convention"),
    "staff_invitation_new": Door("staff", "any_convention", post="staff"),
    "staff_invitation": Door("national|author", "invitation_round", post="national|author"),
    "staff_attendee_needs": Door("national", "any_convention", agents=403),
    "staff_caterer_csv": Door("national", "any_convention", agents=403),
}


def invitation_nouns(own: dict, shared: dict) -> dict[str, Noun]:
    """A round of the delegate here and one of the delegate elsewhere."""
    at, convention = timezone.now(), shared["convention"]
    sent, others = (
        InvitationRound.objects.create(
            convention=convention,
            reach="region",
            region_id=code,
            state="sent",
            prepared_by=shared["lists"][place]["view"].owner,
            confirmed_at=at,
            expires_at=at + timedelta(days=9),
        )
        for place, code in (("here", "53"), ("elsewhere", "11"))
    )
    guest = Guest.objects.create(round=sent, convention=convention, email="convive@test.invalid", invited_at=at)
    return {
        "guest": Noun({"token": guest.token}),
        "needs": Noun({"token": needs_path(own["registration"]).split("/")[-2]}),
        "feed": Noun({"secret": renew_feed(user=own["signer"], at=at)}),
        "invitation_round": Noun(
            *({"slug": "c26", "public_id": pk} for pk in (sent.public_id, others.public_id, NOBODY))
        ),
    }
