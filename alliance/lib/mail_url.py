"""``EMAIL_URL`` → one entry of Django's ``MAILERS``; ``BOUNCES_URL`` → the mailbox of returned mails."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MAILBOX_WANTED = (
    "BOUNCES_URL is not understood: give imaps://user:password@host/INBOX, or imap+tls:// for STARTTLS; signs like"
    " @ : / % in the user or password are written %40 %3A %2F %25."
)


def mailer_from_url(url: str, *, timeout: int) -> dict:
    """Read ``smtp://[user:password@]host:port``, ``smtp+tls://`` (STARTTLS) or ``smtps://``. ``timeout`` in seconds."""
    parts = urlsplit(url)
    options = {
        "host": parts.hostname or "127.0.0.1",
        "port": parts.port or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme == "smtps",
        "timeout": timeout,
    }
    return {"BACKEND": "alliance.lib.smtp.EmailBackend", "OPTIONS": options}


@dataclass(frozen=True)
class MailboxAddress:
    """Where returned mails are read. ``starts_tls``: the connection opens in clear and turns to TLS at once."""

    host: str
    port: int
    user: str = field(repr=False)
    password: str = field(repr=False)
    folder: str
    starts_tls: bool


def mailbox_from_url(url: str) -> MailboxAddress:
    """Read ``imaps://user:password@host[:port][/folder]`` or ``imap+tls://`` (STARTTLS): never without TLS.

    Raises ImproperlyConfigured with a sentence that quotes nothing of the address: it holds a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or {"imaps": 993, "imap+tls": 143}[parts.scheme]
    except (ValueError, KeyError):
        raise ImproperlyConfigured(MAILBOX_WANTED) from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    told = (parts.hostname or "", user, password, folder)
    if not all(told) or not all(text.isprintable() for text in told) or not folder.isascii():
        raise ImproperlyConfigured(MAILBOX_WANTED)
    return MailboxAddress(parts.hostname, port, user, password, folder, starts_tls=parts.scheme == "imap+tls")
