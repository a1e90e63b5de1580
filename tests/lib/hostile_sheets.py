"""A hundred spreadsheets that nobody should be able to hurt us with: (name, content, a word of the answer)."""

import io
import itertools
import random
import struct
import zipfile
from collections.abc import Iterator

import openpyxl

TEXT = "Nom;Commune;Note\r\nCafé du Pré;Orléans;« où » et l’été\r\nÉcole;Besançon;3 €\r\n"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
    'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
    'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)
ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:'
    'text:1.0"><office:body><office:spreadsheet><table:table table:name="A">{}</table:table></office:spreadsheet>'
    "</office:body></office:document-content>"
)


def zipped(parts: dict[str, bytes | str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return target.getvalue()


def sheet(rows: str, *, before: str = "", after: str = "", **more) -> bytes:
    page = f"{before}<worksheet {MAIN}><sheetData>{rows}</sheetData>{after}</worksheet>"
    parts = {"[Content_Types].xml": TYPES, "xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELATIONS}
    return zipped(parts | {"xl/worksheets/sheet1.xml": page} | more)


def ods(rows: str, **more) -> bytes:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "content.xml": ODS.format(rows), "META-INF/manifest.xml": "<m/>"} | more)


def cell(place: str, content: str = "x") -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{content}</t></is></c>'


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def bomb(size: int, **lie) -> bytes:
    """A sheet of ``size`` bytes once opened; ``says``: what the archive pretends."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        book.writestr("[Content_Types].xml", TYPES)
        book.writestr("xl/workbook.xml", BOOK)
        book.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        with book.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(f"<worksheet {MAIN}><sheetData>".encode())
            for _ in range(size // 1_000_000):
                part.write(b"<row/>" + b" " * 999_994)
    content = target.getvalue()
    if lie:
        place = content.index(b"PK\x01\x02", content.rindex(b"sheet1.xml") - 200)
        content = content[: place + 24] + struct.pack("<I", lie["says"]) + content[place + 28 :]
    return content


def openpyxl_book() -> bytes:
    book, target = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Nom", "Commune"])
    for number in range(200):
        book.active.append([f"Organisation {number}", "Brest"])
    book.save(target)
    return target.getvalue()


def all_of_them() -> Iterator[tuple[str, bytes]]:
    yield from texts()
    yield from disguises()
    yield from books()
    yield from tables()
    yield from broken()


def small_ones() -> Iterator[tuple[str, bytes]]:
    yield from itertools.chain(texts(), disguises())
    yield "16384 colonnes.xlsx", sheet(row(1, cell("A1"), cell("XFD1")))


def texts() -> Iterator[tuple[str, bytes]]:
    yield "vide.csv", b""
    yield "blancs.csv", b" \r\n\t\r\n"
    yield "zéros.csv", b"\x00" * 5_000
    yield "deux encodages.csv", TEXT.encode() * 40 + TEXT.encode("cp1252")
    yield "annonce fausse.csv", b"\xef\xbb\xbf" + TEXT.encode("cp1252")
    yield "utf-16 coupé.csv", TEXT.encode("utf-16")[:-1]
    yield "utf-16 faux.csv", b"\xff\xfe" + b"\x00\xd8" * 50
    yield "zéro au milieu.csv", TEXT.encode() * 300 + b"a;\x00;b\r\n"
    yield "guillemet ouvert.csv", b'Nom;Note\r\nA;"' + b"texte\r\n" * 40_000
    yield "colonnes.csv", b";".join(b"c%d" % n for n in range(16_384)) + b"\r\n" + b";" * 16_383
    yield "doublon.csv", b"Nom;Nom\r\nA;B\r\n"
    yield "une case de 1 Mo.csv", b"Nom;Note\r\nA;" + b"x" * 1_000_000
    yield "une ligne de 20 Mo.csv", b"x" * 20_000_000
    yield "lignes.csv", b"Nom;Note\r\n" + b"A;B\r\n" * 50_001
    yield "trop lourd.csv", b"Nom;Note\r\n" + b"A;B\r\n" * 6_100_000
    yield "binaire.csv", random.Random(1).randbytes(20_000)
    yield "binaire sans zéro.csv", bytes(random.Random(2).choices(range(1, 256), k=20_000))
    yield "guillemets.csv", b'"' * 100_000


def disguises() -> Iterator[tuple[str, bytes]]:
    page = "<html><body><table><tr><td>Nom</td></tr></table></body></html>"
    yield "page.xls", page.encode()
    yield "page utf-16.xls", page.encode("utf-16")
    yield "page.xlsx", b"\xef\xbb\xbf\r\n<!DOCTYPE html>" + page.encode()
    yield "tableau.xls", b"<table><tr><td>1"
    yield "classeur xml.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 3_000
    yield "ancien.xls", ole
    yield "mot de passe.xlsx", ole + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 900
    for name, head in (("pdf", b"%PDF-1.7"), ("png", b"\x89PNG\r\n\x1a\n"), ("jpg", b"\xff\xd8\xff\xe0")):
        yield f"{name}.xlsx", head + b"\x00" * 900
    for name, head in (("gz", b"\x1f\x8b\x08"), ("7z", b"7z\xbc\xaf'"), ("rar", b"Rar!\x1a"), ("rtf", b"{\\rtf1}")):
        yield f"{name}.csv", head + b"\x00" * 900
    yield "archive.xlsx", zipped({"a.txt": "a"})
    yield "document.xlsx", zipped({"word/document.xml": "<w/>"})
    yield "classeur.xlsb", zipped({"xl/workbook.bin": b"\x83\x01"})
    yield "mot de passe.ods", ods("", **{"META-INF/manifest.xml": "<m><manifest:encryption-data/></m>"})
    yield "mille parties.xlsx", zipped({f"xl/{n}.xml": "" for n in range(2_500)} | {"xl/workbook.xml": BOOK})
    locked = bytearray(openpyxl_book())
    at = 0
    while (at := locked.find(b"PK\x01\x02", at)) >= 0:
        locked[at + 8] |= 1
        at += 4
    yield "zip chiffré.xlsx", bytes(locked)


def books() -> Iterator[tuple[str, bytes]]:
    yield "1 Go.xlsx", bomb(1_000_000_000)
    yield "200 Mo.xlsx", bomb(200_000_000)
    yield "200 Mo qui dit 1 ko.xlsx", bomb(200_000_000, says=1_000)
    header = row(1, *(cell(f"{name}1", f"h{name}") for name in "ABC"))
    yield "formules.xlsx", sheet(header + "".join(row(n, f'<c r="A{n}"><f>1+1</f></c>') for n in range(2, 1_500)))
    yield "formule en tête.xlsx", sheet('<row r="1"><c r="A1"><f>1</f><v>1</v></c></row>')
    yield "fusion immense.xlsx", sheet(header, after='<mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>')
    yield "fusion en tête.xlsx", sheet(header, after='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>')
    yield "case lointaine.xlsx", sheet(header + row(1_048_576, cell("XFD1048576")))
    yield "case hors du monde.xlsx", sheet(row(9_999_999, cell("ZZZ9999999")))
    yield "16384 colonnes.xlsx", sheet(row(1, cell("A1"), cell("XFD1")))
    yield "longue feuille.xlsx", sheet(header + row(1_048_576, cell("A1048576")))
    yield "sans feuille.xlsx", zipped({"xl/workbook.xml": f"<workbook {MAIN}/>"})
    yield "feuille absente.xlsx", zipped({"xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELATIONS})
    yield "feuille vide.xlsx", sheet("")
    hidden = BOOK.replace("sheetId", 'state="hidden" sheetId')
    yield "feuille cachée.xlsx", sheet(header, **{"xl/workbook.xml": hidden})
    entities = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    yield "entités.xlsx", sheet(row(1, cell("A1", "&b;")), before=entities)
    yield (
        "externe.xlsx",
        sheet(row(1, cell("A1", "&x;")), before='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    )
    yield "pas du xml.xlsx", sheet("", **{"xl/worksheets/sheet1.xml": b"\xff\xfe\x00rien"})
    yield (
        "relation qui remonte.xlsx",
        sheet(header, **{"xl/_rels/workbook.xml.rels": RELATIONS.replace("worksheets/", "../../")}),
    )
    yield "balises profondes.xlsx", sheet("<row>" * 200_000)
    yield "doublon.xlsx", sheet(row(1, cell("A1", "Nom"), cell("B1", "NOM")))
    yield "erreur en tête.xlsx", sheet(row(1, '<c r="A1" t="s"><v>999999</v></c>'))


def tables() -> Iterator[tuple[str, bytes]]:
    full = '<table:table-cell {} office:value-type="string"><text:p>x</text:p></table:table-cell>'
    wide, tall = 'table:number-columns-repeated="16384"', 'table:number-rows-repeated="1048576"'
    yield "répété.ods", ods(f"<table:table-row {tall}>{full.format(wide)}</table:table-row>")
    yield "large.ods", ods(f"<table:table-row>{full.format(wide)}</table:table-row>")
    yield "haut.ods", ods(f"<table:table-row {tall}>{full.format('')}</table:table-row>")
    yield (
        "énorme.ods",
        ods(f"<table:table-row>{full.format(wide.replace('16384', '9' * 18))}</table:table-row>"),
    )
    yield "négatif.ods", ods(f'<table:table-row table:number-rows-repeated="-5">{full.format("")}</table:table-row>')
    yield "pas un nombre.ods", ods('<table:table-row table:number-rows-repeated="deux"/>')
    yield (
        "fusion.ods",
        ods(f"<table:table-row>{full.format(wide.replace('repeated', 'spanned'))}</table:table-row>"),
    )
    yield (
        "formules.ods",
        ods("<table:table-row>" + '<table:table-cell table:formula="of:=1"/>' * 1_200 + "</table:table-row>"),
    )
    yield "vide.ods", ods("")
    yield "entités.ods", zipped({"content.xml": '<!DOCTYPE a [<!ENTITY a "b">]><a>&a;</a>'})
    yield "pas du xml.ods", zipped({"mimetype": "x", "content.xml": b"\x00\x01"})
    yield "200 Mo.ods", ods(" " * 200_000_000)


def broken() -> Iterator[tuple[str, bytes]]:
    """A good workbook cut short, or with bytes turned: read, or refused; never more."""
    good, chance = openpyxl_book(), random.Random(5)
    for share in range(2, 98, 6):
        yield f"coupé à {share} %.xlsx", good[: len(good) * share // 100]
    for number in range(16):
        turned = bytearray(good)
        for _ in range(12):
            turned[chance.randrange(4, len(turned))] ^= 1 << chance.randrange(8)
        yield f"abîmé {number}.xlsx", bytes(turned)
