"""Taking back a batch of changes, thing by thing: each is restored whole, or refused with its reason."""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from alliance.lib.changes import because, model_of
from alliance.lib.errors import Conflict
from alliance.lib.models import Change

LASTS = timedelta(days=30)
CHANGED_SINCE = "modifié depuis : rien n’a été repris, pour ne rien écraser."
NAMED_ELSEWHERE = "une règle ou d’autres lignes s’y opposent : rien n’a été repris."
GONE = "supprimé depuis."
TOGETHER = 200


@dataclass(frozen=True)
class Undone:
    """What became of one thing of the batch. ``refusal`` is empty when it was restored."""

    subject: str
    subject_id: int
    refusal: str = ""


def undo(*, batch: uuid.UUID, by, motive: str, at=None) -> Iterator[Undone]:
    """Restore each thing that ``batch`` changed, in a transaction of its own, newest first.

    Raises Conflict: "empty_batch", "too_late". What was changed since, by anybody, is refused and left alone.
    """
    at = at or timezone.now()
    newest = Change.objects.filter(batch=batch).order_by("-id").first()
    if newest is None:
        raise Conflict("Ce lot n’a rien changé.", code="empty_batch")
    if newest.at < at - LASTS:
        raise Conflict("Un lot se reprend dans les 30 jours : ce délai est passé.", code="too_late")
    return _undo_each(batch, by, motive)


def _undo_each(batch: uuid.UUID, by, motive: str) -> Iterator[Undone]:
    """What was made last is taken back first: what it refers to still stands then."""
    things = Change.objects.filter(batch=batch).values_list("subject", "subject_id").annotate(first=models.Min("id"))
    ordered = [(subject, subject_id) for subject, subject_id, _ in things.order_by("-first")]
    return _undo_all(batch, ordered, by, motive, uuid.uuid4())


def undo_things(*, batch: uuid.UUID, things: list[tuple[str, int]], by, motive: str) -> Iterator[Undone]:
    """Restore these things of ``batch`` (table and key), in this order: for batches that are taken back bit by bit."""
    return _undo_all(batch, things, by, motive, uuid.uuid5(batch, "undo"))


def _undo_all(batch, things: list[tuple[str, int]], by, motive: str, answer: uuid.UUID) -> Iterator[Undone]:
    for some in batched(things, TOGETHER):
        with because(by, motive, batch=answer):
            whole = len(some) > 1 and _undo_together(batch, some)
            for thing in some:
                yield Undone(*thing, "" if whole else _undo_one(batch, *thing))


def _undo_together(batch, things: tuple[tuple[str, int], ...]) -> bool:
    """All of these at once, eight times fewer statements; nothing of them when one has to be refused."""
    try:
        with transaction.atomic():
            changes = _changes_of(batch, things)
            if changes is None:
                return False
            for thing in things:
                for change in changes.get(thing, []):
                    restore(change)
            connection.check_constraints()
    except (Change.DoesNotExist, IntegrityError):
        return False
    return True


def _changes_of(batch, things: tuple[tuple[str, int], ...]) -> dict[tuple[str, int], list[Change]] | None:
    """What the batch did to each of these, newest first, held; None when one of them was changed since."""
    ids, wanted = defaultdict(list), models.Q()
    for subject, subject_id in things:
        ids[subject].append(subject_id)
    for subject, of_subject in ids.items():
        lock(subject, *of_subject)
        wanted |= models.Q(subject=subject, subject_id__in=of_subject)
    found = defaultdict(list)
    for change in Change.objects.filter(wanted, batch=batch).order_by("-id"):
        found[change.subject, change.subject_id].append(change)
    others = Change.objects.filter(wanted).exclude(batch=batch).values_list("subject", "subject_id")
    newest = {(subject, pk): last for subject, pk, last in others.annotate(last=models.Max("id")).order_by()}
    return None if any(newest.get(thing, 0) > changes[-1].pk for thing, changes in found.items()) else found


def _undo_one(batch, subject: str, subject_id: int) -> str:
    """The refusal, or nothing."""
    try:
        with transaction.atomic():
            lock(subject, subject_id)
            changes = list(Change.objects.filter(batch=batch, subject=subject, subject_id=subject_id).order_by("-id"))
            if not changes:
                return ""
            since = Change.objects.filter(subject=subject, subject_id=subject_id, id__gt=changes[-1].pk)
            if since.exclude(batch=batch).exists():
                return CHANGED_SINCE
            for change in changes:
                restore(change)
            connection.check_constraints()
    except Change.DoesNotExist:
        return GONE
    except IntegrityError:
        return NAMED_ELSEWHERE
    return ""


def lock(subject: str, *ids: int) -> None:
    model = model_of(subject)
    if model is not None:
        list(model._base_manager.order_by("pk").select_for_update(of=("self",)).filter(pk__in=ids).values_list("pk"))


def restore(change: Change) -> None:
    """Write the row as it was before this change."""
    model = model_of(change.noun)
    rows = model._base_manager.filter(pk=change.row_id)
    if change.verb == Change.Verb.CREATED:
        rows._raw_delete(rows.db)
    elif change.verb == Change.Verb.CHANGED:
        values = {field.attname: value for field, value in known(model, change.before)}
        if any(field.name == "updated_at" for field in model._meta.fields):
            values["updated_at"] = timezone.now()
        if not rows.update(**values):
            raise Change.DoesNotExist
    else:
        row = model(pk=change.row_id, **{field.attname: value for field, value in known(model, change.before)})
        row.save_base(raw=True, force_insert=True)


def known(model: type[models.Model], values: dict) -> Iterator[tuple[models.Field, object]]:
    """Those that the table still has, as Python writes them."""
    fields = {field.attname: field for field in model._meta.concrete_fields if not field.primary_key}
    for name, value in values.items():
        field = fields.get(name)
        if field is not None and not field.generated:
            yield field, (field.target_field if field.is_relation else field).to_python(value)
