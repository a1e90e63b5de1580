"""Workbooks (XLSX, ODS): their bounds are known before they are opened, their formulas and merged cells are told."""

import re
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

import python_calamine
from child_rules import COLUMNS_MAX, PROBLEMS_MAX, ROWS_MAX, TOO_BIG, Refusal, letters, number_of

OPENED_MAX, PARTS_MAX, RATIO_MAX, SMALL = 300_000_000, 2_000, 200, 5_000_000
BLOCK, OVERLAP = 262_144, 4_096
BROKEN = "Le classeur est abîmé ou incomplet : ouvrez-le, enregistrez-le de nouveau, et recommencez."
LOCKED = "Le classeur est protégé par un mot de passe : retirez-le, enregistrez, et recommencez."
BINARY = "C’est un classeur binaire (.xlsb) : enregistrez-le en .xlsx."
OTHER = "C’est une archive, pas un classeur : il faut un fichier .xlsx ou .ods."
NO_SHEET = "Le classeur n’a pas de feuille lisible."
FORMULA = "C’est une formule : collez sa valeur à la place."
MERGED = "Cette case est fusionnée avec d’autres : défaites la fusion."
FORMULA_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<(?:\w+:)?f\b')
MERGE = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")


def opened(path: str) -> tuple[Iterator, dict, list[str]]:
    """(line, values) of the first sheet that shows, problems by line and column, and what was noticed."""
    try:
        with zipfile.ZipFile(path) as book:
            names = checked(book)
            found = ods_problems(book) if "content.xml" in names else xlsx_problems(book, names)
    except (
        zipfile.BadZipFile,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        expat.ExpatError,
    ) as error:
        raise Refusal(LOCKED if "password" in str(error) else BROKEN) from error
    try:
        book = python_calamine.load_workbook(path)
        shown = [
            meta.name for meta in book.sheets_metadata if "Visible" in str(meta.visible) and "Work" in str(meta.typ)
        ]
        if not shown:
            raise Refusal(NO_SHEET)
        sheet = book.get_sheet_by_name(shown[0])
    except python_calamine.PasswordError as error:
        raise Refusal(LOCKED) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Refusal(BROKEN) from error
    others = len(shown) - 1
    ignored = f" Les {others} autres sont ignorées." if others > 1 else " L’autre est ignorée." if others else ""
    notices = [f"Feuille lue : « {shown[0][:60]} ».{ignored}"]
    return lines(sheet), found, notices


def checked(book: zipfile.ZipFile) -> set[str]:
    """Refuse what would be too much once opened, by what the archive says of itself; the process is bounded anyway."""
    parts = book.infolist()
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts) or "EncryptedPackage" in names:
        raise Refusal(LOCKED)
    if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > OPENED_MAX:
        raise Refusal(TOO_BIG)
    if any(part.file_size > max(SMALL, RATIO_MAX * part.compress_size) for part in parts):
        raise Refusal(TOO_BIG)
    if "xl/workbook.bin" in names:
        raise Refusal(BINARY)
    if not names & {"xl/workbook.xml", "content.xml"}:
        raise Refusal(OTHER)
    if "META-INF/manifest.xml" in names and b"encryption-data" in book.read("META-INF/manifest.xml"):
        raise Refusal(LOCKED)
    return names


class Problems(dict):
    """``{line: {column: sentence}}``, few enough to be told one by one."""

    count = 0

    def add(self, line: int, column: int, sentence: str) -> None:
        self.setdefault(line, {})[column] = sentence
        self.count += 1
        if self.count > PROBLEMS_MAX:
            where = f"{letters(column)}{line}"
            raise Refusal(f"Plus de {PROBLEMS_MAX} formules ou cases fusionnées, jusqu’à {where} : collez les valeurs.")


def told(found: dict, header: int) -> list[str]:
    """Of the lines below the header: a merged title above the table troubles nobody."""
    below = {line: found[line] for line in found if line > header}
    if not below:
        return []
    line, count = min(below), sum(map(len, below.values()))
    first = f"{letters(min(below[line]))}{line}"
    return [f"Formules ou cases fusionnées : {count}, la première en {first}. Leurs lignes sont en erreur."]


# --- XLSX ------------------------------------------------------------------------------------------------------------


def xlsx_problems(book: zipfile.ZipFile, names: set[str]) -> Problems:
    found = Problems()
    part = first_sheet(book, names)
    for block in overlapping(book, part):
        if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
            raise Refusal(BROKEN)
        for match in FORMULA_CELL.finditer(block):
            found.add(int(match[2]), number_of(match[1].decode()), FORMULA)
        for match in MERGE.finditer(block):
            merged(found, number_of(match[1].decode()), int(match[2]), number_of(match[3].decode()), int(match[4]))
    return found


def first_sheet(book: zipfile.ZipFile, names: set[str]) -> str:
    """The part that holds the first sheet that shows."""
    sheets = [attributes(tag) for tag in SHEET.findall(book.read("xl/workbook.xml"))]
    shown = next((sheet for sheet in sheets if sheet.get("state", "visible") == "visible"), None)
    if shown is None or "xl/_rels/workbook.xml.rels" not in names:
        raise Refusal(NO_SHEET)
    identity = next((value for key, value in shown.items() if key.endswith(":id")), "")
    for tag in RELATION.findall(book.read("xl/_rels/workbook.xml.rels")):
        relation = attributes(tag)
        if relation.get("Id") == identity:
            target = relation.get("Target", "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in names:
                return part
    raise Refusal(NO_SHEET)


def attributes(tag: bytes) -> dict[str, str]:
    return {key.decode(): value.decode(errors="replace") for key, value in ATTRIBUTE.findall(tag)}


def overlapping(book: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part by blocks that end with a whole cell, so that none is cut in two."""
    rest = b""
    with book.open(part) as content:
        while block := content.read(BLOCK):
            block = rest + block
            cut = block.rfind(b"</")
            cut = cut if cut > 0 and len(block) - cut < OVERLAP else len(block)
            start = max(block.rfind(b"<c ", 0, cut), block.rfind(b"<mergeCell ", 0, cut), 0)
            yield block[:start] if start else block
            rest = block[start:] if start and len(block) - start < BLOCK else b""
    yield rest


def merged(found: Problems, left: int, top: int, right: int, bottom: int) -> None:
    if (right - left + 1) * (bottom - top + 1) > PROBLEMS_MAX:
        raise Refusal(
            f"Les cases {letters(left)}{top} à {letters(right)}{bottom} sont fusionnées : défaites la fusion."
        )
    for line in range(top, bottom + 1):
        for column in range(left, right + 1):
            found.add(line, column, MERGED)


# --- ODS -------------------------------------------------------------------------------------------------------------


class _Places:
    """Where formulas and merged cells stand in the first table."""

    def __init__(self):
        self.found = Problems()
        self.line, self.repeat, self.column, self.tables = 0, 0, 0, 0

    def start(self, name: str, given: dict) -> None:
        kind = name.rpartition(":")[2]
        if kind == "table":
            self.tables += 1
        elif self.tables > 1:
            return
        elif kind == "table-row":
            self.line, self.column = self.line + max(self.repeat, 1), 0
            self.repeat = int(given.get("table:number-rows-repeated", 1))
        elif kind in ("table-cell", "covered-table-cell"):
            self.cell(kind, given)

    def cell(self, kind: str, given: dict) -> None:
        width = int(given.get("table:number-columns-repeated", 1))
        spans = {given.get("table:number-columns-spanned", "1"), given.get("table:number-rows-spanned", "1")} - {"1"}
        if "table:formula" in given:
            self.found.add(self.line, self.column, FORMULA)
        elif kind != "table-cell" or spans:
            for column in range(self.column, self.column + min(width, COLUMNS_MAX)):
                self.found.add(self.line, column, MERGED)
        self.column += width


def ods_problems(book: zipfile.ZipFile) -> dict:
    places = _Places()
    parser = expat.ParserCreate()
    parser.StartElementHandler = places.start
    parser.StartDoctypeDeclHandler = refuse_doctype
    with book.open("content.xml") as content:
        while block := content.read(BLOCK):
            parser.Parse(block)
    parser.Parse(b"", True)
    return places.found


def refuse_doctype(*_ignored) -> None:
    raise Refusal(BROKEN)


def lines(sheet) -> Iterator:
    if sheet.width > COLUMNS_MAX:
        raise Refusal(
            f"Le tableau compte {sheet.width} colonnes : {COLUMNS_MAX} au plus. Retirez celles qui ne servent pas."
        )
    if sheet.height > ROWS_MAX * 2:
        raise Refusal(f"Le tableau compte {sheet.height} lignes : {ROWS_MAX} au plus. Coupez-le.")
    yield from enumerate(sheet.iter_rows(), start=1)
