"""Spreadsheets (Office Open XML) that stream: the zip is written as the rows come, nothing is kept or seeked.

Text is inline and never a formula; numbers, days and moments are typed, so that leading zeros stay and dates sort.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from xml.sax.saxutils import escape

from alliance.lib.copy_out import CELL_MAX, NOT_XML
from alliance.lib.csv import inert

ROWS_MAX = 1_048_575  # the header has a row too
BYTES_MAX = 2_000_000_000  # beyond, the zip would need an extension that spreadsheets do not all read
TOO_LONG = "Un classeur s’arrête à 1 048 576 lignes : pour l’ensemble, téléchargez le CSV."
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
# Styles by number: 0 plain, 1 a day, 2 a moment, 3 the header.
STYLES = f"""{HEAD}<styleSheet xmlns="{SHEET}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>\
<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>\
<fonts count="2"><font/><font><b/></font></fonts>\
<fills count="2"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/>\
<xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/><xf fontId="1" applyFont="1"/>\
</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""
PARTS = {
    "[Content_Types].xml": f"""{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" \
ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" \
ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>\
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/>\
<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/></Types>""",
    "_rels/.rels": f"""{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" \
Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/workbook.xml": f"""{HEAD}<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets><sheet name="Données" \
sheetId="1" r:id="rId1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": f"""{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" \
Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{OFFICE}/styles" \
Target="styles.xml"/></Relationships>""",
    "xl/styles.xml": STYLES,
}
OPENING = f"""{HEAD}<worksheet xmlns="{SHEET}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" \
topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>\
<sheetFormatPr baseColWidth="18" defaultRowHeight="15"/><sheetData>"""
WITHOUT = str.maketrans("", "", NOT_XML)
FIRST_DAY = date(1899, 12, 30)


class _Outlet(io.RawIOBase):
    """Where the zip is written: what it holds is taken away by ``taken``."""

    def __init__(self):
        super().__init__()
        self.held: list[bytes] = []

    def writable(self):
        return True

    def write(self, content) -> int:
        self.held.append(bytes(content))
        return len(content)

    def taken(self) -> bytes:
        content, self.held = b"".join(self.held), []
        return content


def stream(header: Iterable[str], rows: Iterable[Iterable]) -> Iterator[bytes]:
    """The workbook of these rows, by blocks."""
    return copied(header, ((line(row) + "\n").encode() for row in rows))


def copied(header: Iterable[str], blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The workbook of ``<row>`` elements, one a line, that the blocks hold; each block ends with a line."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in PARTS.items():
            book.writestr(name, content)
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write((OPENING + line(header, style=3)).encode())
            yield outlet.taken()
            for block in within_limits(blocks):
                sheet.write(block)
                if content := outlet.taken():
                    yield content
            sheet.write(b"</sheetData></worksheet>")
    yield outlet.taken()


def within_limits(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks, up to the limit of the format; past it, a last row says where the rest is.

    Each block waits for the next one: the row of the sentence may take the place of the last that would have gone.
    """
    rows, size, waiting = 0, 0, b""
    for block in blocks:
        count = block.count(b"\n")
        if rows + count > ROWS_MAX or size + len(block) > BYTES_MAX:
            room = max(0, ROWS_MAX - 1 - rows + waiting.count(b"\n"))
            yield b"\n".join((waiting + block if size + len(block) <= BYTES_MAX else waiting).split(b"\n")[:room])
            yield line([TOO_LONG]).encode()
            return
        yield waiting
        rows, size, waiting = rows + count, size + len(block), block
    yield waiting


def line(values: Iterable, *, style: int = 0) -> str:
    return f"<row>{''.join(_cell(value, style) for value in values)}</row>"


def _cell(value, style: int = 0) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"<c><v>{value}</v></c>"
    if isinstance(value, date) and not isinstance(value, datetime):
        return f'<c s="1"><v>{(value - FIRST_DAY).days}</v></c>'
    text = escape(inert(str(value))[:CELL_MAX].translate(WITHOUT), {"\r": "&#13;", "\n": "&#10;"})
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
