"""The act of signing. A verified mandate of this person for this organisation gates it, always."""

import hashlib
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from alliance.lib.errors import Conflict, conflict_on
from alliance.proof import journal
from charter.actions.codes import check_code
from charter.actions.noting import note_signed, owe_letter
from charter.actions.passkeys import BY_PASSKEY, Approval, assertion_digest, check_answer
from charter.actions.refusals import wrong
from charter.models import CharterVersion, Mandate, Signature, SigningCode, Withdrawal, consent_text
from partners.models import Organisation, User

ALREADY_SIGNED = "Cette organisation a déjà signé cette version."
BY_CODE = "code"


def sign_charter(
    *,
    organisation: Organisation,
    version: CharterVersion,
    signer: User,
    mandate: Mandate | None,
    code: str,
    session: str,
    consent: str,
    at: datetime | None = None,
) -> Signature:
    """Sign ``version`` for ``organisation`` with the code sent to ``signer`` in this browser session.

    Raises Conflict as ``record_signature``; ValidationError on "code" and "consent". Two people at once: one signs.
    """
    at = at or timezone.now()
    check_unsigned(organisation, version)
    check_power(mandate, organisation, signer, at)
    check_consent(consent, organisation, version)
    try:
        presence = check_code(
            organisation=organisation, version=version, user=signer, session=session, code=code, at=at
        )
    except ValidationError as error:
        check_unsigned(organisation, version)  # a double click: its twin has signed with this code since the first look
        raise ValidationError({"code": error}) from error
    return record_signature(
        organisation=organisation,
        version=version,
        signer=signer,
        mandate=mandate,
        proof_level=BY_CODE,
        presence=presence,
        at=at,
    )


def sign_charter_with_key(
    *,
    organisation: Organisation,
    version: CharterVersion,
    signer: User,
    mandate: Mandate | None,
    credential: object,
    session: str,
    consent: str,
    at: datetime | None = None,
) -> Signature:
    """As ``sign_charter``, with what an access key answered to the challenge of this act (``reserve_challenge``).

    Raises Conflict as ``record_signature``; ValidationError on "consent", and those of ``check_answer``.
    """
    at = at or timezone.now()
    check_unsigned(organisation, version)
    check_power(mandate, organisation, signer, at)
    check_consent(consent, organisation, version)
    approval = check_answer(
        organisation=organisation, version=version, user=signer, session=session, credential=credential, at=at
    )
    return record_signature(
        organisation=organisation,
        version=version,
        signer=signer,
        mandate=mandate,
        proof_level=BY_PASSKEY,
        presence=approval,
        at=at,
    )


def record_signature(
    *,
    organisation: Organisation,
    version: CharterVersion,
    signer: User,
    mandate: Mandate | None,
    proof_level: str,
    at: datetime,
    presence: SigningCode | Approval | None = None,
) -> Signature:
    """The signature of a signer whose presence has been proven, with its leaf and the receipt it owes.

    Concurrent calls queue on the organisation's row. Raises Conflict "already_signed", "not_in_force", "no_mandate",
    "mandate_not_verified", "mandate_not_running"; ValidationError "used_code", "used_challenge", "changed_act".
    """
    with conflict_on("signature_live_once", ALREADY_SIGNED, code="already_signed"):
        organisation = Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)
        check_in_force(version, at)
        check_unsigned(organisation, version)
        mandate = lock_power(mandate, organisation, signer, at)
        signature = Signature.objects.create(
            organisation=organisation,
            version=version,
            signer=signer,
            mandate=mandate,
            organisation_name=organisation.name,
            organisation_siren=organisation.siren or organisation.siret[:9],
            signer_name=signer.full_name or signer.email,
            signer_job_title=mandate.job_title,
            consent_text=consent_text(organisation, version),
            document_digest=version.digest,
            proof_level=proof_level,
            signed_at=at,
            is_demo=organisation.is_demo,
            **kept_of(presence, version.digest, consent_text(organisation, version), "code"),
        )
        if presence:
            use_presence(presence, at)
        letter = owe_letter(
            "charter.send_receipt", signature.pk, letter="receipt", to=signer, signature=signature, at=at
        )
        record_signed(signature, organisation, note_signed(signature, presence, letter))
    return signature


def check_in_force(version: CharterVersion, at: datetime) -> None:
    current = CharterVersion.objects.in_force(timezone.localdate(at))
    if current is None or current.pk != version.pk:
        raise Conflict("Cette version n’est pas celle en vigueur : rechargez la page.", code="not_in_force")


def check_unsigned(organisation: Organisation, version: CharterVersion) -> None:
    """Nothing to sign when a live signature is of this version, or was carried over to it."""
    if Signature.objects.answering(version).filter(organisation=organisation).exists():
        raise Conflict(ALREADY_SIGNED, code="already_signed")


def check_power(mandate: Mandate | None, organisation: Organisation, signer: User, at: datetime) -> None:
    if mandate is None or (mandate.organisation_id, mandate.person_id) != (organisation.pk, signer.pk):
        raise Conflict(
            "Vous n’avez pas de mandat pour signer au nom de cette organisation : déposez-le d’abord.",
            code="no_mandate",
        )
    if mandate.state != Mandate.State.VERIFIED:
        raise Conflict(
            "Votre mandat n’est pas vérifié par La Poste : vous ne pouvez pas encore signer.",
            code="mandate_not_verified",
        )
    if not mandate.runs_on(timezone.localdate(at)):
        raise Conflict(
            "Votre mandat n’est pas en cours à cette date : déposez-en un nouveau.", code="mandate_not_running"
        )


def lock_power(mandate: Mandate | None, organisation: Organisation, signer: User, at: datetime) -> Mandate:
    """The mandate as it is now, held so that nobody contests it while we sign."""
    if mandate is not None:
        mandate = Mandate.objects.select_for_update(of=("self",), no_key=True).get(pk=mandate.pk)
    check_power(mandate, organisation, signer, at)
    return mandate


def check_consent(consent: str, organisation: Organisation, version: CharterVersion) -> None:
    """What was ticked is, to the letter, what we would keep."""
    if not constant_time_compare(consent.encode(), consent_text(organisation, version).encode()):
        sentence = "Cochez la case pour dire que vous avez lu la charte et que vous la signez."
        raise wrong("consent", sentence, "required")


def kept_of(presence: SigningCode | Approval | None, document_digest: str, consent: str, name: str) -> dict:
    """With an access key, the reserved id under ``name`` and the answer. Raises ValidationError "changed_act"."""
    if not isinstance(presence, Approval):
        return {}
    presence.require(document_digest, consent)
    return {name: presence.challenge.act_id, "assertion": presence.assertion}


def use_presence(presence: SigningCode | Approval, at: datetime) -> None:
    if isinstance(presence, Approval):
        presence.use(at)
    elif not SigningCode.objects.filter(pk=presence.pk, used_at=None).update(used_at=at):
        raise ValidationError(
            {"code": ValidationError("Ce code a déjà servi : demandez-en un autre.", code="used_code")}
        )


def record_signed(signature: Signature, organisation: Organisation, evidence_digest: str) -> None:
    journal.append(
        kind="signed",
        subject=signature.code,
        facts={
            "organisation": str(organisation.public_id),
            "version": signature.version.label,
            "document_digest": signature.document_digest,
            "consent_digest": hashlib.sha256(signature.consent_text.encode()).hexdigest(),
            "mandate": str(signature.mandate.public_id),
            "mandate_kind": signature.mandate.kind,
            "proof_level": signature.proof_level,
            "signed_at": journal.instant(signature.signed_at),
            "evidence_digest": evidence_digest,
        }
        | assertion_fact(signature),
        personal={
            "signer_name": signature.signer_name,
            "signer_email": signature.signer.email,
            "signer_job_title": signature.signer_job_title,
        },
    )


def assertion_fact(act: Signature | Withdrawal) -> dict[str, str]:
    """For the leaf of an act concluded with an access key."""
    return {"assertion_digest": assertion_digest(act.assertion)} if act.assertion else {}
