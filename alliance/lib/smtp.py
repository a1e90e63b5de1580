"""The post, with its answer: what the SMTP server said when it took or refused a letter."""

import re
import smtplib
from dataclasses import dataclass

from django.core.mail.backends import smtp

ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
MOST_SIGNS = 200


@dataclass(frozen=True)
class Reply:
    """« 250 2.0.0 Ok: queued as 4F7K »: ``code`` 250, ``text`` the rest, cut short, without any address in it."""

    code: int
    text: str


def reply(code: int, text: bytes | str) -> Reply:
    told = text.decode(errors="replace") if isinstance(text, bytes) else text
    words = "".join(sign if sign.isprintable() else " " for sign in ADDRESS.sub("[adresse]", told))
    return Reply(code, " ".join(words.split())[:MOST_SIGNS])


def refusal(error: OSError) -> Reply:
    """What the server answered, or code 0 and the kind of error when it answered nothing."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return reply(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPResponseException):
        return reply(error.smtp_code, error.smtp_error)
    return Reply(0, type(error).__name__)


class _Remembering:
    """Keeps the answer to the last DATA, which ``sendmail`` throws away."""

    answered: Reply | None = None

    def data(self, msg):
        code, text = super().data(msg)
        self.answered = reply(code, text)
        return code, text


class _Smtp(_Remembering, smtplib.SMTP):
    pass


class _SmtpSsl(_Remembering, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Django's, and each message that was sent bears ``smtp_reply``."""

    @property
    def connection_class(self):
        return _SmtpSsl if self.use_ssl else _Smtp

    def _send(self, email_message) -> bool:
        sent = super()._send(email_message)
        email_message.smtp_reply = self.connection.answered if sent else None
        return sent
