"""What a mail that came back says: delivery status notifications (RFC 3464), and the two old forms that still arrive.

Anybody may write to the mailbox: only a beginning is read, of few parts, and nothing that is wrong raises.
"""

import email
import email.policy
import hashlib
import re
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from alliance.lib.smtp import reply, status_of

READ_MAX = 256 * 1024
PARTS_MAX = 20
BOUNDS = (  # how many of each a mail may hold: beyond, it is cut there, before the parser makes an object of each
    (re.compile(rb"^--", re.MULTILINE), 500),
    (re.compile(rb"boundary|message/", re.IGNORECASE), 40),
    (re.compile(rb"^\r?\n", re.MULTILINE), 5_000),
)
MODERN = (  # RFC 6533: the same with addresses in UTF-8
    (b"message/global-delivery-status", b"message/delivery-status"),
    (b"message/global-headers", b"text/rfc822-headers"),
    (b"message/global", b"message/rfc822"),
)
MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,318}>")
COPIED_ID = re.compile(r"^Message-ID:\s*(<[!-;=?-~]{1,318}>)", re.IGNORECASE | re.MULTILINE)
QMAIL, QMAIL_COPY = "Hi. This is the", re.compile(r"^--- Below this line is a copy of the (?:message|headers)", re.M)
QMAIL_ADDRESS = re.compile(r"^<([^<>\s]{3,254})>:\n(.+?)(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)
EXIM_COPY = re.compile(r"^-{4,} This is a copy of (?:the|your) message", re.MULTILINE)
STATUS = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
CODE = re.compile(r"(?<![\d.])(5[05]\d)(?=[\s-])")
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What the parser of the standard library raises on mails that follow no rule."""


@dataclass(frozen=True)
class Returned:
    """What a notice says of one recipient. ``message_id``: of the letter that came back; ``code`` 0: none told."""

    address: str
    action: str
    status: str
    words: str
    message_id: str
    original: str = ""
    code: int = 0


def key_of(raw: bytes) -> str:
    """The notice's own name, the same whenever it is read again: its Message-ID, or its bytes when it has none."""
    head = re.split(rb"\r?\n\r?\n", raw[:READ_MAX], maxsplit=1)[0].decode("latin-1")
    own = COPIED_ID.search(head)
    return hashlib.sha256(own[1].encode() if own else raw[:READ_MAX]).hexdigest()


def read(raw: bytes) -> list[Returned]:
    """The recipients that a notice names; empty for any other mail. Never raises on what it is given."""
    try:
        message = email.message_from_bytes(bounded(raw), policy=email.policy.compat32)
        return _standard(message) or _old(message)
    except UNREADABLE:
        return []


def bounded(raw: bytes) -> bytes:
    raw = raw[:READ_MAX]
    for pattern, most in BOUNDS:
        beyond = next(islice(pattern.finditer(raw), most, None), None)
        raw = raw[: beyond.start()] if beyond else raw
    for modern, known in MODERN:
        raw = raw.replace(modern, known)
    return raw


def _standard(message: Message) -> list[Returned]:
    parts = list(islice(message.walk(), PARTS_MAX))
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if status is None or not isinstance(status.get_payload(), list):
        return []
    found = _message_id(message, parts)
    blocks = [block for block in status.get_payload()[: PARTS_MAX + 1] if isinstance(block, Message)]
    return [
        _returned(block, found) for block in blocks if block.get("Final-Recipient") or block.get("Original-Recipient")
    ]


def _message_id(message: Message, parts: list[Message]) -> str:
    """In the copy of our letter, whole (message/rfc822) or its headers only; else in what the notice answers to."""
    for part in parts:
        if part.get_content_type() == "message/rfc822" and isinstance(part.get_payload(), list) and part.get_payload():
            told = str(part.get_payload()[0].get("Message-ID", ""))
        elif part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True) or b""
            told = str(email.message_from_bytes(payload, policy=email.policy.compat32).get("Message-ID", ""))
        else:
            continue
        if match := MESSAGE_ID.search(told):
            return match[0]
    answered = [*MESSAGE_ID.findall(str(message.get("References", ""))), str(message.get("In-Reply-To", ""))]
    found = MESSAGE_ID.search(answered[-1] or answered[0])
    return found[0] if found else ""


def _returned(block: Message, message_id: str) -> Returned:
    def field(name: str) -> str:
        return " ".join(str(block.get(name, "")).split())

    def address(name: str) -> str:
        return field(name).rpartition(";")[2].strip().strip("<>").lower()

    final, original = address("Final-Recipient"), address("Original-Recipient")
    words, status = field("Diagnostic-Code").partition(";")[2].strip(), status_of(field("Status"))
    exact, code = STATUS.search(words), CODE.search(words)
    if status[1:] == ".0.0":  # Exim: « something is wrong »; what the other server said is truer
        status = exact[0] if exact and exact[0][0] == status[0] else "" if code else status
    return Returned(
        final or original, field("Action").lower(), status, reply(0, words).text, message_id, original or final,
        int(code[1]) if code else 0,
    )  # fmt: skip


def _old(message: Message) -> list[Returned]:
    """qmail (QSBMF) and Exim before it wrote reports: sentences, then a copy of the letter. Always for good."""
    exim = str(message.get("X-Failed-Recipients", ""))
    first = next((part for part in islice(message.walk(), PARTS_MAX) if part.get_content_type() == "text/plain"), None)
    if first is None:
        return []
    text = (first.get_payload(decode=True) or b"").decode("latin-1").replace("\r\n", "\n")
    cut = (EXIM_COPY if exim else QMAIL_COPY).search(text)
    copied = COPIED_ID.search(text, cut.end()) if cut else None
    if not copied or not (exim or text.lstrip().startswith(QMAIL)):
        return []
    told = text[: cut.start()]
    if exim:
        named = [each.strip().lower() for each in exim.split(",")[:PARTS_MAX]]
        found = [(address, told.lower().partition(f"  {address}\n")[2].partition("\n\n")[0]) for address in named]
    else:
        found = [(match[1].lower(), match[2]) for match in islice(QMAIL_ADDRESS.finditer(told), PARTS_MAX)]
    return [_told(address, words, copied[1]) for address, words in found if "@" in address]


def _told(address: str, words: str, message_id: str) -> Returned:
    status, code = STATUS.search(words), CODE.search(words)
    return Returned(
        address, "failed", status[0] if status else "", reply(0, words).text, message_id, address,
        int(code[1]) if code else 0,
    )  # fmt: skip
