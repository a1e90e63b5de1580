"""Registering for a Convention, and giving one's seat back."""

from django.db import transaction
from django.db.models.functions import Lower

from alliance import outbox
from alliance.lib import french
from alliance.lib.errors import Conflict, conflict_on
from events.actions.seats import settle
from events.actions.workshop_places import release_places
from events.models import Attendee, Convention, Guest, Registration
from partners.models import Organisation, User

ALREADY = "Cette personne est déjà inscrite."
CLOSED = {
    "none": "Les inscriptions ne se font pas ici.",
    "cancelled": "Cette Convention est annulée.",
    "past": "Cette Convention a déjà eu lieu.",
    "closed": "Les inscriptions sont closes.",
}


def register(
    *,
    convention: Convention,
    name: str,
    email: str,
    organisation: Organisation | None,
    by: User | None,
    at,
    user: User | None = None,
) -> Registration:
    """Seat this person, or put them on the waiting list when no seat is free for them.

    ``user`` is the person when it is known who they are; otherwise the account of that address, if there is one.
    One person takes one seat, whatever the organisations they belong to. Raises Conflict: "closed",
    "already_registered", "not_invited". Concurrent calls queue on the row of the Convention: it is held before any
    other row is written, here as at the doors, so that no two of them wait for each other.
    """
    email = email.strip().lower()
    with conflict_on("registration_live_once", ALREADY, code="already_registered"):
        account = user or account_of(email)  # read before the queue, which is kept short
        convention = Convention.objects.locked(convention.pk)
        _refuse_unless_open(convention, at)
        _refuse_unless_invited(convention, email, organisation, by, at)
        if convention.registrations.live().of_address(email).exists():
            raise Conflict(ALREADY, code="already_registered")
        attendee = attendee_of(name=name, email=email, organisation=organisation, account=account, is_known=bool(user))
        seated = settle(convention, at=at).has_seat_for(attendee.audience)
        registration = Registration.objects.create(
            convention=convention,
            attendee=attendee,
            registered_by=by,
            audience=attendee.audience,
            status=Registration.Status.CONFIRMED if seated else Registration.Status.WAITING,
            registered_at=at,
            confirmed_at=at if seated else None,
        )
        outbox.owe("events.send_registration_receipt", registration.pk, registration.status)
    return registration


def account_of(email: str) -> User | None:
    return User.objects.alias(key=Lower("email")).filter(key=email, is_active=True).first()


def attendee_of(
    *, name: str, email: str, organisation: Organisation | None, account: User | None, is_known: bool = False
) -> Attendee:
    """The one row of this address (in small letters) in this organisation. The caller holds the Convention's row.

    ``is_known``: the account is the person who asks. Colleagues correct the name of those without an account.
    """
    attendee, is_new = Attendee.objects.known(email=email, organisation=organisation).get_or_create(
        defaults={"email": email, "organisation": organisation, "name": name, "user": account}
    )
    if not is_new and (is_known or attendee.user_id is None):
        attendee.name, attendee.user = name, account
        attendee.save(update_fields=["name", "user"])
    return attendee


def _refuse_unless_open(convention: Convention, at) -> None:
    state = convention.registration_state(at)
    if state == "not_yet":
        raise Conflict(f"Les inscriptions ouvrent le {french.long_moment(convention.opens_at)}.", code="closed")
    if state != "open":
        raise Conflict(CLOSED[state], code="closed")


def _refuse_unless_invited(convention: Convention, email: str, organisation, by: User | None, at) -> None:
    """Who is invited may bring colleagues of the organisation for which they are; agents register anybody."""
    to = convention.open_to
    if to == Convention.OpenTo.PUBLIC or (by and by.is_staff):
        return
    if to == Convention.OpenTo.MEMBERS and organisation:
        return
    guests = Guest.objects.standing(at).filter(convention=convention)
    brought = organisation and by and guests.filter(person=by, organisation=organisation).exists()
    if not brought and not guests.of_address(email).exists():
        raise Conflict("Cette rencontre est sur invitation : cette adresse n’est pas invitée.", code="not_invited")


def cancel(*, registration: Registration, by: User | None, at) -> Registration:
    """Give the seat back; it is offered to the first waiting in the same transaction, with a mail to both.

    Raises Conflict: "already_cancelled", "past".
    """
    with transaction.atomic():
        convention = Convention.objects.locked(registration.convention_id)
        registration = Registration.objects.select_related("attendee").get(pk=registration.pk)
        if not registration.is_live:
            raise Conflict("Cette inscription est déjà annulée.", code="already_cancelled")
        if convention.ends_at <= at:
            raise Conflict("Cette Convention a déjà eu lieu : l’inscription ne s’annule plus.", code="past")
        registration.status = Registration.Status.CANCELLED
        registration.cancelled_at = at
        registration.cancelled_by = by
        registration.sequence += 1
        registration.save(update_fields=["status", "cancelled_at", "cancelled_by", "sequence"])
        outbox.owe("events.send_cancellation", registration.pk)
        release_places(registration, convention, at=at)
        settle(convention, at=at)
    return registration
