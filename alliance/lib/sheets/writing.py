"""A workbook that may come back: protected columns, lists of accepted values; it streams, as ``lib.xlsx`` does."""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from alliance.lib.copy_out import CELL_MAX
from alliance.lib.sheets.child_rules import ROWS_MAX, letters
from alliance.lib.xlsx import HEAD, OFFICE, PARTS, SHEET, WITHOUT, _Outlet

# Styles by number: 0 text that may be typed, 1 protected, 2 the header, protected too.
STYLES = f"""{HEAD}<styleSheet xmlns="{SHEET}"><fonts count="3"><font/><font><b/></font><font><color rgb="FF5A5A5A"/>\
</font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill>\
<fill><patternFill patternType="solid"><fgColor rgb="FFF0F0F0"/></patternFill></fill></fills>\
<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3">\
<xf numFmtId="49" applyNumberFormat="1" applyProtection="1"><protection locked="0"/></xf>\
<xf numFmtId="49" fontId="2" fillId="2" applyNumberFormat="1" applyFont="1" applyFill="1"/>\
<xf numFmtId="49" fontId="1" fillId="2" applyNumberFormat="1" applyFont="1" applyFill="1"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""
MAIN = "xl/worksheets/sheet1.xml"
LISTS = "xl/worksheets/sheet2.xml"
PROTECTED = (
    '<sheetProtection sheet="1" formatCells="0" formatColumns="0" formatRows="0" insertRows="0" deleteRows="0" '
    'sort="0" autoFilter="0"/>'
)


@dataclass(frozen=True)
class Column:
    """``accepted``: the only values of the cell. ``suggested``: told on the second sheet, not enforced."""

    title: str
    is_protected: bool = False
    accepted: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()
    width: int = 18


def book(title: str, columns: list[Column], rows: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """The workbook by blocks, as its rows come."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in parts(title).items():
            package.writestr(name, content)
        package.writestr(LISTS, lists(columns))
        with package.open(MAIN, "w") as sheet:
            sheet.write((opening(columns) + line([column.title for column in columns], [2] * len(columns))).encode())
            styles = [1 if column.is_protected else 0 for column in columns]
            for row in rows:
                sheet.write(line(row, styles).encode())
                if outlet.held and (content := outlet.taken()):
                    yield content
            sheet.write(("</sheetData>" + PROTECTED + validations(columns) + "</worksheet>").encode())
    yield outlet.taken()


def parts(title: str) -> dict[str, str]:
    """All that surrounds the two sheets."""
    second = '<Override PartName="/xl/worksheets/sheet2.xml"'
    kinds = PARTS["[Content_Types].xml"]
    first = kinds[kinds.index('<Override PartName="/xl/worksheets/sheet1.xml"') :].split("/>")[0] + "/>"
    kinds = kinds.replace(
        "</Types>", first.replace('<Override PartName="/xl/worksheets/sheet1.xml"', second) + "</Types>"
    )
    relation = f'<Relationship Id="rId3" Type="{OFFICE}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>'
    sheets = (
        f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>'
        f'<sheet name={quoteattr(title[:31])} sheetId="1" r:id="rId1"/>'
        '<sheet name="Listes" sheetId="2" r:id="rId3"/></sheets></workbook>'
    )
    return PARTS | {
        "[Content_Types].xml": kinds,
        "xl/workbook.xml": HEAD + sheets,
        "xl/_rels/workbook.xml.rels": PARTS["xl/_rels/workbook.xml.rels"].replace("</Relationships>", relation),
        "xl/styles.xml": STYLES,
    }


def opening(columns: list[Column]) -> str:
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{column.width}" style="{int(column.is_protected)}" customWidth="1"/>'
        for n, column in enumerate(columns, start=1)
    )
    return (
        f'{HEAD}<worksheet xmlns="{SHEET}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
        f'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>{widths}</cols><sheetData>'
    )


def line(values: Iterable[str], styles: list[int]) -> str:
    return f"<row>{''.join(map(cell, values, styles))}</row>"


def cell(value: str, style: int) -> str:
    """Text always: never computed, zeros kept, what goes out comes back as it was."""
    if not value:
        return f'<c s="{style}"/>'
    text = escape(value[:CELL_MAX].translate(WITHOUT), {"\r": "&#13;", "\n": "&#10;"})
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def lists(columns: list[Column]) -> str:
    """One column for each list, under the title of the column that it is for."""
    told = [column for column in columns if column.accepted or column.suggested]
    height = max((len(column.accepted or column.suggested) for column in told), default=0)
    rows = [line([column.title for column in told], [2] * len(told))]
    for n in range(height):
        values = [(column.accepted or column.suggested)[n : n + 1] for column in told]
        rows.append(line([value[0] if value else "" for value in values], [1] * len(told)))
    data = f'<sheetData>{"".join(rows)}</sheetData><sheetProtection sheet="1"/>'
    return f'{HEAD}<worksheet xmlns="{SHEET}">{data}</worksheet>'


def validations(columns: list[Column]) -> str:
    told = [column for column in columns if column.accepted or column.suggested]
    rules = [
        f'<dataValidation type="list" allowBlank="1" showErrorMessage="1" errorTitle="Valeur refusée" '
        f'error="Choisissez dans la liste." sqref="{letters(n)}2:{letters(n)}{ROWS_MAX + 1}">'
        f"<formula1>Listes!${letters(told.index(column))}$2:${letters(told.index(column))}${len(column.accepted) + 1}"
        "</formula1></dataValidation>"
        for n, column in enumerate(columns)
        if column.accepted
    ]
    return f'<dataValidations count="{len(rules)}">{"".join(rules)}</dataValidations>' if rules else ""
