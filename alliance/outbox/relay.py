"""The relay: finds what is due and wakes a worker for each row. Neither the web nor beat nor the broker need it up.

It also sweeps: a wake-up that was lost, or a worker that was killed, lets its lease run out and the row is due again.
It polls rather than listens: NOTIFY serialises commits and does not pass through connection poolers.
"""

import logging
import threading
from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.db import Error, close_old_connections, connection, transaction
from django.db.models.functions import Now
from kombu.exceptions import KombuError

from alliance.outbox.delivery import LEASE, MAX_ATTEMPTS, alarm
from alliance.outbox.models import Owed, State

BATCH = 100
IN_FLIGHT = 1_000
POLL_SECONDS = 0.3
LONGEST_PAUSE_SECONDS = 5.0
log = logging.getLogger("alliance.outbox")


def wake(pk: int, **limits: int) -> None:
    """Put a wake-up on the broker: it carries the row's number and nothing else."""
    current_app.send_task("alliance.outbox.tasks.deliver", (pk,), retry=False, **limits)


def limits_of(work: str) -> dict[str, int]:
    """The time that a long work may take; none for the others, which have that of the task."""
    longest = settings.OUTBOX_LONGEST_SECONDS.get(work)
    return {"time_limit": longest} if longest else {}


def relay_once(publish: Callable[..., None] = wake) -> int:
    """Wake workers for one batch of due rows; return how many. The rows stay due if the broker refuses."""
    give_up_exhausted()
    with transaction.atomic():
        room = IN_FLIGHT - Owed.objects.pending().filter(lease_until__gte=Now()).count()
        due = Owed.objects.due().select_for_update(skip_locked=True).values_list("pk", "work")
        batch = dict(due[: max(0, min(BATCH, room))])
        Owed.objects.filter(pk__in=batch).update(lease=None, lease_until=Now() + LEASE)
        for pk, work in batch.items():
            publish(pk, **limits_of(work))
    return len(batch)


def give_up_exhausted() -> None:
    """Rows whose last attempt was killed before it could say so."""
    with transaction.atomic():
        exhausted = list(Owed.objects.due().filter(attempts__gte=MAX_ATTEMPTS).select_for_update(skip_locked=True))
        Owed.objects.filter(pk__in=[owed.pk for owed in exhausted]).update(
            state=State.DEAD, lease=None, lease_until=None, last_error="killed during its last attempt"
        )
    alarm(exhausted)


def run(stopped: threading.Event) -> None:
    """Relay until ``stopped``. Whatever is down, say so once, wait and try again."""
    pause, down = POLL_SECONDS, False
    while not stopped.is_set():
        try:
            relayed = relay_once()
        except (Error, KombuError, OSError, *broker_errors()) as error:
            if not down:
                log.warning("outbox: the relay waits for its database or broker: %s", type(error).__name__)
            down, pause = True, min(pause * 2, LONGEST_PAUSE_SECONDS)
            connection.close()
            stopped.wait(pause)
            continue
        if down:
            log.info("outbox: the relay is at work again")
        pause, down = POLL_SECONDS, False
        close_old_connections()
        stopped.wait(0 if relayed == BATCH else POLL_SECONDS)


def broker_errors() -> tuple[type[Exception], ...]:
    """What the broker's own library raises when it is down, or hangs."""
    broker = current_app.connection_for_write()
    return (*broker.connection_errors, *broker.channel_errors)
