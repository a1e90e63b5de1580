"""The power to sign: deposited by a person, verified by an agent who is neither the holder nor who entered it."""

import hashlib
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict, conflict_on
from alliance.lib.files import MEGABYTE, MIME_TYPES, check_upload
from alliance.proof import journal
from charter.actions.noting import note_mandate, owe_letter
from charter.actions.perimeter import require_perimeter
from charter.actions.refusals import wrong
from charter.models import Mandate, Signature
from charter.models.evidence import Fact
from partners.models import Membership, Organisation, User

State = Mandate.State
DOCUMENT_KINDS = ("pdf", "png", "jpeg")
DOCUMENT_MAX_BYTES = 5 * MEGABYTE


def submit_mandate(
    *,
    organisation: Organisation,
    person: User,
    entered_by: User,
    kind: str,
    job_title: str,
    starts_on: date,
    ends_on: date | None = None,
    document: UploadedFile | None = None,
) -> Mandate:
    """Deposit a mandate with its document; it gives no power until an agent has verified it.

    Raises Conflict "mandate_waiting", "not_member"; ValidationError by field; PermissionDenied when an agent enters it
    for somebody outside the perimeter.
    """
    if entered_by.pk != person.pk:
        require_perimeter(entered_by, organisation)
    mandate = Mandate(
        organisation=organisation,
        person=person,
        entered_by=entered_by,
        kind=kind,
        job_title=job_title.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
    )
    mandate.full_clean(validate_unique=False, exclude=["verified_by", "verified_at"], validate_constraints=False)
    if ends_on and ends_on < starts_on:
        raise wrong("ends_on", "La date de fin précède la date de début.", "dates")
    if ends_on and ends_on < timezone.localdate():
        raise wrong("ends_on", "Ce mandat est déjà terminé.", "past")
    document_kind = check_document(document) if document else ""
    if not Membership.objects.live().filter(user=person, organisation=organisation).exists():
        raise Conflict("Cette personne n’est pas rattachée à cette organisation.", code="not_member")
    waiting = "Un mandat de cette personne attend déjà sa vérification."
    with conflict_on("mandate_waiting_once", waiting, code="mandate_waiting"):
        mandate.save()
        if document:
            keep_document(mandate, document, document_kind)
        note_mandate("mandate_deposited", mandate, entered_by, timezone.now())
    return mandate


def check_document(document: UploadedFile) -> str:
    try:
        return check_upload(document, kinds=DOCUMENT_KINDS, max_bytes=DOCUMENT_MAX_BYTES)
    except ValidationError as error:
        raise ValidationError({"document": error}) from error


def keep_document(mandate: Mandate, document: UploadedFile, kind: str) -> None:
    """After the row: a refused row leaves no file behind."""
    document.seek(0)
    mandate.document_digest = hashlib.file_digest(document, "sha256").hexdigest()
    mandate.document_type = MIME_TYPES[kind]
    document.seek(0)
    mandate.document.save(kind, document, save=False)
    mandate.save(update_fields=["document", "document_digest", "document_type"])


def verify_mandate(*, mandate: Mandate, by: User, at: datetime | None = None) -> Mandate:
    """Raises Conflict "not_waiting", "own_mandate", "own_entry"; PermissionDenied outside the perimeter."""
    at = at or timezone.now()
    with transaction.atomic():
        mandate = _waiting(mandate, by)
        mandate.state, mandate.verified_by, mandate.verified_at = State.VERIFIED, by, at
        mandate.save(update_fields=["state", "verified_by", "verified_at"])
        note_mandate(
            "mandate_verified", mandate, by, at, letter=_owe_letter("charter.send_mandate_verified", mandate, at)
        )
        _record("mandate_verified", mandate, by)
    return mandate


def refuse_mandate(*, mandate: Mandate, by: User, motive: str) -> Mandate:
    """Raises Conflict "not_waiting", "own_mandate", "own_entry"; ValidationError without a motive."""
    motive = required_motive(motive)
    with transaction.atomic():
        mandate = _waiting(mandate, by)
        mandate.state, mandate.motive = State.REFUSED, motive
        mandate.save(update_fields=["state", "motive"])
        note_mandate(
            "mandate_refused", mandate, by, timezone.now(), letter=_owe_letter("charter.send_mandate_refused", mandate)
        )
        _record("mandate_refused", mandate, by)
    return mandate


def contest_mandate(*, mandate: Mandate, by: User, motive: str, at: datetime | None = None) -> Mandate:
    """A mandate found false: it signs no more, and its signatures are contested, never erased.

    Raises Conflict "not_verified", "own_mandate"; ValidationError without a motive.
    """
    at, motive = at or timezone.now(), required_motive(motive)
    with transaction.atomic():
        mandate = _locked(mandate, by)
        if mandate.state != State.VERIFIED:
            raise Conflict("Seul un mandat vérifié peut être contesté.", code="not_verified")
        mandate.state, mandate.motive = State.CONTESTED, motive
        mandate.save(update_fields=["state", "motive"])
        contested = list(
            Signature.objects.live()
            .filter(mandate=mandate, contested_at=None)
            .select_related("version")
            .select_for_update(of=("self",), no_key=True)
        )
        Signature.objects.filter(pk__in=[signature.pk for signature in contested]).update(contested_at=at)
        note_mandate(
            "mandate_contested",
            mandate,
            by,
            at,
            letter=_owe_letter("charter.send_mandate_contested", mandate, at),
            signatures=contested,
        )
        _record("mandate_contested", mandate, by)
        for signature in contested:
            journal.append(
                kind="contested", subject=signature.code, facts={"mandate": str(mandate.public_id)}, personal={}
            )
    return mandate


def required_motive(motive: str) -> str:
    motive = motive.strip()
    if not motive:
        raise wrong("motive", "Donnez le motif.", "required")
    if len(motive) > 500:
        raise wrong("motive", "Le motif tient en 500 signes.", "too_long")
    return motive


def _owe_letter(work: str, mandate: Mandate, at: datetime | None = None) -> Fact:
    return owe_letter(work, mandate.pk, letter=f"mandate_{mandate.state}", to=mandate.person, at=at)


def _locked(mandate: Mandate, by: User) -> Mandate:
    mandate = (
        Mandate.objects.select_for_update(of=("self",)).select_related("organisation", "person").get(pk=mandate.pk)
    )
    require_perimeter(by, mandate.organisation)
    if mandate.person_id == by.pk:
        raise Conflict("Le mandataire ne décide pas de son propre mandat.", code="own_mandate")
    return mandate


def _waiting(mandate: Mandate, by: User) -> Mandate:
    mandate = _locked(mandate, by)
    if mandate.state != State.SUBMITTED:
        raise Conflict("Ce mandat n’attend plus de vérification.", code="not_waiting")
    if mandate.entered_by_id == by.pk:
        raise Conflict("Un autre agent doit vérifier le mandat que vous avez saisi.", code="own_entry")
    return mandate


def _record(kind: str, mandate: Mandate, by: User) -> None:
    journal.append(
        kind=kind,
        subject=str(mandate.public_id),
        facts={
            "organisation": str(mandate.organisation.public_id),
            "mandate_kind": mandate.kind,
            "starts_on": mandate.starts_on.isoformat(),
            "ends_on": mandate.ends_on.isoformat() if mandate.ends_on else None,
            "document_digest": mandate.document_digest or None,
        },
        personal={"holder_email": mandate.person.email, "job_title": mandate.job_title, "agent_email": by.email},
    )
