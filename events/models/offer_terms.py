"""Until when a seat is offered: long enough to answer, never through a night, never until the last day."""

from datetime import UTC, datetime, time, timedelta

from django.utils import timezone

LAST_HOURS = timedelta(hours=24)  # before the start: no time is left for asking, seats are confirmed at once
SHARE = 4  # an answer takes at most this part of the time that is left
WAKES, SLEEPS, ANSWERS = time(8), time(20), time(10)
REMINDED_BEFORE = timedelta(hours=2)
WORTH_REMINDING = timedelta(hours=6)


def offer_term(*, starts_at: datetime, hours: int, at: datetime) -> datetime | None:
    """The end of an offer made at ``at``; None when the seat is confirmed at once.

    An offer of the night begins at 8 h in Paris, and one that would end between 20 h and 10 h ends at 10 h.
    """
    left = starts_at - at
    if not hours or left <= LAST_HOURS:
        return None
    begins = _awake(at, WAKES).astimezone(UTC)  # hours that pass, not those of the wall: in March one is missing
    term = begins + min(timedelta(hours=hours), left / SHARE)
    return _awake(term, ANSWERS).astimezone(at.tzinfo)


def reminder_of(*, offered_at: datetime, term: datetime) -> datetime | None:
    """When to say that an offer ends soon; None for one that is short anyway."""
    return term - REMINDED_BEFORE if term - offered_at >= WORTH_REMINDING else None


def _awake(moment: datetime, morning: time) -> datetime:
    """The moment itself, or the next ``morning`` when it falls at night."""
    local = timezone.localtime(moment)
    if morning <= local.time() < SLEEPS:
        return local
    day = local.date() + timedelta(days=local.time() >= SLEEPS)
    return datetime.combine(day, morning, local.tzinfo)
