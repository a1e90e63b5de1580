"""Work that the acts of events/actions owe."""

from alliance import outbox
from events import mails, workshop_mails
from events.allocation import replay
from events.models import AllocationRun


@outbox.work("events.send_registration_receipt")
def send_registration_receipt(registration_id: int, status: str, *, owed) -> None:
    mails.send_receipt(registration_id, status, message_id=owed.message_id)


@outbox.work("events.send_promotion")
def send_promotion(registration_id: int, *, owed) -> None:
    mails.send_promotion(registration_id, message_id=owed.message_id)


@outbox.work("events.send_offer")
def send_offer(registration_id: int, offered_at: str, *, owed) -> None:
    mails.send_offer(registration_id, offered_at, message_id=owed.message_id)


@outbox.work("events.send_offer_reminder")
def send_offer_reminder(registration_id: int, offered_at: str, *, owed) -> None:
    mails.send_offer(registration_id, offered_at, message_id=owed.message_id, again=True)


@outbox.work("events.send_offer_expired")
def send_offer_expired(registration_id: int, *, owed) -> None:
    mails.send_offer_expired(registration_id, message_id=owed.message_id)


@outbox.work("events.send_offer_withdrawn")
def send_offer_withdrawn(registration_id: int, *, owed) -> None:
    mails.send_offer_withdrawn(registration_id, message_id=owed.message_id)


@outbox.work("events.send_declined")
def send_declined(registration_id: int, *, owed) -> None:
    mails.send_declined(registration_id, message_id=owed.message_id)


@outbox.work("events.send_cancellation")
def send_cancellation(registration_id: int, *, owed) -> None:
    mails.send_cancellation(registration_id, message_id=owed.message_id)


@outbox.work("events.send_convention_cancelled")
def send_convention_cancelled(registration_id: int, *, owed) -> None:
    mails.send_convention_cancelled(registration_id, message_id=owed.message_id)


@outbox.work("events.allot_workshops")
def allot_workshops(run_id: int, *, owed) -> None:
    """Some seconds of one processor. A trial that was dropped meanwhile stays so."""
    run = AllocationRun.objects.get(pk=run_id)
    outcome = replay.computed(run.input, run.seed)
    still = AllocationRun.objects.filter(pk=run_id, state=AllocationRun.State.COMPUTING)
    still.update(state=AllocationRun.State.PREVIEW, **outcome)


@outbox.work("events.send_workshops")
def send_workshops(registration_id: int, run_id: int, *, owed) -> None:
    workshop_mails.send_workshops(registration_id, run_id, message_id=owed.message_id)


@outbox.work("events.send_workshop_place")
def send_workshop_place(place_id: int, less_dear: list[int], *, owed) -> None:
    workshop_mails.send_workshop_place(place_id, less_dear, message_id=owed.message_id)
