"""A file becomes lines, and each line says what it would do: create, change cell by cell, nothing, conflict, error."""

import hashlib
import tempfile
from itertools import batched

from django.core.exceptions import ValidationError

from alliance.lib.many_rows import update_fields
from alliance.lib.sheets import reading
from alliance.portal.sheets.columns import IDENTITY, VERSION, mark, marks_of, plain, tidy
from alliance.portal.sheets.noun import ABOVE
from alliance.portal.sheets.nouns import CHUNK, NOUNS, REASON, TITLES, texts
from alliance.portal.sheets.progress import Progress
from partners.models import SheetImport, SheetMatching, SheetProgress, SheetRow

Kind, State = SheetRow.Kind, SheetImport.State
UNKNOWN = "Aucune ligne que vous puissiez changer n’a cet identifiant : laissez-le vide pour créer."
LACKING = "Pour créer, il faut une colonne « {} », que ce fichier n’a pas : ajoutez-la, puis rapportez-le."
TWICE = "Cet identifiant figure déjà plus haut dans le fichier."


def read_file(sheet: SheetImport) -> None:
    """Keep the lines of the file; then either the columns are known, or the person says which they are."""
    with tempfile.NamedTemporaryFile() as copy:
        with sheet.file.open("rb") as file:
            for block in file.chunks():
                copy.write(block)
        copy.flush()
        found = reading.read(copy.name)
        progress, count = Progress(SheetProgress.objects.filter(sheet=sheet), 0), 0
        for rows in batched(found.rows, 2_000):
            SheetRow.objects.bulk_create(
                SheetRow(sheet=sheet, line=row.line, cells=row.cells, wrong=row.wrong) for row in rows
            )
            count += len(rows)
            progress.tick(count)
    sheet.headers, sheet.notices = found.header.cells, found.notices
    sheet.matching, is_known = matched(sheet)
    sheet.state = State.COMPARING if is_known else State.MATCHING
    sheet.save(update_fields=["headers", "notices", "matching", "state"])


def signature(headers: list[str]) -> str:
    return hashlib.sha256("\x1f".join(header.casefold() for header in headers).encode()).hexdigest()


def matched(sheet: SheetImport) -> tuple[dict[str, str], bool]:
    """The columns as the last time, or as their headings say; and whether nobody need be asked."""
    kept = SheetMatching.objects.filter(noun=sheet.noun, signature=signature(sheet.headers)).first()
    if kept:
        return kept.matching, True
    known = headings_known(NOUNS[sheet.noun])
    found: dict[str, str] = {}
    for place, header in enumerate(sheet.headers):
        key = known.get(plain(header))
        if key and key not in found.values():
            found[str(place)] = key
    ours = {IDENTITY, VERSION} <= set(found.values())
    others = [header for header in sheet.headers if header and plain(header) != plain(REASON)]
    return found, ours and len(found) == len(others)


def headings_known(noun) -> dict[str, str]:
    """A title wins over the other names of a column."""
    known = {plain(name): column.key for column in noun.columns if column.read for name in (column.key, *column.names)}
    known |= {plain(column.title): column.key for column in noun.columns}
    return known | {plain(TITLES[key]): key for key in TITLES}


def compare(sheet: SheetImport) -> None:
    """Say of each line what it would do."""
    comparison, done = Comparison(sheet), 0
    progress = Progress(SheetProgress.objects.filter(sheet=sheet), sheet.rows.count())
    for rows in batched(sheet.rows.order_by("line").iterator(chunk_size=CHUNK), CHUNK):
        comparison.judge(rows)
        fields = ["kind", "row_id", "label", "changes", "wrong", "mark", "is_chosen"]
        update_fields([row for row in rows if row.kind != Kind.UNCHANGED], fields)
        same = [row.pk for row in rows if row.kind == Kind.UNCHANGED]
        SheetRow.objects.filter(pk__in=same).update(kind=Kind.UNCHANGED)
        done += len(rows)
        progress.tick(done)
    sheet.state = State.COMPARED
    sheet.save(update_fields=["state"])


class Comparison:
    """Of one file with what stands here now."""

    def __init__(self, sheet: SheetImport):
        self.noun = NOUNS[sheet.noun]
        self.user, self.lists = sheet.by, self.noun.lists(sheet.by)
        self.places = {key: int(place) for place, key in sheet.matching.items()}
        self.columns = [column for column in self.noun.columns if column.read]
        self.seen: set[int] = set()

    def judge(self, rows) -> None:
        """Two queries for these lines, and those of what they refer to."""
        asked = {row: self.cell(row, IDENTITY) for row in rows}
        nameless = [row for row in rows if not asked[row]]
        keys = [{key: self.cell(row, key) for key in self.noun.keys if key in self.places} for row in nameless]
        held = dict(zip(nameless, self.noun.held(keys, self.lists), strict=True))
        standing = self.noun.rows(self.user)
        by_identity = self.noun.identified(standing, filter(None, asked.values()))
        by_pk = {one.pk: one for one in standing.filter(pk__in=[pk for pk in held.values() if pk])}
        for row in rows:
            if asked[row]:
                self.line(row, by_identity.get(asked[row].lower()))
            else:
                self.line(row, by_pk.get(held[row]))

    def cell(self, row: SheetRow, key: str) -> str:
        place = self.places.get(key)
        return tidy(row.cells[place]) if place is not None and place < len(row.cells) else ""

    def line(self, row: SheetRow, current) -> None:
        row.wrong = {place: words for place, words in row.wrong.items() if int(place) in {*self.places.values()}}
        if self.cell(row, IDENTITY) and current is None:
            self.blame(row, IDENTITY, UNKNOWN)
        elif current is not None and current.pk in self.seen:
            self.blame(row, IDENTITY, TWICE if self.cell(row, IDENTITY) else ABOVE)
        elif current is not None:
            self.seen.add(current.pk)
            row.row_id, row.label = current.pk, self.noun.label_of(current)[:200]
            self.change(row, current)
        else:
            self.create(row)
        if row.wrong:
            row.kind = Kind.ERROR
        row.is_chosen = row.kind in (Kind.CREATED, Kind.CHANGED)

    def change(self, row: SheetRow, current) -> None:
        stand = texts(self.noun, current)
        base = marks_of(self.cell(row, VERSION), len(stand))
        now = {column.key: text for column, text in zip(self.columns, stand, strict=True)}
        edited = [
            column for n, column in enumerate(self.columns) if self.is_edited(row, column, stand[n], base and base[n])
        ]
        self.forgive(row, {column.key for column in edited})
        values = {column.key: self.value(row, column, self.cell(row, column.key)) for column in edited}
        edited = [column for column in edited if not self.says_the_same(column, values[column.key], now[column.key])]
        row.changes = {column.key: [now[column.key], self.cell(row, column.key)] for column in edited}
        row.mark = whole(stand)
        if not edited:
            row.kind = Kind.UNCHANGED if not row.wrong else Kind.ERROR
        elif base and base != [mark(text) for text in stand]:
            row.kind = Kind.CONFLICT
        else:
            row.kind = Kind.CHANGED
            for column in edited:
                if column.fixed:
                    self.blame(row, column.key, column.fixed)
            stays = {column.key: self.standing(column, now[column.key]) for column in self.columns}
            self.check(row, stays | {column.key: values[column.key] for column in edited}, current, edited)

    def forgive(self, row: SheetRow, edited: set[str]) -> None:
        """A cell that says what stands here is right, even if a spreadsheet would take it for a formula."""
        same = {str(self.places[column.key]) for column in self.columns if column.key in self.places.keys() - edited}
        filled = {place for place in same if int(place) < len(row.cells) and row.cells[int(place)]}
        row.wrong = {place: words for place, words in row.wrong.items() if place not in filled}

    def is_edited(self, row: SheetRow, column, here: str, base: str | None) -> bool:
        """Without a version, an empty cell says nothing: a file from elsewhere erases nothing."""
        if column.key not in self.places:
            return False
        typed = self.cell(row, column.key)
        if typed == here or typed == here.replace("\t", ""):  # what reads OpenDocument leaves tabulations out
            return False
        return mark(typed) != base if base else bool(typed)

    def says_the_same(self, column, value, here: str) -> bool:
        """« network » and « réseau national » are one value. What cannot be read is no change."""
        return (value is None and here == "") or (value is not None and value == self.standing(column, here))

    def standing(self, column, text: str):
        try:
            return column.read(text, self.lists)
        except ValidationError:
            return None

    def value(self, row: SheetRow, column, typed: str):
        try:
            return column.read(typed, self.lists)
        except ValidationError as error:
            self.blame(row, column.key, " ".join(error.messages))
            return None

    def create(self, row: SheetRow) -> None:
        given = [column for column in self.columns if column.is_required or self.cell(row, column.key)]
        values = {column.key: self.given(row, column) for column in given}
        row.kind, row.label = Kind.CREATED, self.cell(row, self.noun.label)[:200] or f"ligne {row.line}"
        row.changes = {column.key: ["", self.cell(row, column.key)] for column in given}
        self.check(row, values, None, given)

    def given(self, row: SheetRow, column):
        """The value of a new line. A column that the whole file lacks is told by its name."""
        if column.key in self.places:
            return self.value(row, column, self.cell(row, column.key))
        self.blame(row, column.key, LACKING.format(column.title))
        return None

    def check(self, row: SheetRow, values: dict, current, edited) -> None:
        if not row.wrong:
            for key, words in self.noun.check(values, current, self.lists, {column.key for column in edited}):
                self.blame(row, key, words)

    def blame(self, row: SheetRow, key: str, words: str) -> None:
        row.wrong[str(self.places.get(key, -1))] = words


def whole(stand: list[str]) -> str:
    return hashlib.sha256("\x1f".join(stand).encode()).hexdigest()
