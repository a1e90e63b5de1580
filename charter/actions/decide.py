"""What follows a signature: La Poste countersigns or refuses it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.proof import journal
from charter.actions.carry import carry_over
from charter.actions.mandates import required_motive
from charter.actions.noting import owe_letter
from charter.actions.perimeter import require_perimeter
from charter.models import Signature
from charter.models.evidence import Fact, Kind, note_all
from partners.models import User

SENTENCES = {
    "refused": "Cette signature a été refusée.",
    "withdrawn": "Cette signature a été retirée.",
    "contested": "Cette signature est contestée.",
    "standing": "Cette signature est déjà contresignée.",
}


def countersign(*, signature: Signature, by: User, at: datetime | None = None) -> Signature:
    """The signature stands from now on; the organisation's earlier ones are superseded.

    Raises Conflict "standing", "refused", "withdrawn", "contested", "own_signature"; PermissionDenied outside the
    perimeter.
    """
    at = at or timezone.now()
    with transaction.atomic():
        signature = _pending(signature, by)
        signature.countersigned_at, signature.countersigned_by = at, by
        signature.save(update_fields=["countersigned_at", "countersigned_by"])
        superseded = list(_superseded_by(signature))
        head = _note_countersigned(signature, by, at, superseded)
        journal.append(
            kind="countersigned",
            subject=signature.code,
            facts={"countersigned_at": journal.instant(at), "evidence_digest": head},
            personal={"agent_name": str(by), "agent_email": by.email},
        )
        for earlier in superseded:
            journal.append(kind="superseded", subject=earlier.code, facts={"by": signature.code})
        carry_over(signature, at)
    return signature


def refuse_signature(*, signature: Signature, by: User, motive: str, at: datetime | None = None) -> Signature:
    """La Poste does not countersign; the organisation may sign again.

    Raises Conflict as ``countersign``; ValidationError without a motive.
    """
    at, motive = at or timezone.now(), required_motive(motive)
    with transaction.atomic():
        signature = _pending(signature, by)
        signature.refused_at, signature.refused_by, signature.motive = at, by, motive
        signature.save(update_fields=["refused_at", "refused_by", "motive"])
        letter = owe_letter(
            "charter.send_refused", signature.pk, letter="refused", to=signature.signer, signature=signature, at=at
        )
        decided = Fact(Kind.REFUSED, by, signature, at, {"motive": motive})
        events = note_all(organisation=signature.organisation, version=signature.version, facts=[decided, letter])
        journal.append(
            kind="refused",
            subject=signature.code,
            facts={"refused_at": journal.instant(at), "evidence_digest": events[0].after},
            personal={"agent_name": str(by), "agent_email": by.email, "motive": motive},
        )
    return signature


def _superseded_by(signature: Signature):
    """What stood of the same organisation, of a version no later than this one."""
    earlier = Signature.objects.standing().filter(organisation=signature.organisation_id).exclude(pk=signature.pk)
    return earlier.filter(version__effective_on__lte=signature.version.effective_on).select_related("version")


def _note_countersigned(signature: Signature, by: User, at: datetime, superseded: list[Signature]) -> str:
    """The head of its chain. Chains in the order of versions, so that two acts never wait for each other."""
    letter = owe_letter(
        "charter.send_countersigned",
        signature.pk,
        letter="countersigned",
        to=signature.signer,
        signature=signature,
        at=at,
    )
    told = {signature.version: [Fact(Kind.COUNTERSIGNED, by, signature, at), letter]}
    for earlier in superseded:
        ended = Fact(Kind.SUPERSEDED, None, earlier, at, details={"by": signature.code})
        told.setdefault(earlier.version, []).append(ended)
    noted = {
        version: note_all(organisation=signature.organisation, version=version, facts=told[version])
        for version in sorted(told, key=lambda each: each.pk)
    }
    return noted[signature.version][0].after


def _pending(signature: Signature, by: User) -> Signature:
    signatures = Signature.objects.select_related("organisation", "version", "signer")
    signature = signatures.select_for_update(of=("self",), no_key=True).get(pk=signature.pk)
    require_perimeter(by, signature.organisation)
    if signature.signer_id == by.pk:
        raise Conflict("Le signataire ne décide pas de sa propre signature.", code="own_signature")
    if signature.state != "pending":
        raise Conflict(SENTENCES[signature.state], code=signature.state)
    return signature
