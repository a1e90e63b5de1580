"""Addresses that fail: noted from the post's refusals and from returned mails (RFC 3464), until somebody corrects."""

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage

from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from alliance.lib.smtp import is_lasting, reply, status_of
from alliance.outbox.models import Posting
from partners.models import Bounce, MailingRecipient, User
from partners.models.mailing import Outcome

PARTS_MAX = 20
MESSAGE_ID = re.compile(r"<[^<>\s]{1,318}>")


@dataclass(frozen=True)
class Returned:
    """What a delivery status notification says of one recipient. ``message_id``: of the letter that came back."""

    address: str
    action: str
    status: str
    words: str
    message_id: str


def note_rejected(posting: Posting) -> None:
    """The post knows no such address."""
    note(posting.address, Bounce.Kind.REFUSED, status_of(posting.words), posting.words, posting.message_id)


def note(address: str, kind: str, status: str, words: str, message_id: str) -> bool:
    """Mark the address; False when it is marked already."""
    address = address.lower()
    person = User.objects.annotate(now=Lower("email")).filter(now=address).first()
    facts = {"person": person, "kind": kind, "status": status[:12], "words": words[:200], "message_id": message_id}
    try:
        with transaction.atomic():
            Bounce.objects.create(address=address, **facts)
    except IntegrityError:
        return False  # bounce_open_once: the first says it all
    return True


def read(raw: bytes) -> list[Returned]:
    """The recipients of a multipart/report; empty for any other mail. Never raises on what it is given."""
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    parts = [part for part, _ in zip(message.walk(), range(PARTS_MAX), strict=False)]
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if status is None or not isinstance(status.get_payload(), list):
        return []
    found = _message_id(parts)
    blocks = [block for block in status.get_payload() if isinstance(block, email.message.Message)]
    return [
        _returned(block, found) for block in blocks if block.get("Final-Recipient") or block.get("Original-Recipient")
    ]


def _message_id(parts: list[EmailMessage]) -> str:
    """The Message-ID in the copy of our letter: whole (message/rfc822) or its headers only."""
    for part in parts:
        if part.get_content_type() == "message/rfc822" and isinstance(part.get_payload(), list) and part.get_payload():
            told = str(part.get_payload()[0].get("Message-ID", ""))
        elif part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True) or b""
            told = str(email.message_from_bytes(payload, policy=email.policy.compat32).get("Message-ID", ""))
        else:
            continue
        match = MESSAGE_ID.search(told)
        if match:
            return match[0]
    return ""


def _returned(block, message_id: str) -> Returned:
    def field(name: str) -> str:
        return " ".join(str(block.get(name, "")).split())

    named = field("Final-Recipient") or field("Original-Recipient")
    words = field("Diagnostic-Code").partition(";")[2].strip()
    address = named.rpartition(";")[2].strip().strip("<>").lower()
    return Returned(address, field("Action").lower(), status_of(field("Status")), reply(0, words).text, message_id)


def ingest(raw: bytes) -> list[str]:
    """Mark what a returned mail says has failed for good; the addresses that were ours.

    Only for a letter of ours: nobody can guess its Message-ID.
    """
    told = []
    for returned in read(raw):
        address = _sent_to(returned) if returned.action == "failed" and returned.message_id else ""
        if not address:
            continue
        told.append(address)
        MailingRecipient.objects.filter(address=address, message_id=returned.message_id).update(
            outcome=Outcome.RETURNED,
            reply=f"{returned.status} {returned.words}".strip()[:200],
            settled_at=timezone.now(),
        )
        if is_lasting(returned.status):
            note(address, Bounce.Kind.RETURNED, returned.status, returned.words, returned.message_id)
    return told


def _sent_to(returned: Returned) -> str:
    """The address that the letter was sent to: the one that is told, or the only one when mail was forwarded."""
    addresses = set(Posting.objects.filter(message_id=returned.message_id).values_list("address", flat=True))
    return returned.address if returned.address in addresses else addresses.pop() if len(addresses) == 1 else ""
