"""A spreadsheet is asked for, made by the worker, fetched, and erased a few days later."""

import tempfile
from collections.abc import Iterator
from datetime import timedelta

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from alliance import outbox
from alliance.lib.sheets import writing
from alliance.portal.sheets.nouns import NOUNS, headings, lines
from alliance.portal.sheets.progress import AFTER_ANOTHER, Cancelled, Progress, alone
from partners.models import SheetExport, User

KEPT = timedelta(days=3)
State = SheetExport.State


@transaction.atomic
def ask(*, noun: str, by: User, keys: list[int] | None = None) -> SheetExport:
    """Owe the file, of all that the agent may change or of these rows of it; one that is being made serves."""
    asked = SheetExport(noun=NOUNS[noun].key, by=by, keys=keys, total=NOUNS[noun].count(by, keys))
    same = {"keys": keys} if keys is not None else {"keys__isnull": True}
    waiting = SheetExport.objects.filter(by=by, noun=asked.noun, state=State.MAKING, is_cancelled=False, **same).first()
    if waiting:
        return waiting
    asked.save()
    outbox.owe("portal.make_sheet", asked.pk)
    return asked


def give_up(*, export: SheetExport) -> None:
    """The worker stops by itself; what nobody has begun stops when it is begun."""
    SheetExport.objects.filter(pk=export.pk, state=State.MAKING).update(is_cancelled=True)


def make(export_id: int) -> None:
    """Write the file, and say so in the transaction of the work: killed halfway, it is made anew."""
    export = SheetExport.objects.select_related("by").get(pk=export_id)
    if export.state != State.MAKING:
        return
    if not alone():
        outbox.owe("portal.make_sheet", export.pk, due_at=timezone.now() + AFTER_ANOTHER)
        return
    noun = NOUNS[export.noun]
    progress = Progress(SheetExport.objects.filter(pk=export.pk), export.total)
    with tempfile.NamedTemporaryFile() as made:
        try:
            rows = told(lines(noun, export.by, export.keys), progress)
            for block in writing.book(noun.title, headings(noun, export.by), rows):
                made.write(block)
        except Cancelled:
            SheetExport.objects.filter(pk=export.pk).update(state=State.CANCELLED)
            return
        made.flush()
        keep(export, made)


def told(rows: Iterator, progress: Progress) -> Iterator:
    progress.tick(0)
    for done, row in enumerate(rows, start=1):
        yield row
        progress.tick(done)


def keep(export: SheetExport, made) -> None:
    export.file.storage.delete(export.file.field.upload_to(export, ""))  # of a worker that was killed
    export.file.save("", File(made), save=False)
    export.state, export.ready_at = State.READY, timezone.now()
    SheetExport.objects.filter(pk=export.pk).update(state=export.state, ready_at=export.ready_at, file=export.file.name)


def forget(at=None) -> int:
    """Erase the files of exports three days old; who took what stays."""
    old = SheetExport.objects.filter(asked_at__lt=(at or timezone.now()) - KEPT).exclude(state=State.ERASED)
    found = list(old)
    for export in found:
        if export.file:
            export.file.delete(save=False)
        SheetExport.objects.filter(pk=export.pk).update(state=State.ERASED, file="", keys=None)
    return len(found)
