"""Free seats of a Convention, and who takes them. Callers hold the row of the Convention."""

from alliance import outbox
from events.models import Convention, Registration


def free_seats(convention: Convention) -> int:
    return convention.capacity - convention.registrations.seated().count()


def seat_those_who_wait(convention: Convention, *, at) -> list[Registration]:
    """Confirm the first waiting, as many as there are free seats, and owe each of them a mail."""
    if convention.state != Convention.State.PUBLISHED or convention.ends_at <= at:
        return []
    free = max(free_seats(convention), 0)
    seated = list(convention.registrations.waiting()[:free])
    for registration in seated:
        registration.status = Registration.Status.CONFIRMED
        # ``at`` was read before the lock: who registered in between is not confirmed before having registered.
        registration.confirmed_at = max(at, registration.registered_at)
        registration.sequence += 1
        registration.save(update_fields=["status", "confirmed_at", "sequence"])
        outbox.owe("events.send_promotion", registration.pk)
    return seated
