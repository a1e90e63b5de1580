"""Bulk mail on its way: a batch a minute, then one letter at a time, each under the Message-ID of its recipient."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from alliance import outbox
from alliance.lib.smtp import refusal, rejects_address
from alliance.outbox.delivery import MAX_ATTEMPTS
from partners import mailing_letters
from partners.models import Bounce, Mailing, MailingRecipient, MailRefusal
from partners.models.mailing import Aside, Outcome

PAUSE = timedelta(minutes=1)
ON_ITS_WAY = (Outcome.OWED, Outcome.GIVEN_UP)
State = Mailing.State


def feed(mailing_id: int, turn: int) -> int:
    """Owe the letters of one minute, and the next minute when some are left; nothing once paused or stopped."""
    mailing = Mailing.objects.select_for_update(of=("self",), no_key=True).get(pk=mailing_id)
    if mailing.state != State.SENDING or mailing.turn != turn:
        return 0
    waiting = mailing.recipients.filter(outcome=Outcome.LISTED).order_by("pk").values_list("pk", flat=True)
    batch = list(waiting[: settings.MAILING_PER_MINUTE])
    for recipient in batch:
        outbox.owe("partners.send_mailing_letter", recipient)
    mailing.recipients.filter(pk__in=batch).update(outcome=Outcome.OWED)
    if waiting.exists():
        outbox.owe("partners.feed_mailing", mailing_id, turn, due_at=timezone.now() + PAUSE)
    return len(batch)


def send_letter(recipient_id: int, *, message_id: str | None = None) -> None:
    """The letter of one recipient, once; again, under ``message_id``, when an agent sends it anew.

    An address that the post does not know ends it; any other refusal rises, and the outbox tries again later.
    """
    rows = MailingRecipient.objects.select_for_update(of=("self",), no_key=True)
    recipient = rows.select_related("mailing", "organisation__commune", "organisation__region", "person").get(
        pk=recipient_id
    )
    if message_id is None and not may_leave(recipient):
        return
    try:
        reply = mailing_letters.send(recipient.mailing, recipient, message_id=message_id or recipient.message_id)
    except OSError as error:
        if not rejects_address(error):
            raise
        settle(recipient, Outcome.REFUSED, refusal(error).text)
    else:
        settle(recipient, Outcome.SENT, f"{reply.code} {reply.text}".strip() if reply else "")


def may_leave(recipient: MailingRecipient) -> bool:
    """Whether it is still to go; else what became of it is written."""
    if recipient.outcome not in ON_ITS_WAY:
        return False
    state = recipient.mailing.state
    if state == State.PAUSED:
        settle(recipient, Outcome.LISTED)
    elif state == State.CANCELLED:
        settle(recipient, Outcome.CANCELLED)
    elif reason := no_longer(recipient):
        recipient.aside = reason
        settle(recipient, Outcome.ASIDE)
    return state == State.SENDING and recipient.outcome in ON_ITS_WAY


def no_longer(recipient: MailingRecipient) -> str:
    """Why the letter must not go any more, since the list was confirmed."""
    person, kind = recipient.person, recipient.mailing.kind
    if person is None or not person.is_active:
        return Aside.INACTIVE
    if recipient.mailing.is_refusable and MailRefusal.objects.filter(person=person, kind=kind).exists():
        return Aside.DECLINED
    return Aside.BOUNCED if Bounce.objects.open().filter(address=recipient.address).exists() else ""


def settle(recipient: MailingRecipient, outcome: str, reply: str = "") -> None:
    recipient.outcome, recipient.reply, recipient.settled_at = outcome, reply[:200], timezone.now()
    recipient.save(update_fields=["outcome", "aside", "reply", "settled_at"])


def note_given_up(error: BaseException, owed) -> None:
    """After its last attempt; an agent may yet revive the work."""
    if owed.attempts >= MAX_ATTEMPTS:
        words = refusal(error).text if isinstance(error, OSError) else type(error).__name__
        MailingRecipient.objects.filter(pk=owed.args[0], outcome=Outcome.OWED).update(
            outcome=Outcome.GIVEN_UP, reply=words[:200], settled_at=timezone.now()
        )
