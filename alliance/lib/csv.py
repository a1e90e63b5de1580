"""CSV that streams, and that no spreadsheet takes for formulas."""

import csv
import json
from collections.abc import Iterable, Iterator

from alliance.lib.copy_out import FORMULA

# Without it, spreadsheets read accents in the code page of the machine.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class _Line:
    """What ``csv.writer`` writes to: gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def inert(value):
    """``value``, with an apostrophe before any text that a spreadsheet would compute."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value


def stream(header: Iterable[str], rows: Iterable[Iterable]) -> Iterator[str]:
    """Yield lines, the header first: commas, UTF-8, texts between quotes (RFC 4180)."""
    writer = csv.writer(_Line(), lineterminator="\n", quoting=csv.QUOTE_STRINGS)
    yield head(header).decode()
    for row in rows:
        yield writer.writerow([inert(value) for value in row])


def head(header: Iterable[str]) -> bytes:
    """The mark, then the names."""
    line = csv.writer(_Line(), lineterminator="\n").writerow([inert(name) for name in header])
    return BYTE_ORDER_MARK + line.encode()


def copied(header: Iterable[str], lines: Iterator[bytes]) -> Iterator[bytes]:
    """The header, at once, before PostgreSQL has found its first line."""
    yield head(header)
    yield from lines


def cell(value):
    """One cell for a value of the API: lists joined by « | », nested things as JSON."""
    if isinstance(value, (list, tuple)) and all(isinstance(item, (str, int, float)) for item in value):
        return " | ".join(str(item) for item in value)
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bool):
        return "oui" if value else "non"
    return value
