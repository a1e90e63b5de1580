"""Reading the evidence of a signature is itself an act: who reads is told to those it is about."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.proof import journal
from charter.evidence import NO_EVIDENCE
from charter.models import EvidenceEvent, Signature
from charter.models.evidence import Kind, note
from partners.models import User

DOORS = ("paper", "bundle")


def read_evidence(*, signature: Signature, by: User, door: str, at: datetime | None = None) -> EvidenceEvent:
    """Note that ``by`` is given the dossier, in the chain and in the journal, before it is given.

    ``door``: what is given, one of DOORS. Who may read is ``Signature.objects.with_evidence_for``; an agent reads for
    La Poste, unless the organisation is their own. Raises Conflict "no_evidence".
    """
    if not EvidenceEvent.objects.filter(signature=signature, kind=Kind.SIGNED).exists():
        raise Conflict(NO_EVIDENCE, code="no_evidence")
    at = at or timezone.now()
    side = "organisation" if signature.organisation_id in by.organisation_ids else "la_poste"
    with transaction.atomic():
        event = note(
            kind=Kind.EVIDENCE_READ,
            organisation=signature.organisation,
            version=signature.version,
            signature=signature,
            person=by,
            at=at,
            door=door,
            side=side,
        )
        journal.append(
            kind="evidence_read",
            subject=signature.code,
            facts={"read_at": journal.instant(at), "door": door, "side": side, "evidence_digest": event.after},
            personal={"reader_name": str(by), "reader_email": by.email},
        )
    return event
