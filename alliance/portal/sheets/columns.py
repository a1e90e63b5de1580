"""What a column of a spreadsheet is: how a value is written there, and read back."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import models

SEPARATOR = " | "
MARK = 6  # letters of the mark of one cell: 36 bits


@dataclass(frozen=True)
class Column:
    """``read(text, lists)`` gives the value or raises ValidationError; ``show(row)`` the text. Without ``read``: theirs
    to look at. ``names``: other headings that foreign files use."""

    key: str
    title: str
    show: Callable
    read: Callable | None = None
    names: tuple[str, ...] = ()
    accepted: Callable = tuple
    suggested: Callable = tuple
    width: int = 18
    is_required: bool = False


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


def text_of(model: type[models.Model], name: str, *, required: str = "") -> Callable:
    """Read as the model's own field does: length, shape, validators, in French."""
    field = model._meta.get_field(name)

    def read(text: str, lists) -> str:
        if required and not text:
            raise wrong(required)
        return field.clean(text, None) if text else ""

    return read


def compact(reader: Callable) -> Callable:
    """Numbers that people write with spaces, points or dashes."""
    return lambda text, lists: reader(re.sub(r"[\s.\-\u202f\u00a0]", "", text).upper(), lists)


def choice_of(choices, *, required: bool = True) -> Callable:
    """By its words in French, or by its code."""
    known = {label.casefold(): value for value, label in choices.choices} | {value: value for value in choices.values}

    def read(text: str, lists) -> str:
        if not text and not required:
            return ""
        if text.casefold() not in known:
            raise wrong(f"« {text[:60]} » n’est pas dans la liste : {', '.join(choices.labels)}.")
        return known[text.casefold()]

    return read


def yes_or_no(text: str, lists) -> bool:
    found = {"oui": True, "vrai": True, "true": True, "1": True, "x": True, "non": False, "faux": False, "false": False,
             "0": False}.get(text.casefold())  # fmt: skip
    if found is None:
        raise wrong("Écrivez « oui » ou « non ».")
    return found


def say_yes(value: bool) -> str:
    return "oui" if value else "non"


def axes(text: str, lists) -> list[int]:
    """« 1 | 3 » → the ids of the axes in force, in their order."""
    numbers = [part.strip() for part in re.split(r"[|,;/]", text) if part.strip()]
    unknown = next((number for number in numbers if number not in lists.axes), None)
    if unknown:
        raise wrong(f"L’axe « {unknown[:20]} » n’existe pas : écrivez des numéros séparés par « | ».")
    return sorted({lists.axes[number] for number in numbers})


def commune(text: str, lists) -> str | None:
    """The INSEE code; a zero that a spreadsheet dropped is put back."""
    if not text:
        return None
    code = text.upper().zfill(5)
    if code not in lists.communes:
        raise wrong(f"« {text[:20]} » n’est pas le code INSEE d’une commune.")
    return code
