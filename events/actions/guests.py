"""What somebody invited answers, and an invitation that somebody asks for themselves."""

from datetime import datetime, timedelta

from django.db import transaction

from alliance import outbox
from alliance.lib.errors import Conflict
from events.actions.registration import register
from events.models import Convention, Guest, InvitationRound, Registration

Answer, State = Guest.Answer, InvitationRound.State
ADDRESS_KEPT = timedelta(days=90)
ENDED = "Cette invitation n’est plus ouverte : son délai est passé, ou elle a été reprise."


def come(*, guest: Guest, name: str, at: datetime) -> Registration:
    """Register them, by the link that proves their address. Raises Conflict as ``register``, and "ended"."""
    with transaction.atomic():
        guest = _locked(guest)
        if not guest.is_standing(at):
            raise Conflict(ENDED, code="ended")
        registration = register(
            convention=guest.convention,
            name=name,
            email=guest.email,
            organisation=guest.organisation,
            by=guest.person,
            at=at,
        )
        guest.registration = registration
        _answer(guest, Answer.COMES, at)
    return registration


def decline(*, guest: Guest, at: datetime) -> Guest:
    """They will not come; they may change their mind. Raises Conflict: "comes" (they give their seat back instead)."""
    with transaction.atomic():
        guest = _locked(guest)
        if guest.registration and guest.registration.is_live:
            raise Conflict("Vous êtes inscrite ou inscrit : rendez d’abord votre place.", code="comes")
        _answer(guest, Answer.DECLINES, at)
    return guest


def ask_invitation(*, convention: Convention, email: str, at: datetime) -> Guest | None:
    """Owe a link to whoever asks at this address; one that was invited already is sent theirs again.

    None when nothing is to be sent: registration is not open to everybody, or they are registered. Nobody learns which.
    """
    email = email.strip().lower()
    with transaction.atomic():
        convention = Convention.objects.locked(convention.pk)
        registered = convention.registrations.live().of_address(email).exists()
        if convention.open_to != Convention.OpenTo.PUBLIC or not convention.is_open(at) or registered:
            return None
        asked, _ = InvitationRound.objects.get_or_create(
            convention=convention, reach=InvitationRound.Reach.ASKED,
            defaults={"state": State.SENT, "confirmed_at": at, "expires_at": convention.registration_ends_at},
        )  # fmt: skip
        _until_the_end(asked, convention)
        guest = Guest.objects.invited().filter(convention=convention).of_address(email).first()
        if guest is None:
            guest = Guest.objects.create(round=asked, convention=convention, email=email, invited_at=at)
        elif not guest.is_standing(at):
            guest.round = asked
            guest.save(update_fields=["round"])
        outbox.owe("events.send_invitation", guest.pk, True)
    return guest


def _until_the_end(asked: InvitationRound, convention: Convention) -> None:
    """Links that people ask for hold as long as registration is open, later than was thought when the first asked."""
    if asked.expires_at < convention.registration_ends_at:
        asked.expires_at = convention.registration_ends_at
        asked.save(update_fields=["expires_at"])


def forget_guests(*, at: datetime) -> int:
    """Ninety days after a gathering nobody needs the addresses that were invited: numbers stay, people go."""
    over = Guest.objects.filter(convention__ends_at__lte=at - ADDRESS_KEPT).exclude(email="", name="", person=None)
    return over.update(email="", name="", person=None)


def _locked(guest: Guest) -> Guest:
    Convention.objects.locked(guest.convention_id)
    rows = Guest.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("round", "convention", "organisation", "person", "registration").get(pk=guest.pk)


def _answer(guest: Guest, answer: str, at: datetime) -> None:
    guest.answer, guest.answered_at = answer, max(at, guest.invited_at)
    guest.save(update_fields=["answer", "answered_at", "registration"])
