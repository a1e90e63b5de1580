"""What the clock starts."""

from datetime import timedelta

from celery import shared_task
from django.db.models.functions import Now

from alliance.outbox.models import Owed, State

KEPT = timedelta(days=90)


@shared_task(name="alliance.outbox.jobs.purge")
def purge() -> None:
    """Forget what was done more than 90 days ago. What was given up stays until somebody looks at it."""
    Owed.objects.filter(state=State.SENT, done_at__lt=Now() - KEPT).delete()
