"""The chosen lines, written in one transaction; and taken back in one."""

from collections.abc import Iterator
from itertools import batched

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from alliance.lib.changes import because
from alliance.lib.errors import Conflict
from alliance.lib.undo import NAMED_ELSEWHERE, Undone, undo
from alliance.portal.sheets.comparing import whole
from alliance.portal.sheets.nouns import CHUNK, NOUNS, texts
from alliance.portal.sheets.progress import Progress
from partners.models import SheetImport, SheetProgress, SheetRow

Kind, Outcome, State = SheetRow.Kind, SheetRow.Outcome, SheetImport.State
SINCE = "changée ici depuis la comparaison : rien n’a été écrit."
GONE = "elle n’est plus dans votre périmètre, ou n’existe plus : rien n’a été écrit."
RULE = "une règle s’y oppose : rien n’a été écrit."


def apply(sheet: SheetImport) -> None:
    """Write the chosen lines; one that changed since is refused and left alone."""
    noun, done = NOUNS[sheet.noun], 0
    lists = noun.lists(sheet.by)
    chosen = sheet.rows.filter(is_chosen=True, kind__in=[Kind.CREATED, Kind.CHANGED])
    progress = Progress(SheetProgress.objects.filter(sheet=sheet), chosen.count())
    with connection.cursor() as cursor:  # a row that another names, and that is gone, is told at its line
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with because(sheet.by, sheet.motive, batch=sheet.public_id, via="gestion tableurs"):
        for rows in batched(chosen.order_by("line").iterator(chunk_size=CHUNK), CHUNK):
            standing = locked(noun, sheet, rows)
            for row in rows:
                write(noun, lists, row, standing.get(row.row_id))
            SheetRow.objects.bulk_update(rows, ["row_id", "outcome", "words"])
            done += len(rows)
            progress.tick(done)
    sheet.state, sheet.applied_at = State.APPLIED, timezone.now()
    sheet.save(update_fields=["state", "applied_at"])


def locked(noun, sheet: SheetImport, rows) -> dict[int, object]:
    """Those that may still be written, held until the end, always in the same order."""
    ids = [row.row_id for row in rows if row.row_id]
    held = noun.rows(sheet.by).filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    return {one.pk: one for one in held}


def write(noun, lists, row: SheetRow, current) -> None:
    refusal = ""
    if row.kind == Kind.CHANGED and current is None:
        refusal = GONE
    elif current is not None and whole(texts(noun, current)) != row.mark:
        refusal = SINCE
    else:
        try:
            with transaction.atomic():
                read = {column.key: column.read for column in noun.columns}
                values = {key: read[key](typed, lists) for key, (_, typed) in row.changes.items()}
                row.row_id = noun.write(current, values, lists).pk
        except ValidationError as error:
            refusal = " ".join(error.messages)
        except PermissionDenied:
            refusal = GONE
        except IntegrityError as error:
            refusal = rule(noun, error)
    row.outcome, row.words = (Outcome.REFUSED if refusal else Outcome.APPLIED), refusal


def rule(noun, error: IntegrityError) -> str:
    """The French sentence of the constraint."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    constraints = (each for model in (noun.model, *noun.parts) for each in model._meta.constraints)
    found = next((each for each in constraints if each.name == name), None)
    return noun.rules.get(name) or (str(found.violation_error_message) if found else RULE)


def take_back(sheet: SheetImport) -> None:
    """Each line as it was before, but those edited since. After 30 days, nothing."""
    noun, applied = NOUNS[sheet.noun], sheet.rows.filter(outcome=Outcome.APPLIED)
    progress, table = Progress(SheetProgress.objects.filter(sheet=sheet), applied.count()), noun.model._meta.db_table
    created = set(applied.filter(kind=Kind.CREATED).values_list("row_id", flat=True))
    taken: list[int] = []
    kept: dict[int, str] = {}
    left: dict[int, str] = {}
    for done, undone in enumerate(undone_of(sheet), start=1):
        if undone.subject == table:
            note(noun, sheet, undone, created, (taken, kept, left))
        progress.tick(done)
    applied.filter(row_id__in=taken).update(outcome=Outcome.UNDONE)
    for outcome, told in ((Outcome.KEPT, kept), (Outcome.UNDONE, left)):
        for pk, words in told.items():
            applied.filter(row_id=pk).update(outcome=outcome, words=words)
    sheet.state, sheet.undone_at = State.UNDONE, timezone.now()
    sheet.save(update_fields=["state", "undone_at", "notices"])


def undone_of(sheet: SheetImport) -> Iterator[Undone]:
    try:
        yield from undo(batch=sheet.public_id, by=sheet.by, motive="annulation du tableur")
    except Conflict as refusal:
        sheet.notices = [*sheet.notices, *refusal.messages]


def note(noun, sheet: SheetImport, undone: Undone, created: set[int], found: tuple[list, dict, dict]) -> None:
    """Under what became of it: as before, kept, or left without sequel."""
    taken, kept, left = found
    if not undone.refusal:
        taken.append(undone.subject_id)
    elif undone.refusal == NAMED_ELSEWHERE and undone.subject_id in created:
        words = noun.leave(undone.subject_id, sheet.by)
        (left if words else kept)[undone.subject_id] = words or undone.refusal
    else:
        kept[undone.subject_id] = undone.refusal
