"""A mailbox read by IMAP over TLS: the beginning of each message, a few at a time, and none twice.

What goes wrong is told by the kind of the error alone: what a server answers may quote the user or the password.
"""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from alliance.lib.mail_url import MailboxAddress

READ = "PortailLu"  # the keyword of what we have read: people who open the mailbox do not disturb us, nor we them
SECONDS = 15  # for each answer of the server
BEGINNING = 256 * 1024  # of a message: a notice says what it has to say long before
WINDOW = 5_000  # messages asked about at once: a line of the protocol is a megabyte at most


class MailboxError(OSError):
    """Nothing was read, or not all; nothing is lost, since what was not marked is read the next time."""


class MailboxUnreachable(MailboxError):
    pass


class MailboxCertificateRefused(MailboxError):
    pass


class MailboxLoginRefused(MailboxError):
    pass


class MailboxFolderRefused(MailboxError):
    """There is no such folder, or it is only read: then nothing could be marked."""


class MailboxCut(MailboxError):
    pass


class _Bounded:
    """Refuses what is announced larger than what was asked for, before it is in memory."""

    def read(self, size: int) -> bytes:
        if size > 2 * BEGINNING:
            raise self.abort("literal too large")
        return super().read(size)


class _Tls(_Bounded, imaplib.IMAP4_SSL):
    pass


class _StartTls(_Bounded, imaplib.IMAP4):
    pass


@contextmanager
def _told(refused: type[MailboxError], cut: type[MailboxError] = MailboxCut) -> Iterator[None]:
    """What imaplib raises becomes ``refused`` when the server answered, ``cut`` when it did not."""
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise MailboxCertificateRefused from None
    except imaplib.IMAP4.readonly:
        raise refused from None
    except (imaplib.IMAP4.abort, OSError, EOFError):
        raise cut from None
    except (imaplib.IMAP4.error, ValueError):
        raise refused from None


@contextmanager
def opened(address: MailboxAddress, *, trusted: ssl.SSLContext | None = None) -> Iterator["Mailbox"]:
    """The folder, selected. Raises one of the errors above."""
    trusted = trusted or ssl.create_default_context()
    with _told(MailboxUnreachable, MailboxUnreachable):
        client = _connected(address, trusted)
    try:
        with _told(MailboxUnreachable, MailboxUnreachable):
            if address.starts_tls:
                client.starttls(ssl_context=trusted)
        with _told(MailboxLoginRefused):
            _sign_in(client, address)
        with _told(MailboxFolderRefused):
            count = _select(client, address.folder)
        yield Mailbox(client, count)
        with suppress(imaplib.IMAP4.error, OSError):
            client.logout()  # without expunging: what somebody else has marked for deletion is theirs
    finally:
        with suppress(OSError):
            client.shutdown()


def _connected(address: MailboxAddress, trusted: ssl.SSLContext) -> imaplib.IMAP4:
    if address.starts_tls:
        return _StartTls(address.host, address.port, timeout=SECONDS)
    return _Tls(address.host, address.port, ssl_context=trusted, timeout=SECONDS)


def _sign_in(client: imaplib.IMAP4, address: MailboxAddress) -> None:
    """PLAIN where the server knows it: it takes any sign; else LOGIN."""
    if "AUTH=PLAIN" in client.capabilities:
        client.authenticate("PLAIN", lambda _: f"\0{address.user}\0{address.password}".encode())
    else:
        client.login(_quoted(address.user), address.password)


def _select(client: imaplib.IMAP4, folder: str) -> int:
    answer, told = client.select(_quoted(folder))
    if answer != "OK":
        raise client.error("no such folder")
    return int(told[0] or 0)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Mailbox:
    """A selected folder of ``count`` messages."""

    def __init__(self, client: imaplib.IMAP4, count: int) -> None:
        self.client, self.count = client, count
        told = " ".join(str(flags) for flags in client.response("PERMANENTFLAGS")[1] or [] if flags)
        self.takes_keywords = not told or "\\*" in told or READ in told

    def unread(self, most: int) -> list[str]:
        """The numbers (UID) of the oldest messages that we have not read; where no keyword is kept, that nobody has."""
        wanted = f"UNKEYWORD {READ}" if self.takes_keywords else "UNSEEN"
        found: list[str] = []
        for first in range(1, self.count + 1, WINDOW):
            window = f"{first}:{min(first + WINDOW - 1, self.count)}"
            told = self._ask("SEARCH", f"{window} UNDELETED {wanted}")
            found += (told[0] or b"").decode("ascii").split()
            if len(found) >= most:
                break
        return found[:most]

    def beginning(self, number: str) -> bytes:
        """Empty when the message has gone meanwhile. It stays unseen."""
        parts = self._ask("FETCH", number, f"(BODY.PEEK[]<0.{BEGINNING}>)")
        return next((bytes(part[1]) for part in parts if isinstance(part, tuple)), b"")[:BEGINNING]

    def mark(self, number: str) -> None:
        """Not to be read again by us; and seen, so that whoever opens the mailbox finds what is left to do."""
        self._ask("STORE", number, "+FLAGS.SILENT", f"({READ} \\Seen)" if self.takes_keywords else "(\\Seen)")

    def _ask(self, *command: str) -> list:
        with _told(MailboxCut):
            answer, told = self.client.uid(*command)
            if answer != "OK":
                raise self.client.error(command[0])
            return told
