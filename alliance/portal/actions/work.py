"""Who looks after what waits: taken, handed to a colleague, given back."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone

from alliance.lib.errors import Conflict, conflict_on
from alliance.portal.work_items import Item, item
from alliance.portal.work_sources import Source
from partners.models import Assignment, User

MEANWHILE = "Entre-temps, quelqu’un d’autre s’en est occupé : regardez à qui c’est confié."


def colleagues(found: Item) -> QuerySet:
    """Who may settle it: the national team, and the delegates of its région unless it is a network's."""
    who = Q(perimeter__national=True)
    if found.code and found.kind != "network":
        who |= Q(perimeter__national=False, perimeter__regions=found.code)
    return User.objects.filter(who, is_staff=True, is_active=True).distinct().order_by("full_name", "email")


def assign(*, found: Item, to: User | None, by: User, seen: int | None) -> Assignment | None:
    """Confide what waits to ``to``, or to nobody. ``seen``: whom the page showed it as confided to.

    Raises Conflict "assigned_meanwhile", "settled"; ValidationError "outside" when ``to`` may not settle it.
    Concurrent calls queue on the assignment's row.
    """
    key = {"kind": found.source.key, "object_id": found.pk}
    with conflict_on("assignment_once", MEANWHILE, code="assigned_meanwhile"):
        held = Assignment.objects.select_for_update().filter(**key).first()
        now = item(found.source, found.pk, by)
        if now is None:
            raise Conflict("Cela n’attend plus : c’est déjà réglé.", code="settled")
        if now.agent_id != seen:
            raise Conflict(MEANWHILE, code="assigned_meanwhile")
        if to is None:
            Assignment.objects.filter(**key).delete()
            return None
        if item(found.source, found.pk, to) is None:
            raise ValidationError("Cette personne ne peut pas s’en occuper : c’est hors de son périmètre.", "outside")
        held = held or Assignment(**key)
        held.waiting_since, held.agent, held.by, held.since = now.since, to, by, timezone.now()
        held.save()
    return held


@dataclass(frozen=True)
class Ticked:
    """A line of the list, as it was shown: ``seen`` names whom it was confided to."""

    source: Source
    pk: int
    seen: int | None


def assign_each(*, lines: Iterable[Ticked], to: User, by: User) -> tuple[list[str], list[str]]:
    """Confide each line that may be, one transaction each: what was done, and a sentence for each that was not."""
    done, refused = [], []
    for line in lines:
        found = item(line.source, line.pk, by)
        if found is None:
            refused.append(f"{line.source.label} : cela n’attend plus, ou pas dans votre périmètre.")
            continue
        name = found.subject or found.source.label
        try:
            assign(found=found, to=to, by=by, seen=line.seen)
        except ValidationError as refusal:
            refused.append(f"« {name} » : {' '.join(refusal.messages)}")
        else:
            done.append(name)
    return done, refused


def colleagues_of_any(found: Iterable[Item]) -> QuerySet:
    """Who may settle at least one of these."""
    codes = {each.code for each in found if each.code and each.kind != "network"}
    who = Q(perimeter__national=True) | Q(perimeter__national=False, perimeter__regions__in=codes)
    return User.objects.filter(who, is_staff=True, is_active=True).distinct().order_by("full_name", "email")
