"""Texts of agreements before they are signed: begun from a model, proposed, amended, renewed, or left."""

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from alliance.lib.errors import Conflict, conflict_on
from alliance.lib.french import long_date
from partners.actions.agreements import Event, State, locked, note, tell
from partners.models import Agreement, AgreementTemplate, AgreementVersion, Organisation, User
from partners.models.agreement_reference import fill
from partners.models.agreement_signing import Side
from partners.models.agreement_version import Stage

ONE_AT_A_TIME = "Une version de cet accord est déjà en préparation : terminez-la ou classez-la d’abord."
Kind = AgreementVersion.Kind


@transaction.atomic
def draft_from_template(
    *,
    organisation: Organisation,
    title: str,
    kind: str,
    by: User,
    template: AgreementTemplate | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    amount_cents: int | None = None,
    partner_referent: User | None = None,
) -> AgreementVersion:
    """Begin an agreement; the agent is its referent. The partner sees nothing of it before it is proposed."""
    if not Organisation.objects.writable_by(by).filter(pk=organisation.pk).exists():
        raise PermissionDenied
    agreement = Agreement(
        organisation=organisation,
        title=title,
        kind=kind,
        referent=by,
        partner_referent=partner_referent,
        is_demo=organisation.is_demo,
    )
    agreement.full_clean()
    agreement.save()
    text = template.filled(organisation=organisation.name, objet=title) if template else ""
    version = AgreementVersion(
        agreement=agreement,
        template=template,
        text=text,
        starts_on=starts_on,
        ends_on=ends_on,
        amount_cents=amount_cents,
        created_by=by,
    )
    fill_days(version)
    version.full_clean(exclude=["created_by", "activated_by"])
    version.save()
    note(agreement, Event.DRAFTED, by, what=template.title if template else "", internal=True)
    return version


@transaction.atomic
def write_version(*, version: AgreementVersion, by: User, read_at: datetime | None = None, **said) -> AgreementVersion:
    """Change a text that nobody is signing: ``text``, ``changes``, ``starts_on``, ``ends_on``, ``amount_cents``.

    ``read_at``: the ``updated_at`` that the writer had before their eyes. Raises Conflict "not_writable",
    "changed_meanwhile".
    """
    agreement = locked(version.agreement_id, by)
    version = AgreementVersion.objects.get(pk=version.pk)
    if not version.may_be_written:
        raise Conflict("Ce texte est à la signature ou signé : il ne change plus.", code="not_writable")
    if read_at and version.updated_at != read_at:
        raise Conflict("Ce texte a changé depuis que vous avez ouvert cette page.", code="changed_meanwhile")
    for name in ("text", "changes", "starts_on", "ends_on", "amount_cents"):
        setattr(version, name, said.get(name, getattr(version, name)))
    fill_days(version)
    version.full_clean(exclude=["created_by", "activated_by"])
    version.save()
    if version.stage == Stage.SHARED:
        note(agreement, Event.SHARED, by, what=f"{version.label} : texte mis à jour")
    return version


def fill_days(version: AgreementVersion) -> None:
    """The dates take their place in the text as soon as they are known."""
    said = {"debut": version.starts_on, "fin": version.ends_on}
    version.text = fill(version.text, **{name: day and long_date(day) for name, day in said.items()})


@transaction.atomic
def propose_version(*, version: AgreementVersion, by: User) -> AgreementVersion:
    """Show a draft to the partner, who may comment. Raises Conflict "not_draft", "no_text"."""
    agreement = locked(version.agreement_id, by)
    version = AgreementVersion.objects.get(pk=version.pk)
    if version.stage != Stage.DRAFT:
        raise Conflict("Ce texte n’est plus un brouillon.", code="not_draft")
    if not version.text.strip():
        raise Conflict("Écrivez d’abord le texte : le partenaire n’aurait rien à lire.", code="no_text")
    version.stage, version.shared_at = Stage.SHARED, timezone.now()
    version.save()
    if agreement.shared_at is None:
        agreement.shared_at = version.shared_at
        agreement.save(update_fields=["shared_at", "updated_at"])
    tell(note(agreement, Event.SHARED, by, what=version.label), Side.PARTNER)
    return version


@transaction.atomic
def drop_version(*, version: AgreementVersion, by: User, motive: str) -> AgreementVersion:
    """Leave a version without sequel; the agreement itself, when it was its first. Raises Conflict "not_open"."""
    agreement = locked(version.agreement_id, by)
    version = AgreementVersion.objects.get(pk=version.pk)
    if version.stage not in (Stage.DRAFT, Stage.SHARED, Stage.SIGNED):
        raise Conflict("Ce texte est clos, ou à la signature : rappelez-l’en d’abord.", code="not_open")
    unseen = version.shared_at is None
    version.stage = Stage.DROPPED
    version.save()
    if agreement.state == State.DRAFT:
        agreement.state = State.VOID
        agreement.save(update_fields=["state", "updated_at"])
    event = note(agreement, Event.DROPPED, by, what=version.label, motive=motive, internal=unseen)
    if not unseen:
        tell(event, Side.PARTNER)
    return version


def amend_agreement(*, agreement: Agreement, by: User, changes: str) -> AgreementVersion:
    """Open an amendment: a copy of the text in force. Raises Conflict "not_in_force", "open_version"."""
    with conflict_on("agreement_version_open_once", ONE_AT_A_TIME, code="open_version"):
        agreement = locked(agreement, by)
        running = AgreementVersion.objects.in_force(timezone.localdate()).filter(agreement=agreement).first()
        if agreement.state != State.ACTIVE or running is None:
            raise Conflict(
                "Un avenant modifie un accord en vigueur. Arrivé à terme, il se renouvelle ou prend fin.",
                code="not_in_force",
            )
        version = _copy(running, Kind.AMENDMENT, by, changes=changes, ends_on=running.runs_until)
        note(agreement, Event.AMENDED, by, what=version.label, internal=True)
    return version


def renew_agreement(*, agreement: Agreement, by: User, motive: str, ends_on: date | None = None) -> AgreementVersion:
    """Open a renewal, from the day after the term. It runs only when it is signed and put in force.

    Raises Conflict "not_active", "no_term", "open_version".
    """
    with conflict_on("agreement_version_open_once", ONE_AT_A_TIME, code="open_version"):
        agreement = locked(agreement, by)
        if agreement.state != State.ACTIVE:
            raise Conflict("Seul un accord en vigueur ou arrivé à terme se renouvelle.", code="not_active")
        if agreement.ends_on is None:
            raise Conflict("Cet accord n’a pas de terme : il n’y a rien à renouveler.", code="no_term")
        last = AgreementVersion.objects.filter(agreement=agreement, stage=Stage.ACTIVE).order_by("runs_from").last()
        begins = agreement.ends_on + timedelta(days=1)
        version = _copy(last, Kind.RENEWAL, by, starts_on=begins, ends_on=ends_on)
        version.full_clean(exclude=["created_by", "activated_by"])
        note(agreement, Event.RENEWED, by, what=version.label, motive=motive, internal=True)
    return version


def _copy(version: AgreementVersion, kind: str, by: User, **said) -> AgreementVersion:
    last = AgreementVersion.objects.filter(agreement=version.agreement_id).aggregate(last=Max("number"))["last"]
    return AgreementVersion.objects.create(
        agreement_id=version.agreement_id,
        kind=kind,
        number=last + 1,
        template_id=version.template_id,
        text=version.text,
        amount_cents=version.amount_cents,
        created_by=by,
        **said,
    )
