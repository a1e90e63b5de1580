"""What people wish of bulk mail, and addresses that work again."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from alliance import outbox
from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed, State
from partners.models import Bounce, MailingRecipient, MailRefusal, Resending, User
from partners.models.mailing import REFUSABLE


def refuse_mails(*, person: User, kind: str) -> None:
    """No more bulk mails of this kind; what waits to leave does not leave. Once is enough."""
    if kind in REFUSABLE:
        MailRefusal.objects.get_or_create(person=person, kind=kind)


def accept_mails(*, person: User, kind: str) -> None:
    MailRefusal.objects.filter(person=person, kind=kind).delete()


@transaction.atomic
def lift_bounce(*, bounce: Bounce, motive: str, by: User) -> Bounce:
    """The address works again: bulk mail goes to it once more. Raises Conflict "lifted", ValidationError."""
    bounce = _held(bounce, motive, by, asks="Dites pourquoi cette adresse fonctionne de nouveau.")
    bounce.lifted_at, bounce.lifted_by, bounce.motive = timezone.now(), by, motive.strip()[:300]
    bounce.save(update_fields=["lifted_at", "lifted_by", "motive"])
    return bounce


@transaction.atomic
def confirm_bounce(*, bounce: Bounce, motive: str, by: User) -> Bounce:
    """What a notice only claimed is so: no bulk mail goes there.

    Raises Conflict "lifted", "settled"; ValidationError without a motive.
    """
    bounce = _claimed(_held(bounce, motive, by, asks="Dites ce qui confirme que cette adresse ne reçoit plus."))
    bounce.kind, bounce.confirmed_at, bounce.confirmed_by = Bounce.Kind.RETURNED, timezone.now(), by
    bounce.confirmation = motive.strip()[:300]
    bounce.save(update_fields=["kind", "confirmed_at", "confirmed_by", "confirmation"])
    return bounce


@transaction.atomic
def dismiss_bounce(*, bounce: Bounce, motive: str, by: User) -> Bounce:
    """What a notice claimed is not so; another notice may claim it again. Conflict codes of ``confirm_bounce``."""
    asks = "Dites ce qui montre que cette adresse reçoit."
    bounce = _claimed(_held(bounce, motive, by, asks=asks))
    return lift_bounce(bounce=bounce, motive=motive, by=by)


def _held(bounce: Bounce, motive: str, by: User, *, asks: str) -> Bounce:
    """The row, locked, while nobody has said that its address receives."""
    if not Bounce.objects.writable_by(by).filter(pk=bounce.pk).exists():
        raise PermissionDenied
    bounce = Bounce.objects.select_for_update(of=("self",)).get(pk=bounce.pk)
    if bounce.lifted_at:
        raise Conflict("Cette adresse est déjà rétablie.", code="lifted")
    if not motive.strip():
        raise ValidationError(asks)
    return bounce


def _claimed(bounce: Bounce) -> Bounce:
    if bounce.kind != Bounce.Kind.CLAIMED:
        raise Conflict("Cet échec est déjà certain : il n’y a plus rien à vérifier.", code="settled")
    return bounce


def resend(*, owed: Owed, motive: str, by: User) -> Owed:
    """Owe the same letter again, under another Message-ID, and keep who wanted it and why.

    Raises Conflict "pending" as long as the first may still leave; ValidationError without a motive.
    """
    if not motive.strip():
        raise ValidationError("Donnez un motif : il est gardé avec le renvoi.")
    with transaction.atomic():
        owed = Owed.objects.select_for_update().get(pk=owed.pk)
        if owed.state == State.PENDING:
            raise Conflict("Ce courriel n’est pas encore parti : il partira de lui-même.", code="pending")
        args = owed.args
        if owed.work == "partners.send_mailing_letter":
            args = [owed.args[0], True]
        again = outbox.owe(owed.work, *args)
        if owed.work == "partners.send_mailing_letter":
            MailingRecipient.objects.filter(pk=args[0]).update(message_id=again.message_id)
        Resending.objects.create(owed=owed, again=again, work=owed.work, by=by, motive=motive.strip()[:300])
    return again
