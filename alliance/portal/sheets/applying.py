"""The chosen lines, written in one transaction; and taken back in one."""

from itertools import batched

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from alliance.lib.changes import because
from alliance.lib.errors import Conflict
from alliance.lib.undo import undo
from alliance.portal.sheets.comparing import whole
from alliance.portal.sheets.nouns import CHUNK, NOUNS, texts
from alliance.portal.sheets.progress import Progress
from partners.models import SheetImport, SheetRow

Kind, Outcome, State = SheetRow.Kind, SheetRow.Outcome, SheetImport.State
SINCE = "changée ici depuis la comparaison : rien n’a été écrit."
GONE = "elle n’est plus dans votre périmètre, ou n’existe plus : rien n’a été écrit."
RULE = "une règle s’y oppose : rien n’a été écrit."


def apply(sheet: SheetImport) -> None:
    """Write the chosen lines; one that changed since is refused and left alone."""
    noun, done = NOUNS[sheet.noun], 0
    lists = noun.lists(sheet.by)
    chosen = sheet.rows.filter(is_chosen=True, kind__in=[Kind.CREATED, Kind.CHANGED])
    progress = Progress(sheet, chosen.count())
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
                row.row_id = noun.write(current, values).pk
        except ValidationError as error:
            refusal = " ".join(error.messages)
        except IntegrityError as error:
            refusal = rule(noun, error)
    row.outcome, row.words = (Outcome.REFUSED if refusal else Outcome.APPLIED), refusal


def rule(noun, error: IntegrityError) -> str:
    """The French sentence of the constraint."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    found = next((each for each in noun.model._meta.constraints if each.name == name), None)
    return str(found.violation_error_message) if found else RULE


def take_back(sheet: SheetImport) -> None:
    """Each line as it was before, but those edited since. After 30 days, nothing."""
    count = sheet.rows.filter(outcome=Outcome.APPLIED).count()
    progress, table = Progress(sheet, count), NOUNS[sheet.noun].model._meta.db_table
    taken, kept = [], {}
    try:
        for done, undone in enumerate(
            undo(batch=sheet.public_id, by=sheet.by, motive="annulation du tableur"), start=1
        ):
            if undone.subject == table:
                kept |= {undone.subject_id: undone.refusal} if undone.refusal else {}
                taken += [] if undone.refusal else [undone.subject_id]
            progress.tick(done)
    except Conflict as refusal:
        sheet.notices = [*sheet.notices, *refusal.messages]
    applied = sheet.rows.filter(outcome=Outcome.APPLIED)
    applied.filter(row_id__in=taken).update(outcome=Outcome.UNDONE)
    for pk, words in kept.items():
        applied.filter(row_id=pk).update(outcome=Outcome.KEPT, words=words)
    sheet.state, sheet.undone_at = State.UNDONE, timezone.now()
    sheet.save(update_fields=["state", "undone_at", "notices"])
