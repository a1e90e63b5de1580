"""What a column of a spreadsheet is; the version of a line; its headings, however people write them."""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError

SEPARATOR = " | "
MARK = 6  # letters of the mark of one cell: 36 bits


@dataclass(frozen=True)
class Column:
    """``read(text, lists)`` gives the value or raises ValidationError; ``show(row)`` the text. Without ``read``: theirs
    to look at. ``names``: other headings that foreign files use. ``fixed``: why it no longer changes once it is there.
    """

    key: str
    title: str
    show: Callable
    read: Callable | None = None
    names: tuple[str, ...] = ()
    accepted: Callable = tuple
    suggested: Callable = tuple
    width: int = 18
    is_required: bool = False
    fixed: str = ""


IDENTITY = "identity"
VERSION = "version"


def mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[: MARK * 2]


def version_of(texts: list[str]) -> str:
    """One mark a column: tells which cells were edited in the file, and which changed here."""
    return "1." + "".join(mark(text) for text in texts)


def marks_of(version: str, count: int) -> list[str] | None:
    """The marks of a version; None when it is not one, or of other columns."""
    body = version[2:]
    if not version.startswith("1.") or len(body) != count * MARK * 2 or not re.fullmatch(r"[0-9a-f]+", body):
        return None
    return [body[n : n + MARK * 2] for n in range(0, len(body), MARK * 2)]


def tidy(text: str) -> str:
    """As it compares: line ends and spaces of any kind alike at both ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def wrong(sentence: str) -> ValidationError:
    return ValidationError(sentence)


def plain(text: str) -> str:
    """« N° SIRET * » and « n°siret » are one heading: neither accents, nor case, nor signs."""
    bare = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("°", " ").casefold())
    return " ".join(re.findall(r"[a-z0-9]+", "".join(each for each in bare if not unicodedata.combining(each))))
