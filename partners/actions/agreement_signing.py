"""The signatures of an agreement: an order fixed with the text, one person after another, each act in the journal."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from alliance import outbox
from alliance.lib import french
from alliance.lib.errors import Conflict
from alliance.proof import journal
from partners import pdf
from partners.actions.agreement_files import keep_file
from partners.actions.agreements import Event, locked, note, tell
from partners.models import Agreement, AgreementDocument, AgreementFile, AgreementSigner, AgreementVersion, User
from partners.models.agreement_reference import blanks_left
from partners.models.agreement_signing import Side
from partners.models.agreement_version import Stage

Outcome, How = AgreementDocument.Outcome, AgreementSigner.How
BETWEEN_LETTERS = timedelta(days=1)


@dataclass(frozen=True)
class Place:
    """One place in the order of signatures."""

    side: str
    person: User
    job_title: str


@transaction.atomic
def send_for_signature(*, version: AgreementVersion, by: User, order: list[Place]) -> AgreementDocument:
    """Freeze the text as a PDF and ask the first of ``order`` to sign.

    Raises Conflict "not_shared", "no_start", "blanks_left", "open_comments", "one_side"; ValidationError for
    somebody who cannot sign.
    """
    agreement = locked(version.agreement_id, by)
    version = AgreementVersion.objects.select_related("agreement__organisation", "template").get(pk=version.pk)
    _check_ready(version, order)
    now = timezone.now()
    for place in order:
        _check_signer(agreement, place, timezone.localdate(now))
    content = pdf.agreement_paper(version, order, at=now)
    document = AgreementDocument.objects.create(
        version=version, content=content, digest=hashlib.sha256(content).hexdigest(), opened_at=now, opened_by=by
    )
    signers = [
        AgreementSigner(document=document, position=n, name=str(place.person), **vars(place))
        for n, place in enumerate(order, 1)
    ]
    AgreementSigner.objects.bulk_create(signers)
    version.stage = Stage.SIGNING
    version.save(update_fields=["stage", "updated_at"])
    note(agreement, Event.SENT, by, what=f"{version.label}, {len(order)} signataires")
    outbox.owe("partners.send_agreement_turn", signers[0].pk)
    return document


def _check_ready(version: AgreementVersion, order: list[Place]) -> None:
    if version.stage != Stage.SHARED:
        raise Conflict("Proposez d’abord le texte au partenaire.", code="not_shared")
    if version.starts_on is None:
        raise Conflict("Donnez d’abord la date où le texte prend effet.", code="no_start")
    if blanks := blanks_left(version.text):
        raise Conflict(f"Il reste à remplir dans le texte : {', '.join(blanks)}.", code="blanks_left")
    if version.comments.filter(resolved_at=None).exists():
        raise Conflict("Des commentaires ne sont pas réglés : réglez-les avant la signature.", code="open_comments")
    if {place.side for place in order} != set(Side):
        raise Conflict("Il faut au moins un signataire de chaque côté.", code="one_side")


def _check_signer(agreement: Agreement, place: Place, on: date) -> None:
    """Agents sign for La Poste, entitled representatives for their organisation."""
    person = place.person
    if place.side == Side.POSTE:
        able = person.is_active and person.is_staff
    else:
        able = person.is_active and "signatory" in person.roles_in(agreement.organisation)
    if not able:
        raise ValidationError(f"{person} ne peut pas signer pour {Side(place.side).label}.", code="cannot_sign")


def _taken(document: AgreementDocument) -> tuple[AgreementDocument, list[AgreementSigner]]:
    """The document and its signers, the agreement's row locked; several signers queue there."""
    pk = document.version.agreement_id
    Agreement.objects.select_for_update(of=("self",)).get(pk=pk)
    document = AgreementDocument.objects.select_related("version__agreement__organisation").get(pk=document.pk)
    if document.outcome != Outcome.OPEN:
        raise Conflict("Ce document n’est plus à la signature.", code="not_open")
    return document, list(document.signers.order_by("position").select_related("person"))


def _my_turn(signers: list[AgreementSigner], by: User) -> AgreementSigner:
    mine = next((signer for signer in signers if signer.person_id == by.pk), None)
    if mine is None:
        raise PermissionDenied
    if mine.signed_at:
        raise Conflict("Vous avez déjà signé ce document.", code="already_signed")
    if any(signer.signed_at is None for signer in signers[: mine.position - 1]):
        raise Conflict("Ce n’est pas encore votre tour de signer : un courriel vous préviendra.", code="not_your_turn")
    return mine


def consent(agreement: Agreement, side: str) -> str:
    """The sentence that is ticked by whoever signs for this side."""
    whom = "La Poste" if side == Side.POSTE else agreement.organisation.name
    return f"J’ai lu cet accord et je l’accepte au nom {french.of(whom)}."


@transaction.atomic
def sign_agreement(*, document: AgreementDocument, by: User, power: str) -> AgreementSigner:
    """Sign at one's turn. ``power``: the words that say in virtue of what, kept with the act and committed to.

    Raises Conflict "not_open", "already_signed", "not_your_turn", "no_role"; PermissionDenied for anybody else.
    """
    document, signers = _taken(document)
    signer = _my_turn(signers, by)
    agreement = document.version.agreement
    if signer.side == Side.PARTNER and "signatory" not in by.roles_in(agreement.organisation):
        raise Conflict("Vous n’êtes plus représentant habilité de cette organisation.", code="no_role")
    if signer.side == Side.POSTE and not by.is_staff:
        raise Conflict("Vous n’êtes plus agent de La Poste.", code="no_role")
    _record(signer, timezone.now(), how=How.PORTAL, power=power, consent=consent(agreement, signer.side)[:300])
    note(agreement, Event.SIGNED, by, what=f"{document.version.label}, {signer.position} sur {len(signers)}")
    following = signers[signer.position :]
    if following:
        outbox.owe("partners.send_agreement_turn", following[0].pk)
    else:
        _complete(document, by)
    return signer


def _record(signer: AgreementSigner, at: datetime, **how) -> None:
    document = signer.document
    entry = journal.append(
        kind="agreement_signed",
        subject=str(document.public_id),
        facts={
            "agreement": str(document.version.agreement.public_id),
            "version": document.version.number,
            "digest": document.digest,
            "position": signer.position,
            "side": str(signer.side),
            "how": str(how["how"]),
            "signed_at": journal.instant(at),
        },
        personal={"signer_name": signer.name, "signer_job_title": signer.job_title, "power": how["power"] or "aucun"},
    )
    for name, value in how.items():
        setattr(signer, name, value)
    signer.signed_at, signer.journal_position = at, entry.position
    signer.save()


def _complete(document: AgreementDocument, by: User) -> None:
    """All have signed: an agent may put it in force; nothing runs by itself."""
    _close(document, Outcome.SIGNED, Stage.SIGNED)
    agreement = document.version.agreement
    tell(note(agreement, Event.COMPLETE, by, what=document.version.label), Side.POSTE)


def _close(document: AgreementDocument, outcome: Outcome, stage: Stage) -> None:
    document.outcome, document.closed_at = outcome, timezone.now()
    document.save(update_fields=["outcome", "closed_at"])
    document.version.stage = stage
    document.version.save(update_fields=["stage", "updated_at"])


@transaction.atomic
def remind_signer(*, document: AgreementDocument, by: User) -> AgreementSigner:
    """Send their letter again to the one whose turn it is, a day at least after the last.

    Raises Conflict "not_open", "your_turn", "reminded_lately"; ValidationError for somebody who cannot sign any more.
    """
    agreement = locked(document.version.agreement_id, by)
    document, signers = _taken(document)
    signer = next(each for each in signers if each.signed_at is None)
    if signer.person_id == by.pk:
        raise Conflict("C’est à vous de signer.", code="your_turn")
    now = timezone.now()
    _check_signer(agreement, Place(signer.side, signer.person, signer.job_title), timezone.localdate(now))
    reminded = agreement.events.filter(kind=Event.REMINDED).order_by("at").values_list("at", flat=True).last()
    if now < max(reminded or document.turn_since, document.turn_since) + BETWEEN_LETTERS:
        raise Conflict("Un courriel est parti il y a moins d’un jour : laissez-lui le temps.", code="reminded_lately")
    note(agreement, Event.REMINDED, by, what=f"{document.version.label}, {signer.position} sur {len(signers)}")
    outbox.owe("partners.send_agreement_turn", signer.pk, True)
    return signer


@transaction.atomic
def refuse_agreement(*, document: AgreementDocument, by: User, motive: str) -> AgreementSigner:
    """Refuse at one's turn: the text goes back to discussion, with the reason. Conflict codes of ``sign_agreement``."""
    document, signers = _taken(document)
    signer = _my_turn(signers, by)
    signer.refused_at, signer.motive = timezone.now(), motive
    signer.save(update_fields=["refused_at", "motive"])
    _close(document, Outcome.REFUSED, Stage.SHARED)
    event = note(document.version.agreement, Event.REFUSED, by, what=document.version.label, motive=motive)
    tell(event, Side.POSTE, Side.PARTNER)
    return signer


@transaction.atomic
def recall_agreement(*, document: AgreementDocument, by: User, motive: str) -> AgreementDocument:
    """Take a document back from signature; signatures already given stay with it. Raises Conflict "not_open"."""
    locked(document.version.agreement_id, by)
    document, _ = _taken(document)
    _close(document, Outcome.RECALLED, Stage.SHARED)
    event = note(document.version.agreement, Event.RECALLED, by, what=document.version.label, motive=motive)
    tell(event, Side.PARTNER)
    return document


@transaction.atomic
def deposit_signed_copy(
    *, document: AgreementDocument, by: User, upload: UploadedFile, signed_on: date
) -> AgreementDocument:
    """Record that those who had still to sign did so on paper, with the scanned copy.

    Raises Conflict "not_open", "future_signature"; ValidationError for a file that is no PDF nor picture.
    """
    locked(document.version.agreement_id, by)
    document, signers = _taken(document)
    if signed_on > timezone.localdate() or signed_on < timezone.localdate(document.opened_at):
        raise Conflict("Un exemplaire se signe entre la mise à la signature et aujourd’hui.", code="future_signature")
    agreement = document.version.agreement
    kept = keep_file(
        agreement, upload, by, name=f"{document.version.label}, exemplaire signé", kind=AgreementFile.Kind.SIGNED_COPY
    )
    at = timezone.make_aware(datetime.combine(signed_on, time(12)))
    for signer in signers:
        if signer.signed_at is None:
            _record(signer, at, how=How.PAPER, power=f"exemplaire {kept.digest}")
    note(agreement, Event.SIGNED, by, what=f"{document.version.label}, sur papier")
    _complete(document, by)
    return document
