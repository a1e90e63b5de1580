"""Addresses that fail: noted from the post's refusals and from mails that come back, until somebody corrects."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from alliance.lib.smtp import is_lasting, status_of
from alliance.outbox.models import Posting
from partners import returned_mail
from partners.models import Bounce, MailingRecipient, ReturnedMail, User
from partners.models.mailing import Outcome
from partners.returned_mail import Returned

Fate = ReturnedMail.Fate
RECENT = timedelta(days=7)  # servers try for five days, then say that they have failed


@dataclass(frozen=True)
class Noted:
    """What a notice was understood to say of a letter of ours."""

    address: str
    fate: str
    is_proven: bool


def note_rejected(posting: Posting) -> None:
    """The post knows no such address."""
    note(posting.address, Bounce.Kind.REFUSED, status_of(posting.words), posting.words, posting.message_id)


def note(address: str, kind: str, status: str, words: str, message_id: str) -> bool:
    """Mark the address; False when it is marked already. What is known replaces what was only claimed."""
    address = address.lower()
    person = User.objects.annotate(now=Lower("email")).filter(now=address).first()
    facts = {"person": person, "kind": kind, "status": status[:12], "words": words[:200], "message_id": message_id}
    try:
        with transaction.atomic():
            Bounce.objects.create(address=address, **facts)
    except IntegrityError:  # bounce_open_once: the first says it all, but for a claim
        claimed = Bounce.objects.filter(address=address, lifted_at__isnull=True, kind=Bounce.Kind.CLAIMED)
        return kind != Bounce.Kind.CLAIMED and bool(claimed.update(**facts))
    return True


def ingest(raw: bytes) -> list[str]:
    """Mark what a returned mail says has failed for good; the addresses that were ours, and proven to be."""
    return [each.address for each in take(raw) if each.fate == Fate.FAILED and each.is_proven]


def take(raw: bytes) -> list[Noted]:
    """Keep what a notice says of our letters, once. Whoever quotes a letter's number has seen it: nobody can guess it.

    Without it the letter is the latest of this week to the address that is named: agents are told, and no more.
    """
    key, noted = returned_mail.key_of(raw), []
    for returned in returned_mail.read(raw):
        fate = returned.action.partition(" ")[0]
        posting = _letter(returned) if fate in Fate.values else None
        if posting is None:
            continue
        proven = bool(returned.message_id)
        noted.append(Noted(posting.address, fate, proven))
        facts = {"fate": fate, "status": returned.status, "words": returned.words, "is_proven": proven}
        with transaction.atomic():
            if ReturnedMail.objects.get_or_create(key=key, posting=posting, defaults=facts)[1]:
                _follow(returned, posting, fate)
    return noted


def _letter(returned: Returned) -> Posting | None:
    """The delivery that came back: to the address that is told, or to the only one when mail was forwarded."""
    rows = Posting.objects.order_by("-pk")
    named = {returned.address, returned.original}
    if not returned.message_id:
        rows = rows.filter(at__gte=timezone.now() - RECENT, code__range=(200, 299))
        return rows.filter(address__in=[each for each in named if each.isprintable()]).first()
    found = list(rows.filter(message_id=returned.message_id))
    told = [posting for posting in found if posting.address in named]
    return next(iter(told or (found if len({posting.address for posting in found}) == 1 else [])), None)


def _follow(returned: Returned, posting: Posting, fate: str) -> None:
    """The recipient of a bulk mail learns its fate; an address that is condemned is noted."""
    if fate != Fate.FAILED:
        return
    if returned.message_id:
        MailingRecipient.objects.filter(address=posting.address, message_id=returned.message_id).update(
            outcome=Outcome.RETURNED,
            reply=f"{returned.status} {returned.words}".strip()[:200],
            settled_at=timezone.now(),
        )
    if is_lasting(returned.status, returned.code):
        kind = Bounce.Kind.RETURNED if returned.message_id else Bounce.Kind.CLAIMED
        note(posting.address, kind, returned.status, returned.words, posting.message_id)
