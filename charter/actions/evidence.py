"""Reading the evidence of a signature is itself an act: who reads is told to those it is about."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alliance.proof import journal
from charter.models import EvidenceEvent, Signature
from charter.models.evidence import Kind, note
from partners.models import User

DOORS = ("space", "back_office", "bundle")


def read_evidence(*, signature: Signature, by: User, door: str, at: datetime | None = None) -> EvidenceEvent:
    """Note that ``by`` is given the dossier, in the chain and in the journal, before it is given.

    ``door``: where it was asked for, one of DOORS. Who may read is ``Signature.objects.with_evidence_for``.
    """
    at = at or timezone.now()
    with transaction.atomic():
        event = note(
            kind=Kind.EVIDENCE_READ,
            organisation=signature.organisation,
            version=signature.version,
            signature=signature,
            person=by,
            at=at,
            door=door,
        )
        journal.append(
            kind="evidence_read",
            subject=signature.code,
            facts={"read_at": journal.instant(at), "door": door, "evidence_digest": event.after},
            personal={"reader_name": str(by), "reader_email": by.email},
        )
    return event
