"""The nouns that have a spreadsheet, and the file of each."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from alliance.lib.copy_out import CELL_MAX
from alliance.lib.sheets import writing
from alliance.lib.xlsx import WITHOUT
from alliance.portal.sheets.agreements import Agreements
from alliance.portal.sheets.columns import IDENTITY, VERSION, Column, tidy, version_of
from alliance.portal.sheets.organisations import Organisations
from alliance.portal.sheets.people import People
from alliance.portal.sheets.projects import Projects
from partners.models import SheetImport, User

NOUNS = {noun.key: noun for noun in (Organisations(), Projects(), Agreements(), People())}
REASON = "Ce qui ne va pas"
TITLES = {IDENTITY: "Identifiant (ne pas changer)", VERSION: "Version (ne pas changer)"}
CHUNK, TOLD = 500, 80


def shown(column: Column, row) -> str:
    return tidy(column.show(row).translate(WITHOUT))[:CELL_MAX]


def texts(noun, row) -> list[str]:
    """What the columns that may be written say."""
    return [shown(column, row) for column in noun.columns if column.read]


def lines(noun, user: User, keys: list[int] | None = None) -> Iterator[list[str]]:
    rows = noun.rows(user) if keys is None else noun.rows(user).filter(pk__in=keys)
    for row in rows.iterator(chunk_size=CHUNK):
        every = [shown(column, row) for column in noun.columns]
        typed = [text for text, column in zip(every, noun.columns, strict=True) if column.read]
        yield [noun.identity(row), *every, version_of(typed)]


def headings(noun, user: User) -> list[writing.Column]:
    return [
        writing.Column(TITLES[IDENTITY], is_protected=True, width=14),
        *columns_of(noun, user),
        writing.Column(TITLES[VERSION], is_protected=True, width=12),
    ]


def columns_of(noun, user: User) -> list[writing.Column]:
    lists = noun.lists(user)
    return [
        writing.Column(
            column.title,
            is_protected=column.read is None,
            accepted=tuple(column.accepted(lists)) if column.accepted is not tuple else (),
            suggested=tuple(column.suggested(lists)) if column.suggested is not tuple else (),
            width=column.width,
        )
        for column in noun.columns
    ]


def export(noun, user: User) -> Iterator[bytes]:
    """All that the agent may change, as a workbook."""
    return writing.book(noun.title, headings(noun, user), lines(noun, user))


def errors(sheet: SheetImport) -> Iterator[bytes]:
    """The lines that were not taken, as the file had them and with its lists, and the reason after them."""
    ours = [writing.Column(TITLES[key], is_protected=True, width=12) for key in (IDENTITY, VERSION)]
    known = dict(zip([IDENTITY, VERSION], ours, strict=True))
    known |= {
        column.key: heading
        for column, heading in zip(NOUNS[sheet.noun].columns, columns_of(NOUNS[sheet.noun], sheet.by), strict=True)
    }
    columns = []
    for place, title in enumerate(sheet.headers):
        like = known.get(sheet.matching.get(str(place), ""), writing.Column(""))
        columns.append(replace(like, title=title or " "))
    rows = sheet.rows.filter(kind__in=["error", "conflict"]) | sheet.rows.filter(outcome__in=["refused", "kept"])
    return writing.book("Erreurs", [*columns, writing.Column(REASON, width=80)], failed(sheet, rows))


def failed(sheet: SheetImport, rows: Iterable) -> Iterator[list[str]]:
    width = len(sheet.headers)
    for row in rows.order_by("line").iterator(chunk_size=CHUNK):
        yield [*row.cells[:width], *[""] * (width - len(row.cells)), reason(sheet, row)]


def reason(sheet: SheetImport, row) -> str:
    """« Ligne 12, colonne « SIRET » : … » for each cell."""
    said = [place(sheet, row.line, int(column)) + words for column, words in row.wrong.items()]
    if row.kind == "conflict":
        said.append(f"Ligne {row.line} : changée ici depuis l’export. Exportez de nouveau, et refaites ce changement.")
        titles = {column.key: column.title for column in NOUNS[sheet.noun].columns}
        said += [
            f"« {titles.get(key, key)} » : ici « {here[:TOLD]} », dans le fichier « {typed[:TOLD]} »."
            for key, (here, typed) in row.changes.items()
        ]
    if row.words:
        said.append(f"Ligne {row.line} : {row.words}")
    return "\n".join(said)


def place(sheet: SheetImport, line: int, column: int) -> str:
    title = sheet.headers[column] if 0 <= column < len(sheet.headers) else ""
    return f"Ligne {line}, colonne « {title} » : " if title else f"Ligne {line} : "
