"""Work that the acts of events/actions owe."""

from alliance import outbox
from alliance.proof import seal
from events import (
    after_mails,
    certificates,
    guest_mails,
    mails,
    programme_mails,
    proposal_mails,
    reminder_mails,
    workshop_mails,
)
from events.allocation import replay
from events.models import AllocationRun, Certificate


@outbox.work("events.send_registration_receipt")
def send_registration_receipt(registration_id: int, status: str, *, owed) -> None:
    mails.send_receipt(registration_id, status, message_id=owed.message_id)


@outbox.work("events.send_promotion")
def send_promotion(registration_id: int, *, owed) -> None:
    mails.send_promotion(registration_id, message_id=owed.message_id)


@outbox.work("events.send_ticket")
def send_ticket(registration_id: int, *, owed) -> None:
    mails.send_ticket(registration_id, message_id=owed.message_id)


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


@outbox.work("events.send_convention_moved")
def send_convention_moved(registration_id: int, when: str, where: str, *, owed) -> None:
    mails.send_convention_moved(registration_id, when, where, message_id=owed.message_id)


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


@outbox.work("events.send_certificate")
def send_certificate(certificate_id: int, *, owed) -> None:
    """Sealed first; then the letter is owed again, and leaves with the file that is kept for good."""
    try:
        if certificates.seal_now(certificate_id):
            outbox.owe("events.send_certificate", certificate_id)
            return
    except seal.SealUnavailable as error:
        certificates.alarm(error, Certificate.objects.unsealed().count())
    after_mails.send_certificate(certificate_id, message_id=owed.message_id)


@outbox.work("events.send_certificate_withdrawn")
def send_certificate_withdrawn(certificate_id: int, *, owed) -> None:
    after_mails.send_certificate_withdrawn(certificate_id, message_id=owed.message_id)


@outbox.work("events.send_proposals_received")
def send_proposals_received(table_id: int, registration_id: int, *, owed) -> None:
    proposal_mails.send_proposals_received(table_id, registration_id, message_id=owed.message_id)


@outbox.work("events.send_facilitator_link")
def send_facilitator_link(table_id: int, registration_id: int, *, owed) -> None:
    proposal_mails.send_facilitator_link(table_id, registration_id, message_id=owed.message_id)


@outbox.work("events.send_proposal_step")
def send_proposal_step(step_id: int, registration_id: int, *, owed) -> None:
    proposal_mails.send_proposal_step(step_id, registration_id, message_id=owed.message_id)


@outbox.work("events.send_roadmap_step")
def send_roadmap_step(step_id: int, registration_id: int, *, owed) -> None:
    proposal_mails.send_roadmap_step(step_id, registration_id, message_id=owed.message_id)


@outbox.work("events.send_programme_change")
def send_programme_change(registration_id: int, version_id: int, items: list, given_back: list, *, owed) -> None:
    programme_mails.send_programme_change(registration_id, version_id, items, given_back, message_id=owed.message_id)


@outbox.work("events.send_speaker_request")
def send_speaker_request(speaker_id: int, asked_at: str, *, owed) -> None:
    programme_mails.send_speaker_request(speaker_id, asked_at, message_id=owed.message_id)


@outbox.work("events.send_reminder")
def send_reminder(registration_id: int, kind: str, *, owed) -> None:
    reminder_mails.send_reminder(registration_id, kind, message_id=owed.message_id)


@outbox.work("events.send_invitation")
def send_invitation(guest_id: int, asked: bool = False, *, owed) -> None:
    guest_mails.send_invitation(guest_id, asked=asked, message_id=owed.message_id)
