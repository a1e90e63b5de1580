"""Spreadsheets, written row by row to a file and streamed from it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from tempfile import TemporaryFile

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from alliance.lib.csv import inert

ROWS_MAX = 1_048_575
BLOCK = 65_536
TOO_LONG = "Un classeur s’arrête à 1 048 576 lignes : pour l’ensemble, téléchargez le CSV."


def stream(header: Iterable[str], rows: Iterable[Iterable]) -> Iterator[bytes]:
    """The workbook, by blocks. Past the format's own limit a last line says so."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Données")
    sheet.append(list(header))
    for number, row in enumerate(rows, 1):
        if number == ROWS_MAX:
            sheet.append([TOO_LONG])
            break
        sheet.append([_cell(sheet, value) for value in row])
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


def _cell(sheet, value):
    """Text stays text (leading zeros, formulas); numbers and days are typed."""
    if isinstance(value, (int, float, date, datetime)) or value is None:
        return value
    cell = WriteOnlyCell(sheet, inert(str(value)))
    cell.data_type = "s"
    return cell
