"""What the clock starts for the ground's own rows."""

from celery import shared_task

from alliance.lib import stamps
from alliance.lib.idempotency import forget_old_calls as forget


@shared_task
def forget_old_calls() -> int:
    """Delete the answers kept for ``Idempotency-Key`` for more than a day."""
    return forget()


@shared_task
def fold_stamps() -> bool:
    """The numbers of past writes become one for each noun."""
    return stamps.fold()
