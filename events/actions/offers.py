"""A seat that is offered: taken, declined, or passed on when its term is past."""

from django.db import transaction

from alliance import outbox
from alliance.lib.errors import Conflict
from events.actions.seats import confirm, settle
from events.models import Convention, Registration
from partners.models import User

Status = Registration.Status
PASSED = ("offer_expired", "Le délai pour répondre est passé : la place va à la personne suivante.")
GONE = {
    Status.OFFERED: PASSED,  # past its term, and nobody has settled the seats since
    Status.CONFIRMED: ("already_confirmed", "Cette place est déjà confirmée."),
    Status.WAITING: ("not_offered", "Aucune place n’est proposée pour l’instant : le rang d’attente est gardé."),
    Status.DECLINED: ("already_declined", "Cette place a déjà été déclinée."),
    Status.EXPIRED: PASSED,
    Status.CANCELLED: ("already_cancelled", "Cette inscription est déjà annulée."),
    Status.OVER: ("not_offered", "Cette personne est entrée hors capacité : aucune place n’est à prendre."),
}


def accept_offer(*, registration: Registration, by: User | None, at) -> Registration:
    """Confirm the seat that was offered, and owe the mail with the entry for the calendar.

    Raises Conflict: "offer_expired" (the seat has then gone to the next), "already_confirmed", "already_declined",
    "already_cancelled", "not_offered", "convention_cancelled", "past".
    """
    return _answered(registration, _accept, at)


def decline_offer(*, registration: Registration, by: User | None, at) -> Registration:
    """Leave the seat that was offered to the next. Raises Conflict as ``accept_offer``."""
    return _answered(registration, _decline, at)


def _accept(registration: Registration, at) -> None:
    confirm(registration, at)
    outbox.owe("events.send_registration_receipt", registration.pk, Status.CONFIRMED)


def _decline(registration: Registration, at) -> None:
    registration.status = Status.DECLINED
    registration.declined_at = max(at, registration.offered_at)
    registration.save(update_fields=["status", "declined_at"])
    registration.waits.all().delete()
    outbox.owe("events.send_declined", registration.pk)


def _answered(registration: Registration, answer, at) -> Registration:
    """Seats are settled before and after; a refusal leaves them settled: what lapsed has been passed on."""
    with transaction.atomic():
        convention = Convention.objects.locked(registration.convention_id)
        settle(convention, at=at)
        registration = Registration.objects.select_related("attendee").get(pk=registration.pk)
        refusal = _refusal(convention, registration, at)
        if refusal is None:
            answer(registration, at)
            settle(convention, at=at)
    if refusal is not None:
        raise refusal
    return registration


def _refusal(convention: Convention, registration: Registration, at) -> Conflict | None:
    if convention.state != Convention.State.PUBLISHED:
        return Conflict("Cette Convention est annulée.", code="convention_cancelled")
    if convention.ends_at <= at:
        return Conflict("Cette Convention a déjà eu lieu.", code="past")
    if registration.is_offered(at):
        return None
    code, sentence = GONE[registration.status]
    return Conflict(sentence, code=code)


def serve_those_who_wait(*, convention: Convention, at) -> None:
    """Pass on what has lapsed and give what is free: what the clock does, and what may be done at any time."""
    with transaction.atomic():
        settle(Convention.objects.locked(convention.pk), at=at)
