"""A spreadsheet at hand: exported, edited cell by cell, brought back, applied, taken back."""

import csv
import io

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from alliance.portal.sheets import acts
from alliance.portal.sheets.nouns import NOUNS, export, headings, lines
from partners.models import SheetImport


class Sheets:
    """Of one noun, in one agent's hands."""

    def __init__(self, noun: str, agent):
        self.noun, self.agent = NOUNS[noun], agent

    def exported(self) -> openpyxl.Workbook:
        return openpyxl.load_workbook(io.BytesIO(b"".join(export(self.noun, self.agent))))

    def lines(self) -> list[list[str]]:
        return list(lines(self.noun, self.agent))

    def edited(self, **cells: str) -> openpyxl.Workbook:
        """The export, with these cells of its first line, by the key of their column."""
        book = self.exported()
        for key, value in cells.items():
            self.cell(book, 2, key).value = value
        return book

    def cell(self, book, line: int, key: str):
        places = [column.key for column in self.noun.columns]
        return book.worksheets[0].cell(line, places.index(key) + 2)

    def brought(self, content, name: str = "export.xlsx") -> SheetImport:
        if isinstance(content, openpyxl.Workbook):
            target = io.BytesIO()
            content.save(target)
            content = target.getvalue()
        content = content.encode() if isinstance(content, str) else content
        sheet = acts.deposit(noun=self.noun.key, upload=SimpleUploadedFile(name, content), by=self.agent)
        return self.worked(sheet)

    def worked(self, sheet: SheetImport) -> SheetImport:
        acts.work(sheet.pk)
        sheet.refresh_from_db()
        return sheet

    def applied(self, sheet: SheetImport) -> SheetImport:
        acts.begin(sheet=sheet, motive="mise à jour")
        return self.worked(sheet)

    def taken_back(self, sheet: SheetImport) -> SheetImport:
        acts.begin_undo(sheet=sheet)
        return self.worked(sheet)


def told(sheet: SheetImport) -> list[tuple]:
    return list(sheet.rows.values_list("kind", "changes"))


def wrong(sheet: SheetImport) -> list[dict[str, str]]:
    """``{heading: sentence}`` of each line."""
    return [
        {sheet.headers[int(place)] if int(place) >= 0 else "": words for place, words in found.items()}
        for found in sheet.rows.values_list("wrong", flat=True)
    ]


def csv_of(noun, agent, change=lambda n, cells: cells) -> bytes:
    """Our export as CSV; ``change(n, {key: text})`` gives the cells of line ``n``."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";")
    keys = ["identity", *(column.key for column in noun.columns), "version"]
    writer.writerow([heading.title for heading in headings(noun, agent)])
    for n, line in enumerate(lines(noun, agent)):
        writer.writerow(change(n, dict(zip(keys, line, strict=True))).values())
    return target.getvalue().encode()
