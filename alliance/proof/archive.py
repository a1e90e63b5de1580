"""The archive revision of a sealed paper (PAdES B-LTA): what proves its certificates were good, and a time over all.

An added revision of one exact form, written by ``Draft`` and read by writing it again: whatever differs by one byte is
refused, so that nothing can slip in beside. Decision 16 gives the form, for those who check without us.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from asn1crypto.parser import peek

MARK = b"%alliance-archive/1\n"
MOST_PADDING = 128
KINDS = ("Certs", "OCSPs", "CRLs")
REFERENCES = rb"((?:\d+ 0 R )*)"


class Malformed(ValueError):
    """Not the form that we write."""


@dataclass(frozen=True)
class Evidence:
    """DER of certificates, OCSP answers and revocation lists."""

    certs: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()

    @property
    def parts(self) -> tuple[tuple[bytes, ...], ...]:
        return self.certs, self.ocsps, self.crls

    def without(self, known: "Evidence") -> "Evidence":
        """Each once, and none that is ``known``."""
        kept = ([each for each in dict.fromkeys(mine) if each not in theirs] for mine, theirs in self._beside(known))
        return Evidence(*map(tuple, kept))

    def with_more(self, more: "Evidence") -> "Evidence":
        return Evidence(*(mine + theirs for mine, theirs in self._beside(more)))

    def _beside(self, other: "Evidence"):
        return zip(self.parts, other.parts, strict=True)


@dataclass(frozen=True)
class Revision:
    """One archive revision that was read: its evidence, the hash that its token covers, and that token."""

    evidence: Evidence
    digest: bytes
    token: bytes


@dataclass
class Draft:
    """``former`` with one more revision; ``room`` is what the token takes, in bytes."""

    former: bytes
    evidence: Evidence
    room: int
    numbers: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self):
        trailer = self.former[self.former.rindex(b"trailer\n") :]
        self.size, self.root, self.prev = (
            _one(pattern, trailer)
            for pattern in (rb"/Size (\d+)\n", rb"/Root (\d+) 0 R\n", rb"startxref\n(\d+)\n%%EOF\n$")
        )
        self.catalogue = _object(self.former, self.root)
        self.form_number = _one(rb"\n/AcroForm (\d+) 0 R\n", self.catalogue)
        self.form = _object(self.former, self.form_number)
        known = re.match(rb"<<\n/DSS (\d+) 0 R\n", self.catalogue)
        self.store = _object(self.former, int(known[1])) if known else b""
        self.trailer = trailer
        self.content = bytearray(self.former + MARK)

    def covered(self) -> tuple[bytes, bytes]:
        """Everything but the token, in two pieces. Call it once."""
        store, archived, value = self.size, self.size + 1, self.size + 2
        streams = iter(range(self.size + 3, self.size + 3 + sum(map(len, self.evidence.parts))))
        lists = [[(next(streams), each) for each in part] for part in self.evidence.parts]
        self._add(self.root, self._catalogue(store))
        self._add(self.form_number, _with_field(self.form, archived))
        self._add(store, self._store(lists))
        name = b"Horodatage d'archivage %d" % (self.former.count(MARK) + 1)
        self._add(archived, b"<<\n/FT /Sig\n/T (%s)\n/V %d 0 R\n>>" % (name, value))
        before = self._open_value(value)
        for number, content in (each for part in lists for each in part):
            code = content.hex().upper().encode() + b">"
            filtered = b"<<\n/Length %d\n/Filter /ASCIIHexDecode\n>>\nstream\n%s\nendstream" % (len(code), code)
            self._add(number, filtered)
        self._end()
        return self._with_range(before)

    def _catalogue(self, store: int) -> bytes:
        bare = re.sub(rb"^<<\n(?:/DSS \d+ 0 R\n)?", b"", self.catalogue)
        return b"<<\n/DSS %d 0 R\n%s" % (store, bare)

    def _store(self, lists: list) -> bytes:
        """What was known before stays listed."""
        lines = []
        for name, part in zip(KINDS, lists, strict=True):
            known = re.search(rb"\n/%s \[ %s\]\n" % (name.encode(), REFERENCES), self.store)
            numbers = b"".join(b"%d 0 R " % number for number, _ in part)
            lines.append(b"/%s [ %s%s]\n" % (name.encode(), known[1] if known else b"", numbers))
        return b"<<\n/Type /DSS\n%s>>" % b"".join(lines)

    def _add(self, number: int, content: bytes) -> None:
        self.numbers.append((number, len(self.content)))
        self.content += b"%d 0 obj\n%s\nendobj\n" % (number, content)

    def _open_value(self, number: int) -> int:
        """The place of the token: where its opening bracket goes."""
        self.numbers.append((number, len(self.content)))
        self.content += (
            b"%d 0 obj\n<<\n/Type /DocTimeStamp\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.RFC3161\n" % number
        )
        self.content += b"/ByteRange [0 %010d %010d %010d]\n/Contents " % (0, 0, 0)
        place = len(self.content)
        self.content += b"\n>>\nendobj\n"
        return place

    def _end(self) -> None:
        gap = 2 * self.room + 2
        value = dict(self.numbers)[self.size + 2]
        start = len(self.content) + gap
        self.content += b"xref\n0 1\n0000000000 65535 f \n"
        for number, offset in sorted(self.numbers):
            self.content += b"%d 1\n%010d 00000 n \n" % (number, offset + gap * (offset > value))
        size = self.size + 3 + sum(map(len, self.evidence.parts))
        trailer = re.sub(rb"/Size \d+\n", b"/Size %d\n" % size, self.trailer, count=1)
        trailer = re.sub(rb"/Prev \d+\n", b"/Prev %d\n" % self.prev, trailer, count=1)
        self.content += re.sub(rb"startxref\n\d+\n", b"startxref\n%d\n" % start, trailer)

    def _with_range(self, place: int) -> tuple[bytes, bytes]:
        rest = len(self.content) - place
        numbers = b"[0 %010d %010d %010d]" % (place, place + 2 * self.room + 2, rest)
        empty = b"[0 %010d %010d %010d]" % (0, 0, 0)
        at = self.content.rindex(empty, 0, place)
        self.content[at : at + len(empty)] = numbers
        return bytes(self.content[:place]), bytes(self.content[place:])


def write(former: bytes, evidence: Evidence, room: int, stamp: Callable[[bytes], bytes]) -> bytes:
    """``former`` with ``evidence`` and the token that ``stamp`` gives for the SHA-256 of all the rest."""
    before, after = Draft(former, evidence, room).covered()
    token = stamp(hashlib.sha256(before + after).digest())
    if not room - MOST_PADDING <= len(token) <= room:
        raise Malformed("the token is not as long as was announced")
    return before + b"<" + token.ljust(room, b"\0").hex().upper().encode() + b">" + after


def split(content: bytes) -> tuple[bytes, list[bytes]]:
    """The sealed paper in ``content``, and the same file at the end of each archive revision."""
    pieces = content.split(MARK)
    return pieces[0], [MARK.join(pieces[: count + 1]) for count in range(1, len(pieces))]


def read(former: bytes, content: bytes) -> Revision:
    """The revision that ``content`` adds to ``former``, to the byte as ``write`` makes it. Raises Malformed."""
    added = content[len(former) :]
    found = re.search(rb"\n/Contents <((?:[0-9A-F]{2})+)>\n>>\nendobj\n", added)
    counts = [re.search(rb"\n/%s \[ %s\]\n" % (name.encode(), REFERENCES), added) for name in KINDS]
    if not found or not all(counts):
        raise Malformed("no archive revision")
    held = bytes.fromhex(found[1].decode())
    streams = [
        bytes.fromhex(each.decode()) for each in re.findall(rb"\nstream\n((?:[0-9A-F]{2})+)>\nendstream\n", added)
    ]
    evidence = _shared(streams, [each[1].count(b" R ") for each in counts], former)
    before, after = Draft(former, evidence, len(held)).covered()
    if before + b"<" + found[1] + b">" + after != content:
        raise Malformed("something beside the archive revision")
    return Revision(evidence, hashlib.sha256(before + after).digest(), _token(held))


def _shared(streams: list[bytes], listed: list[int], former: bytes) -> Evidence:
    """Which stream is of which kind: each list names those of former revisions first."""
    parts, known = [], _listed_before(former)
    for count, before in zip(listed, known, strict=True):
        own = max(0, count - before)
        parts.append(tuple(streams[:own]))
        streams = streams[own:]
    return Evidence(*parts)


def _listed_before(former: bytes) -> list[int]:
    found = [re.findall(rb"\n/%s \[ %s\]\n" % (name.encode(), REFERENCES), former) for name in KINDS]
    return [each[-1].count(b" R ") if each and MARK in former else 0 for each in found]


def _token(held: bytes) -> bytes:
    try:
        size = peek(held)
    except ValueError as error:
        raise Malformed("unreadable token") from error
    if len(held) - size > MOST_PADDING or any(held[size:]):
        raise Malformed("something beside the token")
    return held[:size]


def _one(pattern: bytes, content: bytes) -> int:
    found = re.findall(pattern, content)
    if len(found) != 1:
        raise Malformed("another form of paper")
    return int(found[0])


def _object(content: bytes, number: int) -> bytes:
    """The object as it was last written."""
    head = b"\n%d 0 obj\n" % number
    start, end = content.rfind(head), -1
    if start >= 0:
        end = content.find(b"\nendobj\n", start)
    if end < 0:
        raise Malformed("another form of paper")
    return content[start + len(head) : end]


def _with_field(form: bytes, number: int) -> bytes:
    changed, count = re.subn(rb"\n/Fields \[ %s\]\n" % REFERENCES, rb"\n/Fields [ \g<1>%d 0 R ]\n" % number, form)
    if count != 1:
        raise Malformed("another form of paper")
    return changed
