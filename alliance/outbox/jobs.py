"""What the clock starts."""

from datetime import timedelta

from celery import shared_task
from django.db.models.functions import Now

from alliance.outbox.models import JobRun, Owed, Posting, State

KEPT = timedelta(days=90)
ADDRESSES_KEPT = timedelta(days=365)
RUNS_KEPT = timedelta(days=30)


@shared_task(name="alliance.outbox.jobs.purge")
def purge() -> None:
    """Forget what was done more than 90 days ago, addresses included, and the jobs of more than 30 days ago.

    What was given up stays until somebody looks at it; the addresses of its letters, a year.
    """
    Owed.objects.filter(state=State.SENT, done_at__lt=Now() - KEPT).delete()
    Posting.objects.filter(at__lt=Now() - ADDRESSES_KEPT).delete()
    JobRun.objects.filter(started_at__lt=Now() - RUNS_KEPT).delete()
