"""Taking back a batch of changes, thing by thing: each is restored whole, or refused with its reason."""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched, zip_longest

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from alliance.lib.changes import because, model_of
from alliance.lib.errors import Conflict
from alliance.lib.many_rows import insert_each, update_each
from alliance.lib.models import Change

LASTS = timedelta(days=30)
CHANGED_SINCE = "modifié depuis : rien n’a été repris, pour ne rien écraser."
NAMED_ELSEWHERE = "une règle ou d’autres lignes s’y opposent : rien n’a été repris."
GONE = "supprimé depuis."
TOGETHER = 500


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
            refused = _undo_together(batch, some) if len(some) > 1 else None
            for thing in some:
                yield Undone(*thing, _undo_one(batch, *thing) if refused is None else refused.get(thing, ""))


def _undo_together(batch, things: tuple[tuple[str, int], ...]) -> dict[tuple[str, int], str] | None:
    """All of these at once, in a few statements, but those changed since; nothing, and None, when a rule is against."""
    try:
        with transaction.atomic():
            changes, refused = _changes_of(batch, things)
            for wave in zip_longest(*(changes[thing] for thing in things if thing in changes)):
                restore_together([change for change in wave if change])
            connection.check_constraints()
    except (Change.DoesNotExist, IntegrityError):
        return None
    return refused


def _changes_of(batch, things: tuple[tuple[str, int], ...]):
    """What the batch did to each of these, newest first, held; and, apart, those that were changed since."""
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
    refused = {thing: CHANGED_SINCE for thing in found if newest.get(thing, 0) > found[thing][-1].pk}
    return {thing: changes for thing, changes in found.items() if thing not in refused}, refused


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
    restore_together([change])


def restore_together(changes: list[Change]) -> None:
    """Write these rows, each once, as they were before: a statement for those that were changed alike."""
    alike = defaultdict(list)
    for change in changes:
        columns = tuple(sorted(change.before)) if change.verb == Change.Verb.CHANGED else ()
        alike[change.noun, change.verb, columns].append(change)
    for (noun, verb, _), some in alike.items():
        model = model_of(noun)
        if verb == Change.Verb.CREATED:
            rows = model._base_manager.filter(pk__in=[change.row_id for change in some])
            rows._raw_delete(rows.db)
        elif verb == Change.Verb.CHANGED:
            restore_values(model, some)
        else:
            insert_each(model, [model(pk=change.row_id, **values_of(model, change)) for change in some])


def restore_values(model: type[models.Model], changes: list[Change]) -> None:
    """The same columns of each."""
    values = {change.row_id: values_of(model, change) for change in changes}
    columns = list(values[changes[0].row_id])
    rows = [[pk, *(given[name] for name in columns)] for pk, given in values.items()]
    if any(field.name == "updated_at" for field in model._meta.fields):
        columns, now = [*columns, "updated_at"], timezone.now()
        rows = [[*row, now] for row in rows]
    if columns and update_each(model, columns, rows) < len(rows):
        raise Change.DoesNotExist


def values_of(model: type[models.Model], change: Change) -> dict[str, object]:
    return {field.attname: value for field, value in known(model, change.before)}


def known(model: type[models.Model], values: dict) -> Iterator[tuple[models.Field, object]]:
    """Those that the table still has, as Python writes them."""
    fields = {field.attname: field for field in model._meta.concrete_fields if not field.primary_key}
    for name, value in values.items():
        field = fields.get(name)
        if field is not None and not field.generated:
            yield field, (field.target_field if field.is_relation else field).to_python(value)
