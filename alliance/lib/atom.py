"""Atom feeds (RFC 4287) with what was taken away (RFC 6721)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as Xml

from alliance.lib.copy_out import NOT_XML

ATOM, TOMBSTONES = "http://www.w3.org/2005/Atom", "http://purl.org/atompub/tombstones/1.0"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"
WITHOUT = str.maketrans("", "", NOT_XML)
Xml.register_namespace("", ATOM)
Xml.register_namespace("at", TOMBSTONES)


@dataclass(frozen=True)
class Entry:
    """``ref`` never changes for one thing; ``change`` says in words what happened last."""

    ref: str
    title: str
    url: str
    summary: str
    updated: datetime
    published: datetime | None = None
    change: str = ""


@dataclass(frozen=True)
class Gone:
    ref: str
    when: datetime


@dataclass(frozen=True)
class Feed:
    """``url`` is the page, ``self_url`` the feed; ``since``: when nothing has ever changed."""

    ref: str
    title: str
    subtitle: str
    url: str
    self_url: str
    author: str
    rights: str
    since: datetime
    entries: tuple[Entry, ...] = ()
    gone: tuple[Gone, ...] = ()

    @property
    def updated(self) -> datetime:
        return max([self.since, *(each.updated for each in self.entries), *(each.when for each in self.gone)])


def ref_of(host: str, path: str) -> str:
    """A tag (RFC 4151) that stays the same when the portal's scheme or port changes."""
    return f"tag:{host.rsplit(':', 1)[0]},2026:{path}"


def write(feed: Feed) -> bytes:
    root = Xml.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "fr"})
    _texts(
        root, id=feed.ref, title=feed.title, subtitle=feed.subtitle, updated=_moment(feed.updated), rights=feed.rights
    )
    _texts(_child(root, "author"), name=feed.author)
    _child(root, "link", rel="self", type="application/atom+xml", href=feed.self_url)
    _child(root, "link", rel="alternate", type="text/html", href=feed.url)
    for entry in feed.entries:
        _write_entry(_child(root, "entry"), entry)
    for gone in feed.gone:
        Xml.SubElement(root, f"{{{TOMBSTONES}}}deleted-entry", {"ref": gone.ref, "when": _moment(gone.when)})
    return Xml.tostring(root, encoding="utf-8", xml_declaration=True)


def etag_of(content: bytes) -> str:
    return f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


def _write_entry(node: Xml.Element, entry: Entry) -> None:
    _texts(node, id=entry.ref, title=entry.title, updated=_moment(entry.updated))
    if entry.published:
        _texts(node, published=_moment(entry.published))
    _child(node, "link", rel="alternate", type="text/html", href=entry.url)
    _texts(node, summary=" · ".join(filter(None, (entry.change, entry.summary))))


def _child(parent: Xml.Element, name: str, **attributes: str) -> Xml.Element:
    return Xml.SubElement(parent, f"{{{ATOM}}}{name}", attributes)


def _texts(parent: Xml.Element, **texts: str) -> None:
    for name, text in texts.items():
        _child(parent, name).text = text.translate(WITHOUT)


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
