"""What an agent does with a spreadsheet: deposit, say the columns, tick, apply, give up, take back."""

import hashlib
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from alliance import outbox
from alliance.lib.errors import Conflict
from alliance.lib.sheets.reading import BYTES_MAX, TOO_HEAVY
from alliance.lib.undo import LASTS
from alliance.outbox.models import Owed
from alliance.portal.sheets import applying, comparing
from alliance.portal.sheets.nouns import NOUNS
from alliance.portal.sheets.progress import AFTER_ANOTHER, Cancelled, alone
from partners.models import SheetImport, SheetMatching, SheetProgress, User

State = SheetImport.State


@transaction.atomic
def deposit(*, noun: str, upload, by: User) -> SheetImport:
    """Keep the file and owe its reading; nothing of it is opened here. ValidationError: empty, or too heavy."""
    if not upload.size:
        raise ValidationError("Le fichier est vide.", code="empty")
    if upload.size > BYTES_MAX:
        raise ValidationError(TOO_HEAVY, code="too_large")
    digest = hashlib.sha256()
    for block in upload.chunks():
        digest.update(block)
    upload.seek(0)
    sheet = SheetImport.objects.create(noun=NOUNS[noun].key, by=by, name=upload.name[:160], file=upload,
                                       digest=digest.hexdigest())  # fmt: skip
    SheetProgress.objects.create(sheet=sheet)
    outbox.owe("portal.work_on_sheet", sheet.pk)
    return sheet


def _locked(sheet: SheetImport, *states: str) -> SheetImport:
    sheet = SheetImport.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
    if sheet.state not in states:
        raise Conflict("Ce tableur n’en est plus là : relisez la page.", code="state")
    return sheet


def _owe(sheet: SheetImport, state: str, *fields: str) -> None:
    sheet.state = state
    sheet.save(update_fields=["state", *fields])
    SheetProgress.objects.filter(sheet=sheet).update(done=0, total=0, is_cancelled=False)
    outbox.owe("portal.work_on_sheet", sheet.pk)


@transaction.atomic
def match(*, sheet: SheetImport, matching: dict[str, str]) -> None:
    """Say which column is which; remembered for the next file with the same headings. Raises Conflict "state"."""
    sheet = _locked(sheet, State.MATCHING)
    if not matching or len(set(matching.values())) < len(matching):
        raise ValidationError("Reconnaissez au moins une colonne, et aucune deux fois.", code="matching")
    sheet.matching = matching
    known = {"noun": sheet.noun, "signature": comparing.signature(sheet.headers)}
    SheetMatching.objects.update_or_create(**known, defaults={"matching": matching})
    _owe(sheet, State.COMPARING, "matching")


def remembered(sheet: SheetImport) -> QuerySet[SheetMatching]:
    """What somebody answered for these headings."""
    return SheetMatching.objects.filter(noun=sheet.noun, signature=comparing.signature(sheet.headers))


@transaction.atomic
def match_again(*, sheet: SheetImport) -> None:
    """Forget which column is which, and ask anew. Raises Conflict "state"; "known" for our own headings."""
    sheet = _locked(sheet, State.COMPARED)
    if not remembered(sheet).delete()[0]:
        raise Conflict("Les colonnes de ce fichier sont celles du portail.", code="known")
    sheet.rows.all()._raw_delete(sheet.rows.db)
    _owe(sheet, State.READING)


@transaction.atomic
def choose(*, sheet: SheetImport, shown: list[int], ticked: list[int]) -> None:
    """Of the lines on the page, those that are ticked. Raises Conflict "state"."""
    sheet = _locked(sheet, State.COMPARED)
    rows = sheet.rows.filter(kind__in=["created", "changed"], line__in=shown)
    rows.update(is_chosen=False)
    rows.filter(line__in=ticked).update(is_chosen=True)


@transaction.atomic
def begin(*, sheet: SheetImport, motive: str) -> None:
    """Owe the writing of the chosen lines. Raises Conflict "state"; ValidationError without motive or line."""
    sheet = _locked(sheet, State.COMPARED)
    if not motive.strip():
        raise ValidationError("Donnez le motif : il reste dans l’historique de chaque ligne.", code="motive")
    if not sheet.rows.filter(is_chosen=True).exists():
        raise ValidationError("Aucune ligne n’est choisie.", code="none")
    sheet.motive = motive.strip()[:500]
    _owe(sheet, State.APPLYING, "motive")


@transaction.atomic
def give_up(*, sheet: SheetImport) -> None:
    """At once when nothing runs; else the work stops by itself and nothing of it stays. Raises Conflict "state"."""
    SheetProgress.objects.filter(sheet=sheet).update(is_cancelled=True)
    if not sheet.is_working or has_stopped(sheet):
        sheet = _locked(sheet, State.MATCHING, State.COMPARED, *WORKS)
        sheet.state = WORKS[sheet.state][1] if sheet.state in WORKS else State.CANCELLED
        sheet.save(update_fields=["state"])


@transaction.atomic
def resume(*, sheet: SheetImport) -> None:
    """Take up again what was given up after every attempt. Raises Conflict "state"."""
    sheet = _locked(sheet, *WORKS)
    if not has_stopped(sheet):
        raise Conflict("Le travail continue : rien à reprendre.", code="state")
    _owe(sheet, sheet.state)


def has_stopped(sheet: SheetImport) -> bool:
    """Nobody works on it any more, nor will by itself. Work that ended since ``sheet`` was read has not stopped."""
    if not sheet.is_working or owed_for("portal.work_on_sheet", sheet.pk).exists():
        return False
    return SheetImport.objects.filter(pk=sheet.pk, state=sheet.state).exists()


def owed_for(work: str, pk: int) -> QuerySet[Owed]:
    return Owed.objects.pending().filter(work=work, args=[pk])


@transaction.atomic
def begin_undo(*, sheet: SheetImport) -> None:
    """Raises Conflict "state", "too_late"."""
    sheet = _locked(sheet, State.APPLIED)
    if sheet.applied_at < timezone.now() - LASTS:
        raise Conflict("Un tableur se reprend dans les 30 jours : ce délai est passé.", code="too_late")
    _owe(sheet, State.UNDOING)


WORKS = {
    State.READING: (comparing.read_file, State.CANCELLED),
    State.COMPARING: (comparing.compare, State.CANCELLED),
    State.APPLYING: (applying.apply, State.COMPARED),
    State.UNDOING: (applying.take_back, State.APPLIED),
}


def work(sheet_id: int) -> None:
    """Do what the state says, all or nothing; a worker that dies leaves it as it was, for another."""
    sheet = SheetImport.objects.select_related("by").get(pk=sheet_id)
    while sheet.state in WORKS:
        if not alone():
            outbox.owe("portal.work_on_sheet", sheet.pk, due_at=timezone.now() + AFTER_ANOTHER)
            return
        step, back_to = WORKS[sheet.state]
        try:
            with transaction.atomic():
                step(sheet)
        except Cancelled:
            sheet.state = back_to
            sheet.save(update_fields=["state"])
        except ValidationError as refusal:
            sheet.state, sheet.refusal = State.REFUSED, " ".join(refusal.messages)[:500]
            sheet.save(update_fields=["state", "refusal"])


def forget(at=None) -> int:
    """Erase the file and the lines of what can no longer be taken back; who brought what, when and why stays."""
    limit = (at or timezone.now()) - LASTS - timedelta(days=1)
    old = SheetImport.objects.filter(uploaded_at__lt=limit).exclude(state=State.ERASED)
    found = list(old.exclude(applied_at__gte=limit).exclude(undone_at__gte=limit))
    for sheet in found:
        with transaction.atomic():
            sheet.rows.all()._raw_delete(sheet.rows.db)
            SheetImport.objects.filter(pk=sheet.pk).update(
                state=State.ERASED, file="", headers=[], notices=[], refusal=""
            )
        sheet.file.storage.delete(sheet.file.name)
    return len(found)
