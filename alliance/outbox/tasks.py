"""What a wake-up starts."""

from celery import shared_task

from alliance.outbox import delivery


@shared_task(name="alliance.outbox.tasks.deliver")
def deliver(owed_id: int) -> None:
    delivery.deliver(owed_id)
