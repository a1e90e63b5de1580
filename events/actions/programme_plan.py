"""What publishing the programme would do, computed alike for the page that shows it and for the act that does it."""

from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import sha256

from django.utils import timezone

from events.models import Convention, ProgrammeItem, ProgrammeVersion, WorkshopPlace, WorkshopWait
from events.models.programme_content import Difference, content_of, differences, links_of
from events.models.programme_words import DRAFTED

Kind = ProgrammeItem.Kind
Stage = ProgrammeItem.Stage


@dataclass(frozen=True)
class Overlap:
    """Somebody whose two workshops would be at the same hours: the first is kept, the second given back."""

    kept: WorkshopPlace
    lost: WorkshopPlace


@dataclass
class Plan:
    """``told``: by registration, the public ids of what changes for them. ``versions``: how many were published."""

    items: list[ProgrammeItem]
    before: list[dict]
    after: list[dict]
    differences: list[Difference]
    versions: int
    overlaps: list[Overlap] = field(default_factory=list)
    told: dict[int, list[str]] = field(default_factory=dict)

    def given_back_by(self, registration: int) -> list[list[int]]:
        """Pairs of places, the one kept and the one that is given back."""
        return [[e.kept.pk, e.lost.pk] for e in self.overlaps if e.lost.registration_id == registration]

    @property
    def digest(self) -> str:
        """Of what an agent has read, so that what is published is what was shown."""
        said = [self.differences, [(each.kept.pk, each.lost.pk) for each in self.overlaps]]
        return sha256(repr(said).encode()).hexdigest()[:32]


def drafted(convention: Convention) -> list[ProgrammeItem]:
    """Every temps as it will be, published or not: ``item.pending`` is "added", "changed", "withdrawn" or ""."""
    rows = ProgrammeItem.everything.filter(convention=convention).exclude(stage=Stage.WITHDRAWN)
    items = [as_drafted(item) for item in rows.select_related("change__axis", "workshop__axis")]
    return sorted(items, key=lambda item: (item.starts_at, item.ends_at, item.pk))


def on_other_days(convention: Convention, items: list[ProgrammeItem]) -> list[ProgrammeItem]:
    """Of the temps as drafted, those that are not on a day of their Convention: it was moved, they were not."""
    first, last = timezone.localdate(convention.starts_at), timezone.localdate(convention.ends_at)
    coming = [item for item in items if item.pending != "withdrawn"]
    return [item for item in coming if not first <= timezone.localdate(item.starts_at) <= last]


def as_drafted(item: ProgrammeItem) -> ProgrammeItem:
    """The row with its change laid upon it, never to be saved as it is."""
    change = getattr(item, "change", None)
    item.pending = "added" if item.stage == Stage.DRAFT else ""
    if change is not None:
        item.pending = "withdrawn" if change.is_withdrawal else "changed"
        for name in () if change.is_withdrawal else DRAFTED:
            setattr(item, name, getattr(change, name))
        if not change.is_withdrawal and hasattr(item, "workshop"):
            item.workshop.axis = change.axis
    return item


def plan_of(convention: Convention, at) -> Plan:
    live = list(convention.programme.select_related("workshop__axis"))
    items = drafted(convention)
    coming = [item for item in items if item.pending != "withdrawn"]
    before, after = content_of(live), content_of(coming)
    found = differences(before, after, links_of(live), links_of(coming))
    versions = ProgrammeVersion.objects.filter(convention=convention).count()
    plan = Plan(items, before, after, found, versions)
    places = _places(convention)
    plan.overlaps = _overlaps(places, {item.pk: item for item in coming})
    if convention.state == Convention.State.PUBLISHED and convention.ends_at > at:
        plan.told = _told(convention, plan, places, {str(item.public_id): item for item in items})
    return plan


def _places(convention: Convention) -> dict[int, list[WorkshopPlace]]:
    """By registration, the dearest wish first."""
    rows = WorkshopPlace.objects.live().filter(registration__convention=convention)
    found = defaultdict(list)
    for place in rows.select_related("workshop__item", "registration__attendee").order_by("pk"):
        found[place.registration_id].append(place)
    ranks = _ranks(convention)
    for places in found.values():
        places.sort(key=lambda place: (ranks.get((place.registration_id, place.workshop_id), 99), place.pk))
    return found


def _ranks(convention: Convention) -> dict[tuple[int, int], int]:
    wishes = convention.registrations.filter(wishes__isnull=False).order_by()
    return {(pk, workshop): rank for pk, workshop, rank in wishes.values_list("pk", "wishes__workshop", "wishes__rank")}


def _overlaps(places: dict[int, list[WorkshopPlace]], coming: dict[int, ProgrammeItem]) -> list[Overlap]:
    found = []
    for held in places.values():
        kept: list[WorkshopPlace] = []
        for place in held:
            item = coming.get(place.workshop.item_id)
            if item is None:  # withdrawn: given back anyway
                continue
            clash = next((each for each in kept if _clash(item, coming[each.workshop.item_id])), None)
            if clash:
                found.append(Overlap(clash, place))
            else:
                kept.append(place)
    return found


def _clash(one: ProgrammeItem, other: ProgrammeItem) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _told(convention: Convention, plan: Plan, places, items: dict[str, ProgrammeItem]) -> dict[int, list[str]]:
    """Of a workshop, those who have a place, or who waited for one that will not be; of the rest, all who come."""
    told: dict[int, list[str]] = defaultdict(list)
    seated = list(convention.registrations.seated().order_by("pk").values_list("pk", flat=True))
    for found in plan.differences:
        if not found.moves:
            continue
        key = found.now["id"]
        concerned = seated
        if found.now["kind"] == Kind.WORKSHOP:
            concerned = _in_workshop(items[key], places, is_over=found.kind == "withdrawn")
        for pk in concerned:
            told[pk].append(key)
    for overlap in plan.overlaps:
        told.setdefault(overlap.lost.registration_id, [])
    return dict(sorted(told.items()))


def _in_workshop(item: ProgrammeItem, places, *, is_over: bool) -> set[int]:
    holding = {pk for pk, held in places.items() if any(place.workshop.item_id == item.pk for place in held)}
    if is_over:
        holding |= set(WorkshopWait.objects.filter(workshop__item=item).values_list("registration", flat=True))
    return holding
