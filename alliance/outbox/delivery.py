"""Paying a debt: claim the row, hold it while the work runs, mark it done in the work's own transaction."""

import logging
import threading
import traceback
import uuid
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import Error, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from alliance import outbox
from alliance.lib import mail
from alliance.outbox.models import Owed, Posting, State

LEASE = timedelta(seconds=60)
HEARTBEAT = timedelta(seconds=15)
BACK_OFF = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
MAX_ATTEMPTS = len(BACK_OFF) + 1
log = logging.getLogger("alliance.outbox")


class LeaseLost(RuntimeError):
    """Another worker holds the row: what we did in the database is rolled back."""


def deliver(pk: int) -> bool:
    """Do the work of a row, once. False when it is done, held, not due yet or given up: wake-ups may be doubled.

    An error of the work rises after the row has noted it; the row comes back by itself after the back-off.
    """
    owed = claim(pk)
    if owed is None:
        return False
    with mail.noted() as handed, _NotedFailure(owed, handed), heartbeat(owed), transaction.atomic():
        outbox.WORKS[owed.work](*owed.args, owed=owed)
        keep(owed, handed)
        done = {"state": State.SENT, "done_at": Now(), "lease": None, "lease_until": None, "last_error": ""}
        if not _held(owed).update(**done):
            raise LeaseLost(f"The lease on row {owed.pk} ended before its work did.")
    return True


def claim(pk: int) -> Owed | None:
    """Hold the row for us alone. The next attempt is planned before this one begins: a kill -9 loses nothing."""
    free = Q(lease=None) | Q(lease_until__lt=Now())
    with transaction.atomic():
        due = Owed.objects.pending().filter(free, pk=pk, due_at__lte=Now(), attempts__lt=MAX_ATTEMPTS)
        owed = due.select_for_update().first()
        if owed is None:
            return None
        delay = BACK_OFF[min(owed.attempts, len(BACK_OFF) - 1)]
        lease = {"lease": uuid.uuid4(), "lease_until": Now() + LEASE, "due_at": Now() + delay}
        Owed.objects.filter(pk=pk).update(attempts=F("attempts") + 1, **lease)
    return Owed.objects.get(pk=pk)


def _held(owed: Owed) -> QuerySet:
    return Owed.objects.pending().filter(pk=owed.pk, lease=owed.lease)


@contextmanager
def heartbeat(owed: Owed):
    """Prolong the lease from a thread of its own for as long as the block runs."""
    stopped = threading.Event()
    thread = threading.Thread(target=_beat, args=(owed, stopped), name=f"owed-{owed.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _beat(owed: Owed, stopped: threading.Event) -> None:
    while not stopped.wait(HEARTBEAT.total_seconds()):
        try:
            _held(owed).update(lease_until=Now() + LEASE)
        except Error:
            log.warning("outbox: the heartbeat did not reach the database", extra={"owed": owed.pk})
        finally:
            connection.close()


class _NotedFailure:
    """Write on the row what went wrong, without the message of the error: it may name people."""

    def __init__(self, owed: Owed, handed: list[mail.Handed]):
        self.owed, self.handed = owed, handed

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is None or isinstance(error, LeaseLost):
            return
        dead = self.owed.attempts >= MAX_ATTEMPTS
        noted = {"lease": None, "lease_until": None, "last_error": where(error)}
        _held(self.owed).update(state=State.DEAD if dead else State.PENDING, **noted)
        with transaction.atomic():
            keep(self.owed, self.handed)
        if dead:
            alarm([self.owed])
        if self.owed.work in outbox.FAILED:
            outbox.FAILED[self.owed.work](error, self.owed)


def keep(owed: Owed, handed: list[mail.Handed]) -> None:
    """What the post was given and what it said, inside the caller's transaction."""
    for each in handed:
        code, words = each.reply.code, each.reply.text
        facts = {"template": each.template, "message_id": each.message_id or owed.message_id, "attempt": owed.attempts}
        posting = Posting.objects.create(owed=owed, address=each.address, code=code, words=words, **facts)
        if each.rejected:
            for told in outbox.REJECTED:
                told(posting)


def where(error: BaseException) -> str:
    """« KeyError, tasks.py:12 »: the kind of error and the line it rose from."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}, {Path(last.filename).name}:{last.lineno}"[:200]


def alarm(given_up: list[Owed]) -> None:
    for owed in given_up:
        log.error("outbox: work given up after every attempt", extra={"owed": owed.pk, "work": owed.work})


def deliver_all_due() -> int:
    """Pay here and now, one after the other, all that is due: for tests and for hands in an emergency."""
    return sum(deliver(pk) for pk in Owed.objects.due().values_list("pk", flat=True))


def revive(rows: QuerySet) -> int:
    """Owe again what was given up."""
    return rows.dead().update(state=State.PENDING, attempts=0, due_at=Now(), lease=None, lease_until=None)
