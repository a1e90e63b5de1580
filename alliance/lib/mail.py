"""Letters: a text whose first line is « Objet : … », and the same words as plain HTML."""

import email.policy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, loader

from alliance.lib.smtp import Reply, refusal, rejects_address

SUBJECT = "Objet : "
WHOLE = "list-unsubscribe"


@dataclass(frozen=True)
class Handed:
    """A letter that the post was given, and what it said. ``rejected``: nobody reads this address, for good."""

    address: str
    template: str
    message_id: str
    reply: Reply
    rejected: bool = False


_HANDED: ContextVar[list[Handed] | None] = ContextVar("handed", default=None)


@contextmanager
def noted() -> Iterator[list[Handed]]:
    """What is handed to the post in the block, as it goes; it survives a transaction that is rolled back."""
    handed: list[Handed] = []
    token = _HANDED.set(handed)
    try:
        yield handed
    finally:
        _HANDED.reset(token)


class WholeAddresses(email.policy.EmailPolicy):
    """An address in a header stays in one piece (RFC 2369): cut in encoded words, no mail program would find it."""

    def fold(self, name, value):
        return f"{name}: {value}{self.linesep}" if name.lower() == WHOLE else super().fold(name, value)

    def fold_binary(self, name, value):
        return self.fold(name, value).encode("ascii") if name.lower() == WHOLE else super().fold_binary(name, value)


class Letter(EmailMultiAlternatives):
    def message(self, *, policy=email.policy.default):
        return super().message(policy=WholeAddresses(**vars(policy)))


def letter(template: str, context: dict) -> tuple[str, str]:
    """Subject and body of a text template, rendered without HTML escaping."""
    text = loader.get_template(template).template.render(
        Context({"site_url": settings.SITE_URL} | context, autoescape=False)
    )
    first, _, body = text.lstrip().partition("\n")
    if not first.startswith(SUBJECT):
        raise ValueError(f"{template} must begin with « {SUBJECT}… ».")
    body = re.sub(r"\n{3,}", "\n\n", body.strip())  # parts of a letter that say nothing leave no hole
    return " ".join(first.removeprefix(SUBJECT).split()), body + "\n"


def send(
    *,
    to: list[str],
    template: str,
    context: dict,
    message_id: str | None = None,
    attachments: list[tuple[str, bytes, str]] = (),
    reply_to: list[str] = (),
    headers: dict[str, str] | None = None,
    mailer: str = "default",
) -> Reply | None:
    """Hand the letter to the post. ``mailer="prompt"`` waits 3 seconds at most: for codes that are worthless late.

    Its answer, or None where the post is no SMTP server, or where nobody of ``to`` has an address. Raises OSError
    (smtplib.SMTPException among them) when it refuses or is down.
    """
    to = [address for address in to if address]
    if not to:
        return None
    subject, body = letter(template, context)
    headers = {"Auto-Submitted": "auto-generated"} | (headers or {})
    if message_id:
        headers["Message-ID"] = message_id
    returns_to = settings.RETURNS_ADDRESS  # where the post sends what it could not deliver; readers see the sender
    if returns_to:
        headers["From"] = settings.DEFAULT_FROM_EMAIL
    message = Letter(
        subject, body, returns_to or None, to, headers=headers, attachments=list(attachments), reply_to=list(reply_to)
    )
    html = loader.render_to_string("mail/letter.html", {"subject": subject, "body": body})
    message.attach_alternative(html, "text/html")
    try:
        message.send(using=mailer)
    except OSError as error:
        _note(to, template, message_id, refusal(error), rejects_address(error))
        raise
    reply = getattr(message, "smtp_reply", None)
    _note(to, template, message_id, reply or Reply(250, ""))
    return reply


def _note(to: list[str], template: str, message_id: str | None, reply: Reply, rejected: bool = False) -> None:
    handed = _HANDED.get()
    if handed is not None:
        handed += [Handed(address.lower(), template, message_id or "", reply, rejected) for address in to]
