"""Letters about the charter. Rendered when sent, from ids; what is no longer true is not sent."""

import hashlib
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from alliance.lib import mail
from alliance.lib.smtp import Reply, refusal
from alliance.proof import checkpoints
from alliance.proof.models import Checkpoint
from charter import papers, pdf
from charter.models import (
    CharterVersion,
    Deliberation,
    EvidenceEvent,
    Mandate,
    Recipient,
    Signature,
    Transmission,
    Withdrawal,
)
from charter.models.campaign import deadlines_of
from charter.models.evidence import Fact, Kind, note_all
from charter.models.letter import token_of
from partners.models import Organisation, User


def send_code(
    user: User, organisation: Organisation, version: CharterVersion, code: str, act: str = "sign"
) -> Reply | None:
    """At once, three seconds at most; what the post answered. Raises OSError when it is down."""
    return _send(
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
        context = {
            "version": version,
            "sign_path": letter_path("invitation", person, organisation, version),
            "deadline": deadlines_of([organisation.pk], timezone.localdate()).get(organisation.pk),
        }
        _send("invitation", person, organisation, message_id=message_id, **context)


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
    version = CharterVersion.objects.in_force(on) or campaign.version
    return {
        "version": version,
        "sign_path": letter_path("reminder", recipient.person, recipient.organisation, version),
        "group": recipient.reminder.group,
        "deadline": campaign.deadline(on) or campaign.closes_on,
        "in_window": on <= campaign.closes_on,
    }


def reminder_letter(recipient: Recipient, on: date) -> tuple[str, str]:
    """Subject and text of what this person would receive on a day, without the link that is theirs alone."""
    context = {"person": recipient.person, "organisation": recipient.organisation} | reminder_context(recipient, on)
    shown = context | {"sign_path": f"{sign_path(recipient.organisation)}lettre/…/"}
    return mail.letter("mail/charter/reminder.txt", shown)


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
        letter, about = f"mandate_{outcome}", _decided(mandate)
        _send(letter, mandate.person, mandate.organisation, message_id=message_id, about=about, mandate=mandate)


def _decided(mandate: Mandate) -> list["About"]:
    """Where the decision was noted."""
    noted = EvidenceEvent.objects.filter(
        organisation=mandate.organisation, kind=f"mandate_{mandate.state}", details__mandate=str(mandate.public_id)
    )
    return [(event.version, event.signature) for event in noted.select_related("version", "signature")]


def send_signature(signature_id: int, outcome: str, *, message_id: str, attested: bool = True) -> None:
    """``outcome``: "receipt", "countersigned" or "refused", the first two with the attestation."""
    signature = Signature.objects.select_related("organisation", "version", "signer", "mandate").get(pk=signature_id)
    _send(
        outcome,
        signature.signer,
        signature.organisation,
        message_id=message_id,
        attestations={signature: papers.read(signature)} if attested else {},
        about=[(signature.version, signature)],
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
        attestations={signature: papers.read(signature) for signature in ended},
        about=[(signature.version, signature) for signature in ended],
        withdrawal=withdrawal,
        signatures=list(ended),
    )


def sign_path(organisation: Organisation) -> str:
    return reverse("charter:sign_for", args=[organisation.slug])


def letter_path(letter: str, person: User, organisation: Organisation, version: CharterVersion) -> str:
    """The page to sign, by a link that says which letter was followed."""
    return reverse("charter:letter", args=[organisation.slug, token_of(letter, person, organisation, version)])


def _send(
    letter: str,
    person: User,
    organisation: Organisation,
    *,
    message_id: str | None = None,
    mailer: str = "default",
    attestations: dict[Signature, bytes] | None = None,
    about: list["About"] | None = None,
    **context,
) -> Reply | None:
    """Send, and note in the chains of ``about`` (that of ``version`` by default) what the post answered.

    A letter without ``message_id`` is the caller's to note. Raises OSError, or Unsent for a letter that is owed.
    """
    attestations = attestations or {}
    leaf, checkpoint = checkpoints.covering([each.code for each in attestations])
    sending = Sending(letter, person, organisation, message_id, about or [(context.get("version"), None)])
    try:
        reply = mail.send(
            to=[person.email],
            template=f"mail/charter/{letter}.txt",
            context={"person": person, "organisation": organisation, "sign_path": sign_path(organisation)}
            | {"is_in_journal": leaf is not None, "checkpoint": checkpoint}
            | context,
            message_id=message_id,
            attachments=_attached(attestations, checkpoint),
            mailer=mailer,
        )
    except OSError as error:
        raise (Unsent(sending, refusal(error)) if message_id else error) from error
    if message_id and reply:
        sending.note(Kind.MAIL_ACCEPTED, reply, attestations)
    return reply


def _attached(attestations: dict[Signature, bytes], checkpoint: Checkpoint | None) -> list[tuple[str, bytes, str]]:
    attached = [(pdf.file_name(each), paper, "application/pdf") for each, paper in attestations.items()]
    if checkpoint:
        # Not as text/plain: mail may change its line ends, and the signature is over every byte.
        attached.append(("point-de-controle.txt", checkpoint.text.encode(), "application/octet-stream"))
    return attached


type About = tuple[CharterVersion | None, Signature | None]


@dataclass(frozen=True)
class Sending:
    """A letter, and the chains that are told what becomes of it."""

    letter: str
    person: User
    organisation: Organisation
    message_id: str | None
    about: list[About]

    def note(self, kind: Kind, reply: Reply, attestations: dict[Signature, bytes]) -> None:
        details = {"letter": self.letter, "code": reply.code, "reply": reply.text or "(sans texte)"}
        details["message_id"] = self.message_id
        for version, signature in sorted((each for each in self.about if each[0]), key=lambda each: each[0].pk):
            facts = [Fact(kind, self.person, signature, details=details)]
            if signature in attestations:
                facts.append(self._delivered(signature, attestations[signature]))
            note_all(organisation=self.organisation, version=version, facts=facts)

    def _delivered(self, signature: Signature, paper: bytes) -> Fact:
        details = {"letter": self.letter, "digest": hashlib.sha256(paper).hexdigest()}
        return Fact(Kind.DELIVERED, self.person, signature, details=details)


class Unsent(OSError):
    """A letter that is owed did not leave: it will be tried again."""

    def __init__(self, sending: Sending, reply: Reply):
        super().__init__(f"{sending.letter}: {reply.code}")
        self.sending, self.reply = sending, reply

    def note(self) -> None:
        """In a transaction of its own: that of the work was rolled back."""
        with transaction.atomic():
            self.sending.note(Kind.MAIL_REFUSED, self.reply, {})
