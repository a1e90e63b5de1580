"""Work that the acts of charter/actions owe."""

from collections.abc import Iterable
from functools import partial

from django.db.models import Exists, OuterRef

from alliance import outbox
from alliance.lib.errors import Conflict
from alliance.proof import checkpoints, seal
from charter import adhesion_mails, alarms, mails, papers
from charter.models import CarriedOver, CharterVersion, EvidenceEvent, Recipient, Signature
from charter.models.evidence import Fact, Kind, note_all

BATCH = 500


def note_unsent(error: BaseException, owed) -> None:
    """The evidence tells each letter that did not leave, and why."""
    if isinstance(error, mails.Unsent):
        error.note()


letter = partial(outbox.work, failed=note_unsent)


@letter("charter.send_invitation")
def send_invitation(organisation_id: int, version_id: int, person_id: int, *, owed) -> None:
    mails.send_invitation(organisation_id, version_id, person_id, message_id=owed.message_id)


@letter("charter.send_transmission")
def send_transmission(transmission_id: int, *, owed) -> None:
    mails.send_transmission(transmission_id, message_id=owed.message_id)


@letter("charter.send_deliberation_reminder")
def send_deliberation_reminder(deliberation_id: int, meets_on: str, *, owed) -> None:
    mails.send_deliberation_reminder(deliberation_id, meets_on, message_id=owed.message_id)


@letter("charter.send_reminder")
def send_reminder(recipient_id: int, *, owed) -> None:
    left = mails.send_reminder(recipient_id, message_id=owed.message_id)
    outcome = Recipient.Outcome.SENT if left else Recipient.Outcome.SIGNED
    Recipient.objects.filter(pk=recipient_id).update(outcome=outcome)


@letter("charter.send_mandate_verified")
def send_mandate_verified(mandate_id: int, *, owed) -> None:
    mails.send_mandate(mandate_id, "verified", message_id=owed.message_id)


@letter("charter.send_mandate_refused")
def send_mandate_refused(mandate_id: int, *, owed) -> None:
    mails.send_mandate(mandate_id, "refused", message_id=owed.message_id)


@letter("charter.send_mandate_contested")
def send_mandate_contested(mandate_id: int, *, owed) -> None:
    mails.send_mandate(mandate_id, "contested", message_id=owed.message_id)


@outbox.work("charter.seal_attestation")
def seal_attestation(signature_id: int, *, owed) -> None:
    papers.seal_now(signature_id)


@outbox.work("charter.send_alarms")
def send_alarms(person_id: int, *, owed) -> None:
    alarms.send(person_id, message_id=owed.message_id)


@letter("charter.send_receipt")
def send_receipt(signature_id: int, *, owed) -> None:
    if prepared_first("charter.send_receipt", signature_id, [signature_id]):
        return
    mails.send_signature(signature_id, "receipt", message_id=owed.message_id)


@letter("charter.send_countersigned")
def send_countersigned(signature_id: int, *, owed) -> None:
    if prepared_first("charter.send_countersigned", signature_id, [signature_id]):
        return
    mails.send_signature(signature_id, "countersigned", message_id=owed.message_id)


@letter("charter.send_withdrawal_receipt")
def send_withdrawal_receipt(withdrawal_id: int, *, owed) -> None:
    ended = Signature.objects.filter(withdrawal=withdrawal_id).order_by("pk")
    if prepared_first("charter.send_withdrawal_receipt", withdrawal_id, ended.values_list("pk", flat=True)):
        return
    mails.send_withdrawal(withdrawal_id, message_id=owed.message_id)


@letter("charter.send_refused")
def send_refused(signature_id: int, *, owed) -> None:
    mails.send_signature(signature_id, "refused", message_id=owed.message_id, attested=False)


def prepared_first(letter: str, pk: int, signatures: Iterable[int]) -> bool:
    """True when what ``letter(pk)`` carries was made just now: it is owed again, and leaves once that is kept."""
    return sealed_first(letter, pk, signatures) or covered_first(letter, pk, signatures)


def covered_first(letter: str, pk: int, signatures: Iterable[int]) -> bool:
    """Sign a checkpoint that covers the acts, when none does. It must not stand in a transaction that adds a leaf.

    Without the journal's key the letter leaves all the same and says so; supervision has the alarm.
    """
    codes = Signature.objects.filter(pk__in=signatures).values_list("code", flat=True)
    leaf, found = checkpoints.covering(codes)
    if leaf is None or found:
        return False
    try:
        checkpoints.sign_checkpoint(quiet=True)
    except Conflict:
        return False
    outbox.owe(letter, pk)
    return True


@outbox.work("charter.note_carried_over")
def note_carried_over(version_id: int, *, owed) -> None:
    """In the chain of each signature that an editorial version carried over; a batch, then the rest is owed again."""
    version = CharterVersion.objects.get(pk=version_id)
    told = EvidenceEvent.objects.filter(
        signature=OuterRef("signature"), kind=Kind.CARRIED_OVER, details__to=version.label
    )
    due = CarriedOver.objects.filter(~Exists(told), version=version).order_by("signature__organisation", "pk")
    rows = list(due.select_related("signature__organisation", "signature__version")[:BATCH])
    for row in rows:
        signature, details = row.signature, {"to": version.label}
        carried = Fact(Kind.CARRIED_OVER, None, signature, row.carried_at, details=details)
        note_all(organisation=signature.organisation, version=signature.version, facts=[carried])
    if len(rows) == BATCH:
        outbox.owe("charter.note_carried_over", version_id)


def sealed_first(letter: str, pk: int, signatures: Iterable[int]) -> bool:
    """Seal the next paper that ``letter(pk)`` carries. True when one was sealed just now: the letter is owed again, and
    leaves as soon as the files that it carries are kept for good. Without a key it leaves at once, the papers say why.
    """
    for signature_id in signatures:
        try:
            if papers.seal_now(signature_id):  # one in a transaction: the next waits for its chain, then the journal
                outbox.owe(letter, pk)
                return True
        except seal.SealUnavailable as error:
            papers.alarm(error, papers.waiting())
            if error.code != "missing":
                outbox.owe("charter.seal_attestation", signature_id)
    return False


@outbox.work("charter.send_member_invitation")
def send_member_invitation(invitation_id: int, *, owed) -> None:
    adhesion_mails.send_member_invitation(invitation_id, message_id=owed.message_id)


@outbox.work("charter.send_adhesion_receipt")
def send_adhesion_receipt(adhesion_id: int, *, owed) -> None:
    adhesion_mails.send_adhesion_receipt(adhesion_id, message_id=owed.message_id)
