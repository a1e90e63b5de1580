"""The post, with its answer: what the SMTP server said when it took or refused a letter."""

import re
import smtplib
from dataclasses import dataclass

from django.core.mail.backends import smtp

ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\d)")
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


def rejects_address(error: OSError) -> bool:
    """Whether the server said for good that nobody reads this address: 550, 551 or 553 to RCPT, or a status 5.1.x.

    A full box (5.2.2), a rule of the receiver (5.7.x) or a refused text say nothing about the address.
    """
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    code, text = next(iter(error.recipients.values()))
    return is_lasting(status_of(text), code)


def status_of(text: bytes | str) -> str:
    """« 5.1.1 », as RFC 3463 writes it at the beginning of an answer; empty when it does not."""
    told = text.decode(errors="replace") if isinstance(text, bytes) else text
    found = STATUS.match(told.strip())
    return found[0] if found else ""


def is_lasting(status: str, code: int = 0) -> bool:
    """Whether an answer condemns the address itself."""
    if status:
        return status.startswith("5.1.") or status == "5.2.1"
    return code in (550, 551, 553)


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
