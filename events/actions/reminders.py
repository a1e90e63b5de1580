"""What the clock writes to those who come: a week before, the day before, thanks afterwards. Each once."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from alliance import outbox
from events.models import Convention, Registration, ReminderMark
from events.models.reminder import BEFORE

Kind = ReminderMark.Kind
FROM, THANKED_WITHIN, BATCH = time(8), timedelta(days=5), 200


def window(convention: Convention, kind: str) -> tuple[datetime, datetime]:
    """Between which moments the letter leaves: from 8 h of its day on, while it is still worth reading."""
    if kind == Kind.THANKS:
        begins = _morning(convention.ends_at, timedelta(days=-1))
        return begins, begins + THANKED_WITHIN
    ends = _morning(convention.starts_at, BEFORE[Kind.EVE]) if kind == Kind.WEEK else convention.starts_at
    return _morning(convention.starts_at, BEFORE[kind]), ends


def _morning(moment: datetime, before: timedelta) -> datetime:
    day = timezone.localdate(moment) - before
    return datetime.combine(day, FROM, timezone.get_current_timezone())


def remind(*, convention: Convention, kind: str, at: datetime) -> int:
    """Owe this letter to each who comes and has not been owed it: how many. Nobody twice, however many jobs run.

    Whoever was confirmed after the moment of the reminder has just read all that it says, and receives none.
    """
    begins, ends = window(convention, kind)
    if convention.state != Convention.State.PUBLISHED or not begins <= at < ends:
        return 0
    owed = 0
    while batch := _owe_some(convention, kind, begins, at):
        owed += batch
    return owed


def _owe_some(convention: Convention, kind: str, begins: datetime, at: datetime) -> int:
    """Rows of registrations that another job holds are left to it; the mark is unique besides."""
    with transaction.atomic():
        rows = people(convention, kind).exclude(confirmed_at__gt=begins).exclude(reminders__kind=kind).order_by("pk")
        free = [row.pk for row in rows.select_for_update(no_key=True, skip_locked=True).only("pk")[:BATCH]]
        since = ReminderMark.objects.filter(registration__in=free, kind=kind).values_list("registration", flat=True)
        batch = sorted(set(free) - set(since))
        ReminderMark.objects.bulk_create(ReminderMark(registration_id=pk, kind=kind, made_at=at) for pk in batch)
        for pk in batch:
            outbox.owe("events.send_reminder", pk, kind)
    return len(batch)


def people(convention: Convention, kind: str):
    """Those confirmed who gave an address; once it is over, whoever came when entries were noted, else as before."""
    written = convention.registrations.exclude(attendee__email="")
    if kind == Kind.THANKS:
        present = Registration.objects.present().filter(convention=convention)
        if present.exists():
            came = (Registration.Status.CONFIRMED, Registration.Status.OVER)
            return written.filter(status__in=came, pk__in=present.values("pk"))
    return written.filter(status=Registration.Status.CONFIRMED)
