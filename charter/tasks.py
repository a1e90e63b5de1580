"""Work that the acts of charter/actions owe."""

from alliance import outbox
from charter import mails


@outbox.work("charter.send_invitation")
def send_invitation(organisation_id: int, version_id: int, person_id: int, *, owed) -> None:
    mails.send_invitation(organisation_id, version_id, person_id, message_id=owed.message_id)


@outbox.work("charter.send_transmission")
def send_transmission(transmission_id: int, *, owed) -> None:
    mails.send_transmission(transmission_id, message_id=owed.message_id)


@outbox.work("charter.send_deliberation_reminder")
def send_deliberation_reminder(deliberation_id: int, meets_on: str, *, owed) -> None:
    mails.send_deliberation_reminder(deliberation_id, meets_on, message_id=owed.message_id)


@outbox.work("charter.send_mandate_verified")
def send_mandate_verified(mandate_id: int, *, owed) -> None:
    mails.send_mandate(mandate_id, "verified", message_id=owed.message_id)


@outbox.work("charter.send_mandate_refused")
def send_mandate_refused(mandate_id: int, *, owed) -> None:
    mails.send_mandate(mandate_id, "refused", message_id=owed.message_id)


@outbox.work("charter.send_mandate_contested")
def send_mandate_contested(mandate_id: int, *, owed) -> None:
    mails.send_mandate(mandate_id, "contested", message_id=owed.message_id)


@outbox.work("charter.send_receipt")
def send_receipt(signature_id: int, *, owed) -> None:
    mails.send_signature(signature_id, "receipt", message_id=owed.message_id)


@outbox.work("charter.send_countersigned")
def send_countersigned(signature_id: int, *, owed) -> None:
    mails.send_signature(signature_id, "countersigned", message_id=owed.message_id)


@outbox.work("charter.send_withdrawal_receipt")
def send_withdrawal_receipt(withdrawal_id: int, *, owed) -> None:
    mails.send_withdrawal(withdrawal_id, message_id=owed.message_id)


@outbox.work("charter.send_refused")
def send_refused(signature_id: int, *, owed) -> None:
    mails.send_signature(signature_id, "refused", message_id=owed.message_id, attested=False)
