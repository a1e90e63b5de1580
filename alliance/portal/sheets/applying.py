"""The chosen lines, written in one transaction; and taken back in one."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import batched

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from alliance.lib.changes import because
from alliance.lib.errors import Conflict
from alliance.lib.many_rows import update_fields
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
            write_slice(noun, lists, rows, locked(noun, sheet, rows))
            update_fields(rows, ["row_id", "outcome", "words"])
            done += len(rows)
            progress.tick(done)
    sheet.state, sheet.applied_at = State.APPLIED, timezone.now()
    sheet.save(update_fields=["state", "applied_at"])


def locked(noun, sheet: SheetImport, rows) -> dict[int, object]:
    """Those that may still be written, held until the end, always in the same order."""
    ids = [row.row_id for row in rows if row.row_id]
    held = noun.rows(sheet.by).filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    return {one.pk: one for one in held}


def write_slice(noun, lists, rows, standing: dict[int, object]) -> None:
    """All at once, unless a rule is against one of them: then line by line, and it alone is refused."""
    ready = []
    for row in rows:
        current = standing.get(row.row_id)
        row.words = refusal(noun, row, current)
        if not row.words:
            try:
                ready.append((row, current, values_of(noun, lists, row)))
            except ValidationError as error:
                row.words = " ".join(error.messages)
    if not written_together(noun, lists, ready):
        for row, current, values in ready:
            row.words = write(noun, lists, row, current, values)
    for row in rows:
        row.outcome = Outcome.REFUSED if row.words else Outcome.APPLIED


def refusal(noun, row: SheetRow, current) -> str:
    if row.kind == Kind.CHANGED and current is None:
        return GONE
    return SINCE if current is not None and whole(texts(noun, current)) != row.mark else ""


def values_of(noun, lists, row: SheetRow) -> dict[str, object]:
    read = {column.key: column.read for column in noun.columns}
    return {key: read[key](typed, lists) for key, (_, typed) in row.changes.items()}


def written_together(noun, lists, ready: list[tuple]) -> bool:
    """Nothing of them when it cannot be."""
    try:
        with transaction.atomic():
            keys = noun.write_together([(current, dict(values)) for _, current, values in ready], lists)
    except (IntegrityError, ValidationError, PermissionDenied):  # line by line, the one concerned is told
        return False
    for (row, *_), key in zip(ready, keys or [], strict=keys is not None):
        row.row_id = key
    return keys is not None


def write(noun, lists, row: SheetRow, current, values: dict) -> str:
    """The refusal, or nothing."""
    try:
        with transaction.atomic():
            row.row_id = noun.write(current, values, lists)
    except ValidationError as error:
        return " ".join(error.messages)
    except PermissionDenied:
        return GONE
    except IntegrityError as error:
        return rule(noun, error)
    return ""


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
    became: dict[tuple[str, str], list[int]] = defaultdict(list)
    for done, undone in enumerate(undone_of(sheet), start=1):
        if undone.subject == table:
            became[outcome(noun, sheet, undone, created)].append(undone.subject_id)
        progress.tick(done)
    for (state, words), ids in became.items():
        applied.filter(row_id__in=ids).update(outcome=state, words=words)
    sheet.state, sheet.undone_at = State.UNDONE, timezone.now()
    sheet.save(update_fields=["state", "undone_at", "notices"])


def undone_of(sheet: SheetImport) -> Iterator[Undone]:
    try:
        yield from undo(batch=sheet.public_id, by=sheet.by, motive="annulation du tableur")
    except Conflict as refusal:
        sheet.notices = [*sheet.notices, *refusal.messages]


def outcome(noun, sheet: SheetImport, undone: Undone, created: set[int]) -> tuple[str, str]:
    """What became of it, and the words: as before, kept, or left without sequel."""
    if not undone.refusal:
        return Outcome.UNDONE, ""
    if undone.refusal == NAMED_ELSEWHERE and undone.subject_id in created:
        words = noun.leave(undone.subject_id, sheet.by)
        return (Outcome.UNDONE, words) if words else (Outcome.KEPT, undone.refusal)
    return Outcome.KEPT, undone.refusal
