"""The programme: drafted by staff, seen by nobody, then published as a whole with a number and a date."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from alliance import outbox
from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from events.actions.allocation import workshops_of
from events.actions.programme_plan import Plan, plan_of
from events.actions.workshop_places import fill
from events.models import Convention, ProgrammeChange, ProgrammeItem, ProgrammeVersion, Wish, Workshop, WorkshopPlace
from events.models.programme_content import content_of, links_of
from events.models.programme_words import DRAFTED
from partners.models import Axis, User

Stage = ProgrammeItem.Stage
BEFORE_VERSIONS = "Le programme tel qu’il était avant le suivi de ses versions."
UNSEEN = "Ces changements mettent des personnes dans deux ateliers à la fois : relisez la liste avant de publier."
CHANGED = "Le programme ou les places ont changé depuis que vous avez ouvert cette page : relisez avant de publier."


def add_item(
    *, convention: Convention, kind: str, words: dict, axis: Axis | None = None, capacity: int = 0, by: User | None, at
) -> ProgrammeItem:
    """Draft a new temps; that of a Convention in preparation is at its programme at once, since nobody reads it.

    Raises ValidationError by field.
    """
    with transaction.atomic():
        convention = Convention.objects.locked(convention.pk)
        stage = Stage.LIVE if convention.state == Convention.State.DRAFT else Stage.DRAFT
        item = ProgrammeItem(convention=convention, kind=kind, stage=stage, **words)
        _check(item)
        item.save()
        if kind == ProgrammeItem.Kind.WORKSHOP:
            Workshop.objects.create(item=item, axis=axis, capacity=capacity)
    return item


def change_item(*, item: ProgrammeItem, words: dict, axis: Axis | None = None, by: User | None, at) -> None:
    """Draft what a temps will be; the same as what is published drafts nothing. Raises ValidationError by field."""
    with transaction.atomic():
        item = _locked(item)
        has_axis = hasattr(item, "workshop")
        is_read = item.stage == Stage.LIVE and item.convention.state != Convention.State.DRAFT
        is_same = all(getattr(item, name) == words[name] for name in DRAFTED)
        if is_read:
            ProgrammeChange.objects.filter(item=item).delete()
            if is_same and (not has_axis or item.workshop.axis == axis):
                return
            change = ProgrammeChange(item=item, axis=axis, changed_at=at, changed_by=by, **words)
            _check(change)
            change.save()
            return
        for name, value in words.items():
            setattr(item, name, value)
        _check(item)
        item.save()
        if has_axis:
            Workshop.everything.filter(item=item).update(axis=axis)


def withdraw_item(*, item: ProgrammeItem, by: User | None, at) -> None:
    """Take a temps out at the next publication, or at once when nobody reads it. Raises Conflict: "in_use"."""
    with transaction.atomic():
        item = _locked(item)
        if item.stage == Stage.LIVE and item.convention.state != Convention.State.DRAFT:
            words = {name: getattr(item, name) for name in DRAFTED}
            dated = {"is_withdrawal": True, "changed_at": at, "changed_by": by}
            ProgrammeChange.objects.update_or_create(item=item, defaults=words | dated)
            return
        try:
            with transaction.atomic():
                item.delete()
        except (ProtectedError, IntegrityError) as held:
            message = "Des places, des tables ou des propositions s’y rattachent : ce temps ne s’efface plus."
            raise Conflict(message, code="in_use") from held


def drop_change(*, item: ProgrammeItem) -> None:
    """Leave a published temps as it is: what was drafted of it is forgotten. Raises Conflict: "no_change"."""
    with transaction.atomic():
        item = _locked(item)
        if not ProgrammeChange.objects.filter(item=item).delete()[0]:
            raise Conflict("Aucun changement n’est en attente sur ce temps.", code="no_change")


def publish_programme(
    *, convention: Convention, by: User | None, at, note: str = "", seen: str = ""
) -> ProgrammeVersion:
    """Make what is drafted the programme of everybody, and owe those concerned one letter each.

    ``seen``: the digest of the plan that was read; places that it gives back go to those who wait.
    Raises Conflict: "not_published", "nothing", "overlaps", "changed".
    """
    with transaction.atomic():
        convention = Convention.objects.locked(convention.pk)
        if convention.state != Convention.State.PUBLISHED:
            raise Conflict("Le programme paraît avec sa Convention : publiez-la d’abord.", code="not_published")
        plan = plan_of(convention, at)
        _refuse(plan, seen)
        if not plan.versions and plan.before and plan.differences:
            _keep(convention, convention.programme.all(), 1, convention.updated_at, None, BEFORE_VERSIONS)
            plan.versions = 1
        _give_back(plan, at)
        _apply(plan)
        version = _keep(convention, convention.programme.all(), plan.versions + 1, at, by, note)
        fill(convention, list(workshops_of(convention)), at=at)  # hours are free that were not
        _owe_letters(plan, version)
    return version


def first_version(convention: Convention, *, by: User | None, at) -> ProgrammeVersion | None:
    """The programme that a Convention is published with. The caller holds its row."""
    if not convention.programme.exists() or convention.programme_versions.exists():
        return None
    return _keep(convention, convention.programme.all(), 1, at, by, "")


def _locked(item: ProgrammeItem) -> ProgrammeItem:
    convention = Convention.objects.locked(item.convention_id)
    rows = ProgrammeItem.everything.filter(convention=convention).exclude(stage=Stage.WITHDRAWN)
    return rows.select_related("convention", "workshop__axis").get(pk=item.pk)


def _check(row: ProgrammeItem | ProgrammeChange) -> None:
    row.clean_fields(exclude=["public_id", "item", "axis", "changed_by"])
    if row.ends_at <= row.starts_at:
        raise ValidationError({"ends_at": "La fin précède le début."})
    row.validate_constraints()


def _refuse(plan: Plan, seen: str) -> None:
    if not plan.differences and plan.versions:
        raise Conflict("Le programme publié dit déjà tout cela : il n’y a rien à publier.", code="nothing")
    if not plan.before and not plan.after:
        raise Conflict("Le programme est vide : il n’y a rien à publier.", code="nothing")
    if seen and seen != plan.digest:
        raise Conflict(CHANGED, code="changed")
    if plan.overlaps and not seen:
        raise Conflict(UNSEEN, code="overlaps")


def _give_back(plan: Plan, at) -> None:
    """End the places that two workshops at once, or a withdrawn one, take away."""
    lost = [overlap.lost for overlap in plan.overlaps]
    gone = [item for item in plan.items if item.pending == "withdrawn"]
    for place in [*lost, *WorkshopPlace.objects.live().filter(workshop__item__in=gone)]:
        place.ended_at = max(at, place.given_at)
        place.save(update_fields=["ended_at"])


def _apply(plan: Plan) -> None:
    for item in plan.items:
        if not item.pending:
            continue
        item.stage = Stage.LIVE
        if item.pending == "withdrawn":
            _close(item)
            item.stage = Stage.WITHDRAWN
        item.save(update_fields=[*DRAFTED, "stage"])
        if item.pending == "changed" and hasattr(item, "workshop"):
            Workshop.objects.filter(item=item).update(axis=item.workshop.axis)
    ProgrammeChange.objects.filter(item__in=plan.items).delete()


def _close(item: ProgrammeItem) -> None:
    """Nobody wishes or awaits a workshop that will not be; dearer and less dear wishes close up."""
    if not hasattr(item, "workshop"):
        return
    item.workshop.waits.all().delete()
    for gone in list(item.workshop.wishes.all()):
        gone.delete()
        for wish in Wish.objects.filter(registration=gone.registration_id, rank__gt=gone.rank).order_by("rank"):
            Wish.objects.filter(pk=wish.pk).update(rank=wish.rank - 1)


def _owe_letters(plan: Plan, version: ProgrammeVersion) -> None:
    """One to each. What an earlier version owes and has not sent yet is told in the same letter."""
    rows = Owed.objects.pending().filter(
        work="events.send_programme_change", args__0__in=list(plan.told), lease=None, attempts=0
    )
    untold = {owed.args[0]: owed for owed in rows.select_for_update(skip_locked=True)}
    for pk, items in plan.told.items():
        first, given_back = version.pk, plan.given_back_by(pk)
        if pk in untold:
            _, first, before, places = untold[pk].args
            items, given_back = sorted({*before, *items}), places + given_back
        outbox.owe("events.send_programme_change", pk, first, items, given_back)
    Owed.objects.filter(pk__in=[owed.pk for owed in untold.values()]).delete()


def _keep(convention: Convention, items, number: int, at, by: User | None, note: str) -> ProgrammeVersion:
    items = list(items.select_related("workshop__axis"))
    return ProgrammeVersion.objects.create(
        convention=convention,
        number=number,
        published_at=at,
        published_by=by,
        note=note.strip(),
        content=content_of(items),
        links=links_of(items),
    )
