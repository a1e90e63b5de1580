"""CSV that streams, and that no spreadsheet takes for formulas."""

import csv
from collections.abc import Iterable, Iterator

FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
    """Yield lines, the header first: commas, UTF-8, CRLF (RFC 4180)."""
    writer = csv.writer(_Line())
    yield writer.writerow(list(header))
    for row in rows:
        yield writer.writerow([inert(value) for value in row])
