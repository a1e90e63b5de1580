"""Another day, another hour, another place: whoever comes, or waits, reads it."""

from django.utils import timezone

from alliance import outbox
from events.actions.after import later
from events.models import Convention, ProgrammeItem, ReminderMark
from events.models.noted import Noted
from events.models.reminder import BEFORE

MOVED = ("starts_at", "ends_at", "is_day_only", "place", "address")
"""Fields of a Convention that somebody who comes has noted."""


def tell_of_move(*, before: Convention, after: Convention, at) -> int:
    """Owe a letter to everybody who holds or awaits a seat, in the caller's transaction: how many.

    Only of a published Convention that was not over. On another day, the reminders of the former one are owed anew.
    """
    noted = Noted.of(before)
    if after.state != Convention.State.PUBLISHED or before.ends_at <= at or not noted.changes(Noted.of(after)):
        return 0
    people = list(after.registrations.live().order_by("pk").values_list("pk", flat=True))
    for pk in people:
        outbox.owe("events.send_convention_moved", pk, noted.when, noted.where)
    if timezone.localdate(before.starts_at) != timezone.localdate(after.starts_at):
        ReminderMark.objects.filter(registration__convention=after, kind__in=BEFORE).delete()
    return len(people)


def take_programme_along(*, before: Convention, after: Convention) -> int:
    """Move the programme that nobody reads yet by as many days as its Convention; how many temps. The caller holds it.

    A published one stays: the team drafts and publishes what changes, and those concerned read it.
    """
    days = timezone.localdate(after.starts_at) - timezone.localdate(before.starts_at)
    if after.state != Convention.State.DRAFT or not days:
        return 0
    items = list(ProgrammeItem.everything.filter(convention=after))
    for item in items:
        item.starts_at, item.ends_at = later(item.starts_at, days), later(item.ends_at, days)
        item.save(update_fields=["starts_at", "ends_at"])
    return len(items)
