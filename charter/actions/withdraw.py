"""The organisation leaves the charter: the same power, presence and consent as to sign, one act, nothing erased."""

import hashlib
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from alliance.lib.errors import Conflict
from alliance.proof import journal
from charter.actions.codes import check_code
from charter.actions.noting import note_withdrawn, owe_letter
from charter.actions.passkeys import BY_PASSKEY, Approval, check_answer
from charter.actions.refusals import wrong
from charter.actions.sign import assertion_fact, check_power, kept_of, lock_power, use_presence
from charter.models import Mandate, Signature, SigningCode, Withdrawal, withdrawal_text
from partners.models import Organisation, User

NOTHING = "Cette organisation n’est pas signataire : il n’y a rien à retirer."
CHANGED = "Les signatures de votre organisation viennent de changer : relisez la page avant de retirer."
MOTIVE_MAX = 500


def withdraw_charter(
    *,
    organisation: Organisation,
    signer: User,
    mandate: Mandate | None,
    code: str,
    session: str,
    consent: str,
    motive: str = "",
    at: datetime | None = None,
) -> Withdrawal:
    """End every live signature of ``organisation`` with the code sent to ``signer`` for this very act.

    Raises Conflict as ``record_withdrawal``; ValidationError on "code", "consent" and "motive". Two people at once: one
    withdraws.
    """
    at = at or timezone.now()
    live = check_withdrawal(organisation, signer, mandate, consent, motive, at)
    try:
        presence = check_code(
            act=SigningCode.Act.WITHDRAW, organisation=organisation, version=live[0].version, user=signer,
            session=session, code=code, at=at,
        )  # fmt: skip
    except ValidationError as error:
        live_signatures(organisation)  # a double click: its twin has withdrawn with this code since the first look
        raise ValidationError({"code": error}) from error
    return record_withdrawal(
        organisation=organisation, signer=signer, mandate=mandate, proof_level="code", motive=motive,
        presence=presence, consent=consent, at=at,
    )  # fmt: skip


def withdraw_charter_with_key(
    *,
    organisation: Organisation,
    signer: User,
    mandate: Mandate | None,
    credential: object,
    session: str,
    consent: str,
    motive: str = "",
    at: datetime | None = None,
) -> Withdrawal:
    """As ``withdraw_charter``, with what an access key answered to the challenge of this act."""
    at = at or timezone.now()
    live = check_withdrawal(organisation, signer, mandate, consent, motive, at)
    approval = check_answer(
        act=SigningCode.Act.WITHDRAW, organisation=organisation, version=live[0].version, user=signer,
        session=session, credential=credential, at=at,
    )  # fmt: skip
    return record_withdrawal(
        organisation=organisation, signer=signer, mandate=mandate, proof_level=BY_PASSKEY, motive=motive,
        presence=approval, consent=consent, at=at,
    )  # fmt: skip


def check_withdrawal(organisation, signer, mandate, consent: str, motive: str, at: datetime) -> list[Signature]:
    """The signatures that would end, when there are some, with the power to end them and the exact words ticked."""
    live = live_signatures(organisation)
    check_power(mandate, organisation, signer, at)
    text = withdrawal_text(organisation, [signature.version.label for signature in live])
    if not constant_time_compare(consent.encode(), text.encode()):
        raise wrong("consent", "Cochez la case pour dire que vous retirez la signature.", "required")
    if len(motive) > MOTIVE_MAX:
        raise wrong("motive", f"Le motif compte {len(motive)} caractères : {MOTIVE_MAX} au plus.", "too_long")
    return live


def record_withdrawal(
    *,
    organisation: Organisation,
    signer: User,
    mandate: Mandate | None,
    proof_level: str,
    at: datetime,
    motive: str = "",
    presence: SigningCode | Approval | None = None,
    consent: str | None = None,
) -> Withdrawal:
    """The act of a signer whose presence has been proven, with its leaves and the receipt it owes.

    Concurrent calls queue on the organisation's row. Raises Conflict "not_signatory", "changed" when ``consent`` is
    about other signatures, "no_mandate", "mandate_not_verified", "mandate_not_running"; ValidationError "used_code",
    "used_challenge", "changed_act".
    """
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)
        live = live_signatures(organisation, lock=True)
        mandate = lock_power(mandate, organisation, signer, at)
        text = withdrawal_text(organisation, [signature.version.label for signature in live])
        if consent not in (None, text):
            raise Conflict(CHANGED, code="changed")
        withdrawal = Withdrawal.objects.create(
            organisation=organisation, organisation_name=organisation.name, is_demo=organisation.is_demo,
            signer=signer, signer_name=signer.full_name or signer.email,
            mandate=mandate, signer_job_title=mandate.job_title,
            consent_text=text, motive=motive, proof_level=proof_level, signed_at=at,
            **kept_of(presence, live[0].document_digest, text, "public_id"),
        )  # fmt: skip
        ended = Signature.objects.filter(pk__in=[signature.pk for signature in live])
        ended.update(withdrawn_at=at, withdrawal=withdrawal)
        if presence:
            use_presence(presence, at)
        letter = owe_letter("charter.send_withdrawal_receipt", withdrawal.pk, letter="withdrawal", to=signer, at=at)
        heads = note_withdrawn(live, withdrawal, presence, letter)
        for signature in live:
            record_withdrawn(signature, withdrawal, heads[signature.pk])
    return withdrawal


def live_signatures(organisation: Organisation, *, lock: bool = False) -> list[Signature]:
    """Those that a withdrawal ends, newest first. Raises Conflict "not_signatory" when there is none."""
    live = Signature.objects.live().filter(organisation=organisation).select_related("organisation", "version")
    found = list((live.select_for_update(of=("self",), no_key=True) if lock else live).order_by("-signed_at", "-pk"))
    if not found:
        raise Conflict(NOTHING, code="not_signatory")
    return found


def record_withdrawn(signature: Signature, withdrawal: Withdrawal, evidence_digest: str) -> None:
    motive = {"motive": withdrawal.motive} if withdrawal.motive else {}
    journal.append(
        kind="withdrawn",
        subject=signature.code,
        facts={
            "withdrawal": str(withdrawal.public_id),
            "withdrawn_at": journal.instant(withdrawal.signed_at),
            "consent_digest": hashlib.sha256(withdrawal.consent_text.encode()).hexdigest(),
            "mandate": str(withdrawal.mandate.public_id),
            "mandate_kind": withdrawal.mandate.kind,
            "proof_level": withdrawal.proof_level,
            "evidence_digest": evidence_digest,
        }
        | assertion_fact(withdrawal),
        personal={
            "signer_name": withdrawal.signer_name,
            "signer_email": withdrawal.signer.email,
            "signer_job_title": withdrawal.signer_job_title,
        }
        | motive,
    )
