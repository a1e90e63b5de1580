"""Invitations, needs of the day and calendars, for the route matrix."""

from datetime import timedelta

from django.utils import timezone

from events.actions.feeds import renew_feed
from events.models import Guest, InvitationRound
from events.models.needs_links import needs_path
from tests.portal.matrix import Door
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
    "staff_invitation": Door("national", "invitation_round", post="national"),
    "staff_attendee_needs": Door("national", "any_convention", agents=403),
    "staff_caterer_csv": Door("national", "any_convention", agents=403),
}


def invitation_nouns(own: dict, shared: dict) -> dict[str, Noun]:
    at, convention = timezone.now(), shared["convention"]
    sent = InvitationRound.objects.create(
        convention=convention, reach="asked", state="sent", confirmed_at=at, expires_at=at + timedelta(days=9)
    )
    guest = Guest.objects.create(round=sent, convention=convention, email="convive@test.invalid", invited_at=at)
    return {
        "guest": Noun({"token": guest.token}),
        "needs": Noun({"token": needs_path(own["registration"]).split("/")[-2]}),
        "feed": Noun({"secret": renew_feed(user=own["signer"], at=at)}),
        "invitation_round": Noun({"slug": "c26", "public_id": sent.public_id}),
    }
