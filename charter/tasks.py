"""Work that the acts of charter/actions owe."""

from alliance import outbox
from alliance.proof import seal
from charter import mails, papers


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


@outbox.work("charter.seal_attestation")
def seal_attestation(signature_id: int, *, owed) -> None:
    papers.seal_now(signature_id)


@outbox.work("charter.send_receipt")
def send_receipt(signature_id: int, *, owed) -> None:
    if sealed_first("charter.send_receipt", signature_id):
        return
    mails.send_signature(signature_id, "receipt", message_id=owed.message_id)


@outbox.work("charter.send_countersigned")
def send_countersigned(signature_id: int, *, owed) -> None:
    if sealed_first("charter.send_countersigned", signature_id):
        return
    mails.send_signature(signature_id, "countersigned", message_id=owed.message_id)


@outbox.work("charter.send_withdrawal_receipt")
def send_withdrawal_receipt(withdrawal_id: int, *, owed) -> None:
    mails.send_withdrawal(withdrawal_id, message_id=owed.message_id)


@outbox.work("charter.send_refused")
def send_refused(signature_id: int, *, owed) -> None:
    mails.send_signature(signature_id, "refused", message_id=owed.message_id, attested=False)


def sealed_first(letter: str, signature_id: int) -> bool:
    """Seal the paper that the letter carries. True when it was sealed just now: the letter is owed again, and leaves
    as soon as the file that it carries is kept for good. Without a key it leaves at once, the paper says why.
    """
    try:
        if not papers.seal_now(signature_id):
            return False
    except seal.SealUnavailable as error:
        papers.alarm(error, 1)
        if error.code != "missing":
            outbox.owe("charter.seal_attestation", signature_id)
        return False
    outbox.owe(letter, signature_id)
    return True
