"""Letters about the charter. Rendered when sent, from ids; what is no longer true is not sent."""

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils import timezone

from alliance.lib import mail
from charter import papers, pdf
from charter.models import CharterVersion, Deliberation, Mandate, Recipient, Signature, Transmission, Withdrawal
from partners.models import Organisation, User


def send_code(user: User, organisation: Organisation, version: CharterVersion, code: str, act: str = "sign") -> None:
    """At once, three seconds at most. Raises OSError when the post is down."""
    _send(
        "withdrawal_code" if act == "withdraw" else "code",
        user,
        organisation,
        mailer="prompt",
        version=version,
        code=code,
    )


def send_invitation(organisation_id: int, version_id: int, person_id: int, *, message_id: str) -> None:
    organisation, version = Organisation.objects.get(pk=organisation_id), CharterVersion.objects.get(pk=version_id)
    if not Signature.objects.answering(version).filter(organisation=organisation).exists():
        person = User.objects.get(pk=person_id)
        _send("invitation", person, organisation, message_id=message_id, version=version)


def send_transmission(transmission_id: int, *, message_id: str) -> None:
    transmission = Transmission.objects.select_related("organisation", "version", "sender", "recipient").get(
        pk=transmission_id
    )
    _send(
        "transmission",
        transmission.recipient,
        transmission.organisation,
        message_id=message_id,
        version=transmission.version,
        sender=transmission.sender,
    )


def send_deliberation_reminder(deliberation_id: int, meets_on: str, *, message_id: str) -> None:
    """Nothing leaves when the day was changed, or when the charter has been signed meanwhile."""
    kept = Deliberation.objects.select_related("organisation", "version", "announced_by").get(pk=deliberation_id)
    signed = Signature.objects.answering(kept.version).filter(organisation=kept.organisation)
    if kept.meets_on != date.fromisoformat(meets_on) or signed.exists():
        return
    _send(
        "deliberation",
        kept.announced_by,
        kept.organisation,
        message_id=message_id,
        version=kept.version,
        meets_on=kept.meets_on,
    )


def reminder_context(recipient: Recipient, on: date) -> dict:
    campaign = recipient.reminder.campaign
    return {
        "version": CharterVersion.objects.in_force(on) or campaign.version,
        "group": recipient.reminder.group,
        "deadline": campaign.deadline(on) or campaign.closes_on,
        "in_window": on <= campaign.closes_on,
    }


def reminder_letter(recipient: Recipient, on: date) -> tuple[str, str]:
    """Subject and text of what this person would receive on a day."""
    context = {"person": recipient.person, "organisation": recipient.organisation}
    return mail.letter(
        "mail/charter/reminder.txt",
        context | {"sign_path": sign_path(recipient.organisation)} | reminder_context(recipient, on),
    )


def send_reminder(recipient_id: int, *, message_id: str) -> bool:
    """False when the charter has been signed meanwhile: nothing leaves."""
    recipient = Recipient.objects.select_related("reminder__campaign__version", "organisation", "person")
    recipient = recipient.get(pk=recipient_id)
    context = reminder_context(recipient, timezone.localdate())
    if Signature.objects.answering(context["version"]).filter(organisation=recipient.organisation).exists():
        return False
    _send("reminder", recipient.person, recipient.organisation, message_id=message_id, **context)
    return True


def send_mandate(mandate_id: int, outcome: str, *, message_id: str) -> None:
    """``outcome``: "verified", "refused" or "contested". Nothing leaves when the mandate has changed state since."""
    mandate = Mandate.objects.select_related("organisation", "person").get(pk=mandate_id)
    if mandate.state == outcome:
        _send(f"mandate_{outcome}", mandate.person, mandate.organisation, message_id=message_id, mandate=mandate)


def send_signature(signature_id: int, outcome: str, *, message_id: str, attested: bool = True) -> None:
    """``outcome``: "receipt", "countersigned" or "refused", the first two with the attestation."""
    signature = Signature.objects.select_related("organisation", "version", "signer", "mandate").get(pk=signature_id)
    attachments = [attachment(signature)] if attested else []
    _send(
        outcome,
        signature.signer,
        signature.organisation,
        message_id=message_id,
        attachments=attachments,
        signature=signature,
        version=signature.version,
    )


def send_withdrawal(withdrawal_id: int, *, message_id: str) -> None:
    """The receipt of a withdrawal, with the attestations that now say it."""
    withdrawal = Withdrawal.objects.select_related("organisation", "signer", "mandate").get(pk=withdrawal_id)
    ended = withdrawal.signatures.select_related("organisation", "version", "signer", "mandate").order_by("-signed_at")
    _send(
        "withdrawal",
        withdrawal.signer,
        withdrawal.organisation,
        message_id=message_id,
        attachments=[attachment(signature) for signature in ended],
        withdrawal=withdrawal,
        signatures=list(ended),
    )


def attachment(signature: Signature) -> tuple[str, bytes, str]:
    return pdf.file_name(signature), papers.read(signature), "application/pdf"


def sign_path(organisation: Organisation) -> str:
    return reverse("charter:sign_for", args=[organisation.slug])


def _send(
    letter: str,
    person: User,
    organisation: Organisation,
    *,
    message_id: str | None = None,
    mailer: str = "default",
    attachments: Sequence[tuple[str, bytes, str]] = (),
    **context,
) -> None:
    mail.send(
        to=[person.email],
        template=f"mail/charter/{letter}.txt",
        context={"person": person, "organisation": organisation, "sign_path": sign_path(organisation)} | context,
        message_id=message_id,
        attachments=attachments,
        mailer=mailer,
    )
