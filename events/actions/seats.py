"""Free seats of a Convention, and who takes them. Callers hold the row of the Convention."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from alliance import outbox
from events.actions.workshop_places import awaited_by, fill
from events.models import Convention, Registration
from events.models.offer_terms import reminder_of

Status = Registration.Status


@dataclass
class Room:
    """Seats and who holds them, by kind of participants: those kept for a kind first, then everybody's."""

    capacity: int
    kept: dict[str, int]
    held: Counter

    @property
    def free(self) -> int:
        return self.capacity - self.held.total()

    def has_seat_for(self, audience: str) -> bool:
        """Whether one of this kind may sit: on a seat kept for them, or on one that is kept for nobody."""
        if self.free <= 0:
            return False
        own, common = self.kept.get(audience, 0), self.capacity - sum(self.kept.values())
        on_common = sum(max(number - self.kept.get(kind, 0), 0) for kind, number in self.held.items())
        return self.held[audience] < own or on_common < common


def room_of(convention: Convention, *, at) -> Room:
    held = convention.registrations.seated().order_by().values_list("audience").annotate(number=Count("pk"))
    kept = {} if convention.seats_are_common(at) else dict(convention.quotas.values_list("audience", "seats"))
    return Room(convention.capacity, kept, Counter(dict(held)))


def settle(convention: Convention, *, at) -> Room:
    """Leave no free seat to somebody who waits for it: withdraw, pass on, then offer; a mail is owed to each.

    Offers beyond the capacity go back to the list, the last first; those whose term is past go to the next. A free
    seat is offered to the first who may take it, or confirmed at once when no time is left to ask. What is left is
    returned.
    """
    is_to_come = convention.state == Convention.State.PUBLISHED and convention.ends_at > at
    if is_to_come:
        _pass_on(convention, at)
    room = room_of(convention, at=at)
    if room.free < 0:
        _withdraw(convention, -room.free)
    elif room.free and is_to_come:
        _give(convention, room, at)
    return room


def _pass_on(convention: Convention, at) -> None:
    for registration in convention.registrations.lapsed(at):
        registration.status = Status.EXPIRED
        registration.save(update_fields=["status"])
        registration.waits.all().delete()
        outbox.owe("events.send_offer_expired", registration.pk)


def _withdraw(convention: Convention, number: int) -> None:
    for registration in convention.registrations.filter(status=Status.OFFERED).order_by("-pk")[:number]:
        registration.status = Status.WAITING
        registration.offered_at = registration.offer_ends_at = None
        registration.save(update_fields=["status", "offered_at", "offer_ends_at"])
        outbox.owe("events.send_offer_withdrawn", registration.pk)


def _give(convention: Convention, room: Room, at) -> None:
    waiting = convention.registrations.waiting()
    for registration in waiting if room.kept else waiting[: room.free]:
        if room.free <= 0:
            return
        if room.has_seat_for(registration.audience):
            room.held[registration.audience] += 1
            # ``at`` was read before the lock: nobody is given a seat before having asked for it.
            _offer(convention, registration, max(at, registration.registered_at))


def _offer(convention: Convention, registration: Registration, at) -> None:
    term = convention.offer_term(at)
    if term is None:
        confirm(registration, at)
        outbox.owe("events.send_promotion", registration.pk)
        return
    registration.status = Status.OFFERED
    registration.offered_at, registration.offer_ends_at = at, term
    registration.save(update_fields=["status", "offered_at", "offer_ends_at"])
    offer = at.isoformat()
    outbox.owe("events.send_offer", registration.pk, offer)
    if remind_at := reminder_of(offered_at=at, term=term):
        outbox.owe("events.send_offer_reminder", registration.pk, offer, due_at=remind_at)
    outbox.owe("events.pass_lapsed_offers", convention.pk, due_at=term)


def confirm(registration: Registration, at) -> None:
    """The seat is theirs; so is a place in each workshop that they wait for and that has one free."""
    registration.status = Status.CONFIRMED
    registration.confirmed_at = max(at, registration.registered_at)
    registration.sequence += 1
    registration.save(update_fields=["status", "confirmed_at", "sequence"])
    fill(registration.convention, awaited_by(registration), at=registration.confirmed_at)
