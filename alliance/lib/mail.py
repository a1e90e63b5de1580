"""Letters: a text whose first line is « Objet : … », and the same words as plain HTML."""

import email.policy

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, loader

from alliance.lib.smtp import Reply

SUBJECT = "Objet : "
WHOLE = "list-unsubscribe"


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
    return " ".join(first.removeprefix(SUBJECT).split()), body.strip() + "\n"


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

    Its answer, or None where the post is no SMTP server. Raises OSError (smtplib.SMTPException among them) when it
    refuses or is down.
    """
    subject, body = letter(template, context)
    headers = {"Auto-Submitted": "auto-generated"} | (headers or {})
    if message_id:
        headers["Message-ID"] = message_id
    message = Letter(subject, body, to=to, headers=headers, attachments=list(attachments), reply_to=list(reply_to))
    html = loader.render_to_string("mail/letter.html", {"subject": subject, "body": body})
    message.attach_alternative(html, "text/html")
    message.send(using=mailer)
    return getattr(message, "smtp_reply", None)
