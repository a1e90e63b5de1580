"""Bulk mail: write, list, confirm, pause, take up again, stop. What leaves is what was shown, or nothing leaves."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet

from alliance import outbox
from alliance.lib.errors import Conflict
from partners import mailing_letters
from partners.actions.mailing_lists import chosen, digest
from partners.models import Mailing, MailingRecipient, MailingSelection, User
from partners.models.mailing import Outcome

NOT_DRAFT = "Cet envoi est déjà parti ou arrêté : il ne change plus."
CHANGED = "La liste ou le texte a changé depuis votre lecture : relisez ce qui partirait maintenant."
TYPED = {"subject", "body", "kind", "query", "roles"}


def draft_mailing(
    *, by: User, subject: str, body: str, kind: str, query: str, roles: Iterable[str], mailing: Mailing | None = None,
    selection: MailingSelection | None = None,
) -> Mailing:  # fmt: skip
    """Write or rewrite the text and the choice; nothing is listed yet. Raises Conflict "not_draft", ValidationError.

    ``selection``: the rows of a list, in place of ``query``; of a new mailing only.
    """
    with transaction.atomic():
        if mailing is None:
            mailing = Mailing(written_by=by, selection=selection)
        else:
            mailing = locked(mailing, by)
            check_draft(mailing)
        mailing.subject, mailing.body, mailing.kind = " ".join(subject.split()), body.strip(), kind
        mailing.query, mailing.roles, mailing.digest, mailing.listed_at = query, sorted(set(roles)), "", None
        mailing.clean_fields(exclude={field.name for field in Mailing._meta.fields} - TYPED)
        for text in (mailing.subject, mailing.body):
            mailing_letters.check(text)
        mailing.save()
        mailing.recipients.all().delete()
    return mailing


def list_recipients(*, mailing: Mailing, organisations: QuerySet, by: User, at: datetime) -> Mailing:
    """Freeze who would be written to, and who would not and why. Raises Conflict "not_draft"."""
    with transaction.atomic():
        mailing = locked(mailing, by)
        check_draft(mailing)
        lines = chosen(mailing, organisations, by)
        mailing.recipients.all().delete()
        MailingRecipient.objects.bulk_create(
            (
                MailingRecipient(
                    mailing=mailing, organisation_id=line.organisation_id, person_id=line.person_id,
                    address=line.address, aside=line.aside, outcome=Outcome.ASIDE if line.aside else Outcome.LISTED,
                )
                for line in lines
            ),
            batch_size=1000,
        )  # fmt: skip
        mailing.digest, mailing.listed_at = digest(mailing, lines), at
        mailing.save(update_fields=["digest", "listed_at"])
    return mailing


def confirm_mailing(
    *, mailing: Mailing, organisations: QuerySet, shown: str, motive: str, by: User, at: datetime
) -> Mailing:
    """Let exactly the list of the digest ``shown`` leave, by the worker. A second call changes nothing.

    Raises Conflict "changed", "nobody", "cancelled"; ValidationError without a motive.
    """
    with transaction.atomic():
        mailing = locked(mailing, by)
        if mailing.confirmed_at:
            return mailing
        if not motive.strip():
            raise ValidationError("Donnez un motif : il est gardé avec l’envoi.")
        now = digest(mailing, chosen(mailing, organisations, by))
        if not mailing.digest or mailing.digest != shown or now != shown:
            raise Conflict(CHANGED, code="changed")
        if not mailing.recipients.filter(outcome=Outcome.LISTED).exists():
            raise Conflict("Personne n’est sur la liste : il n’y a rien à envoyer.", code="nobody")
        mailing.state, mailing.motive = Mailing.State.SENDING, motive.strip()[:300]
        mailing.confirmed_at, mailing.confirmed_by = at, by
        mailing.save(update_fields=["state", "motive", "confirmed_at", "confirmed_by"])
        outbox.owe("partners.feed_mailing", mailing.pk, mailing.turn)
    return mailing


def pause_mailing(*, mailing: Mailing, by: User) -> Mailing:
    """What has not gone waits; a letter that is being handed over may still go. Raises Conflict "not_sending"."""
    with transaction.atomic():
        mailing = locked(mailing, by)
        if mailing.state != Mailing.State.SENDING:
            raise Conflict("Cet envoi n’est pas en cours.", code="not_sending")
        mailing.state, mailing.turn = Mailing.State.PAUSED, mailing.turn + 1
        mailing.save(update_fields=["state", "turn"])
    return mailing


def resume_mailing(*, mailing: Mailing, by: User) -> Mailing:
    """Raises Conflict "not_paused"."""
    with transaction.atomic():
        mailing = locked(mailing, by)
        if mailing.state != Mailing.State.PAUSED:
            raise Conflict("Cet envoi n’est pas en pause.", code="not_paused")
        mailing.state, mailing.turn = Mailing.State.SENDING, mailing.turn + 1
        mailing.save(update_fields=["state", "turn"])
        outbox.owe("partners.feed_mailing", mailing.pk, mailing.turn)
    return mailing


def cancel_mailing(*, mailing: Mailing, by: User) -> Mailing:
    """What has not gone never goes. Raises Conflict "not_running"."""
    with transaction.atomic():
        mailing = locked(mailing, by)
        if mailing.state not in (Mailing.State.SENDING, Mailing.State.PAUSED):
            raise Conflict("Cet envoi n’est pas en cours.", code="not_running")
        mailing.state, mailing.turn = Mailing.State.CANCELLED, mailing.turn + 1
        mailing.save(update_fields=["state", "turn"])
        mailing.recipients.filter(outcome=Outcome.LISTED).update(outcome=Outcome.CANCELLED)
    return mailing


def drop_mailing(*, mailing: Mailing, by: User) -> None:
    """A draft that will never leave. Raises Conflict "not_draft"."""
    with transaction.atomic():
        mailing = locked(mailing, by)
        check_draft(mailing)
        mailing.recipients.all().delete()
        mailing.delete()


def check_draft(mailing: Mailing) -> None:
    if mailing.state != Mailing.State.DRAFT:
        raise Conflict(NOT_DRAFT, code="not_draft")


def locked(mailing: Mailing, by: User) -> Mailing:
    if not Mailing.objects.writable_by(by).filter(pk=mailing.pk).exists():
        raise PermissionDenied
    return Mailing.objects.select_for_update(of=("self",), no_key=True).get(pk=mailing.pk)
