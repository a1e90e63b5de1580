"""Text with separators, whatever its encoding: told by its bytes."""

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from child_rules import Refusal

MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
FRENCH = set("éèêëàâçùûüôöîïœÉÈÊÀÂÇÔÎŒ’«»€–—°…")
BLOCK = 1_000_000
OTHERS = {
    b"\xd0\xcf\x11\xe0": "C’est un classeur d’un ancien format (.xls), ou protégé par un mot de passe. Ouvrez-le, "
    "retirez le mot de passe s’il y en a un, et enregistrez-le en .xlsx.",
    b"%PDF": "C’est un PDF : il faut un classeur (.xlsx, .ods) ou un CSV.",
    b"\x89PNG": "C’est une image : il faut un classeur (.xlsx, .ods) ou un CSV.",
    b"\xff\xd8\xff": "C’est une image : il faut un classeur (.xlsx, .ods) ou un CSV.",
    b"\x1f\x8b": "C’est une archive : décompressez-la d’abord.",
    b"7z\xbc\xaf": "C’est une archive : décompressez-la d’abord.",
    b"Rar!": "C’est une archive : décompressez-la d’abord.",
    b"{\\rtf": "C’est un texte mis en forme : il faut un classeur (.xlsx, .ods) ou un CSV.",
}
LOCKED = "Le classeur est protégé par un mot de passe : retirez-le, enregistrez, et recommencez."
HTML = "C’est une page web enregistrée comme un tableur : ouvrez-la et enregistrez-la en .xlsx."
NOT_TEXT = "Ce fichier n’est ni un classeur (.xlsx, .ods) ni un CSV."
SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "Windows-1252", "iso8859-15": "Latin-9"} | {
    "mac-roman": "Macintosh", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"
}  # fmt: skip


def opened(path: str, head: bytes) -> tuple[Iterator, dict, list[str]]:
    """(line, cells) of each row, no problem yet, and how the file was read."""
    refuse_others(path, head)
    encoding = encoding_of(path, head)
    separator = separator_of(path, encoding)
    notices = [f"Lu en {NAMES[encoding]}, séparateur : {SEPARATORS[separator]}."]
    return lines(path, encoding, separator), {}, notices


def refuse_others(path: str, head: bytes) -> None:
    if not head.strip():
        raise Refusal("Le fichier est vide.")
    for magic, sentence in OTHERS.items():
        if head.startswith(magic):
            crypted = magic[:1] == b"\xd0" and any("EncryptedPackage".encode("utf-16-le") in b for b in blocks(path))
            raise Refusal(LOCKED if crypted else sentence)
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").replace(b"\x00", b"")[:400].lower()
    if start.startswith(b"<"):
        raise Refusal(HTML if b"<html" in start or b"<!doctype html" in start or b"<table" in start else NOT_TEXT)


def blocks(path: str) -> Iterator[bytes]:
    with Path(path).open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def encoding_of(path: str, head: bytes) -> str:
    found = next((encoding for mark, encoding in MARKS if head.startswith(mark)), "") or without_mark(head)
    if found:
        check(path, found)
        return found
    try:
        check(path, "utf-8")
    except Refusal as refusal:
        return of_one_byte(path, refusal)
    return "utf-8"


def without_mark(head: bytes) -> str:
    """UTF-16 shows by its zeros: every second byte of plain text."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 5 and min(even, odd) <= max(even, odd) // 10:
        return "utf-16-be" if even > odd else "utf-16-le"
    if b"\x00" in head:
        raise Refusal(NOT_TEXT)
    return ""


def check(path: str, encoding: str) -> None:
    """Refuse at the line where the bytes are not of this encoding."""
    line = 1
    try:
        with Path(path).open(encoding=encoding, newline="") as text:
            while block := text.read(BLOCK):
                if "\x00" in block:
                    raise Refusal(f"Ligne {line + block[: block.index(chr(0))].count(chr(10))} : {NOT_TEXT}")
                line += block.count("\n")
    except UnicodeError:
        raise Refusal(f"Après la ligne {line} : le texte n’est pas en {NAMES[encoding]} comme il l’annonce.") from None


def of_one_byte(path: str, refusal: Refusal) -> str:
    """Windows, Latin-9 or Macintosh: the one that gives the most French letters and the fewest oddities."""
    high = b"".join(itertools.islice(blocks(path), 2))
    pairs = len(re.findall(rb"[\xc3\xc2][\x80-\xbf]|\xe2\x80[\x90-\xbf]", high))
    bytes_above = len(re.findall(rb"[\x80-\xff]", high))
    if pairs * 3 > bytes_above:
        raise Refusal(mixed(path))
    controls = len(re.findall(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", high))
    if controls > len(high) // 100 + 1 or bytes_above * 2 > len(high) + 40:
        raise Refusal(NOT_TEXT) from refusal
    scores = {encoding: score(high, encoding) for encoding in ("cp1252", "iso8859-15", "mac-roman")}
    return max(scores, key=scores.__getitem__)


def mixed(path: str) -> str:
    with Path(path).open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeError:
                return f"Ligne {number} : le texte mélange deux encodages. Enregistrez-le de nouveau en « CSV UTF-8 »."
    return NOT_TEXT


def score(content: bytes, encoding: str) -> float:
    text = content.decode(encoding, "replace")
    strange = sum(text.count(letter) for letter in "\ufffd¤½¼¾¦¨¸´ŽžˆÙÚÛÓÔÒÌÏ˜≤≥∂∑∏π∫ΩŠš") + len(
        re.findall("[\x80-\x9f]", text)
    )
    return sum(1 for letter in text if letter in FRENCH) - 3 * strange


def separator_of(path: str, encoding: str) -> str:
    """The one that cuts the first lines into the most columns, and into as many on each."""
    with Path(path).open(encoding=encoding, errors="replace", newline="") as text:
        sample = text.read(20_000)
    rows = {separator: sampled(sample, separator) for separator in SEPARATORS}
    return max(SEPARATORS, key=lambda separator: rows[separator])


def sampled(sample: str, separator: str) -> float:
    try:
        rows = list(itertools.islice(csv.reader(sample.splitlines(keepends=True), delimiter=separator), 20))
    except csv.Error:
        return 0
    widths = [len(row) for row in rows if row][:-1] or [len(row) for row in rows if row]
    wide = Counter(width for width in widths if width > 1)
    if not wide:
        return 0
    usual, times = wide.most_common(1)[0]  # lines above the table may have fewer
    return min(usual, 60) * times / len(widths)


def lines(path: str, encoding: str, separator: str) -> Iterator:
    csv.field_size_limit(200_000)
    with Path(path).open(encoding=encoding, errors="strict", newline="") as text:
        reader = csv.reader(text, delimiter=separator, strict=False)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                raise Refusal(
                    f"Ligne {line} : un guillemet ouvert n’est pas fermé, ou une case est trop longue."
                ) from None
            if any(cell.count("\n") > 200 for cell in cells):
                raise Refusal(f"Ligne {line} : un guillemet ouvert n’est pas fermé.")
            yield line, [cell[1:] if cell[:2] in ("'=", "'+", "'-", "'@") else cell for cell in cells]
