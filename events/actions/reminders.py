"""What the clock writes to those who come: wishes open, a week before, the day before, thanks. Each once."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from alliance import outbox
from events.models import AllocationRun, Convention, Registration, ReminderMark, Wish, Workshop
from events.models.reminder import BEFORE

Kind = ReminderMark.Kind
FROM, THANKED_WITHIN, BATCH = time(8), timedelta(days=5), 200
CONFIRMING = timedelta(
    hours=1
)  # whoever was confirmed later than that reads of the wishes in the letter that is leaving


def window(convention: Convention, kind: str) -> tuple[datetime, datetime]:
    """Between which moments the letter leaves: from 8 h of its day on, while it is still worth reading."""
    if kind == Kind.WISHES:
        return convention.wishes_open_at, convention.wishes_close_at
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

    Whoever was confirmed after the moment of the reminder has just read all that it says, and receives none; of
    wishes, their confirmation has left the mark itself.
    """
    if kind == Kind.WISHES and not wishes_are_asked(convention, at):
        return 0
    begins, ends = window(convention, kind)
    if convention.state != Convention.State.PUBLISHED or not begins <= at < ends:
        return 0
    owed, since = 0, at - CONFIRMING if kind == Kind.WISHES else begins
    while batch := _owe_some(convention, kind, since, at):
        owed += batch
    return owed


def wishes_are_asked(convention: Convention, at: datetime) -> bool:
    """Whether there is something to rank, and time to."""
    if convention.wishes_state(at) != "open" or not Workshop.objects.filter(item__convention=convention).exists():
        return False
    return not AllocationRun.objects.published().filter(convention=convention).exists()


def _owe_some(convention: Convention, kind: str, since: datetime, at: datetime) -> int:
    """Rows of registrations that another job holds are left to it; the mark is unique besides."""
    with transaction.atomic():
        rows = people(convention, kind).exclude(confirmed_at__gt=since).exclude(reminders__kind=kind).order_by("pk")
        free = [
            row.pk for row in rows.select_for_update(of=("self",), no_key=True, skip_locked=True).only("pk")[:BATCH]
        ]
        marked = ReminderMark.objects.filter(registration__in=free, kind=kind).values_list("registration", flat=True)
        batch = sorted(set(free) - set(marked))
        ReminderMark.objects.bulk_create(ReminderMark(registration_id=pk, kind=kind, made_at=at) for pk in batch)
        for pk in batch:
            outbox.owe("events.send_reminder", pk, kind)
    return len(batch)


def people(convention: Convention, kind: str):
    """Those confirmed who gave an address; once it is over, whoever came when entries were noted, else as before.

    Nobody who has ranked workshops is told that they may.
    """
    written = convention.registrations.exclude(attendee__email="")
    if kind == Kind.WISHES:
        written = written.exclude(Exists(Wish.objects.filter(registration=OuterRef("pk"))))
    if kind == Kind.THANKS:
        present = Registration.objects.present().filter(convention=convention)
        if present.exists():
            came = (Registration.Status.CONFIRMED, Registration.Status.OVER)
            return written.filter(status__in=came, pk__in=present.values("pk"))
    return written.filter(status=Registration.Status.CONFIRMED)
