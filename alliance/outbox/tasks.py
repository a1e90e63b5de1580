"""What a wake-up starts."""

from celery import shared_task

from alliance.outbox import delivery

LONGEST_SECONDS = 300


@shared_task(name="alliance.outbox.tasks.deliver", time_limit=LONGEST_SECONDS)
def deliver(owed_id: int) -> None:
    delivery.deliver(owed_id)
