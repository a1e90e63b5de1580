"""A place in a workshop on the day, for somebody who is here: at the welcome desk, or at the table itself."""

from django.db.models import Count, Exists, F, OuterRef, Q

from alliance.lib.errors import Conflict, conflict_on
from events.actions.workshop_places import awaited_by, end_place, fill
from events.models import (
    AllocationRun,
    CheckIn,
    Convention,
    ProgrammeItem,
    Registration,
    Workshop,
    WorkshopPlace,
    WorkshopWait,
)

FULL = "Toutes les places de cet atelier sont prises."
AWAITED = "Des personnes attendent une place dans cet atelier : elles passent d’abord."


def take_seat(
    *, registration: Registration, workshop: Workshop, at, leaving: bool = False, unawaited: bool = False
) -> WorkshopPlace:
    """A free place, those kept for the day included, whoever asks first; until the workshop ends.

    ``leaving``: a place that they hold at these hours is given up for it, and goes to whoever waits while it can.
    ``unawaited``: only where nobody waits, as volunteers give them. Raises Conflict: "no_places" (of another
    Convention, not allotted, ended), "not_present", "already_in", "overlap", "full", "awaited".
    """
    with conflict_on("workshop_not_oversold", FULL, code="full"):
        convention = Convention.objects.locked(registration.convention_id)
        workshop = day_workshops(convention, at).filter(pk=workshop.pk).first()
        _refuse(convention, workshop, registration)
        held = registration.places.live().select_related("workshop__item")
        if held.filter(workshop=workshop).exists():
            raise Conflict("Cette personne a déjà une place dans cet atelier.", code="already_in")
        others = list(held.at_the_hours_of(workshop))
        if others and not leaving:
            message = f"Cette personne a une place à ces heures, dans « {others[0].workshop.item.title} »."
            raise Conflict(message, code="overlap")
        if free_places(workshop) <= 0:
            raise Conflict(FULL, code="full")
        if unawaited and awaiting(workshop).exists():
            raise Conflict(AWAITED, code="awaited")
        for place in others:
            end_place(place, at)
        registration.waits.filter(workshop=workshop).delete()
        taken = WorkshopPlace.objects.create(
            registration=registration, workshop=workshop, source=WorkshopPlace.Source.WALK_IN, given_at=at
        )
        if others:
            fill(convention, [place.workshop for place in others] + awaited_by(registration), at=at)
    return taken


def day_workshops(convention: Convention, at):
    """The workshops whose places were allotted and that have not ended."""
    run = AllocationRun.objects.published().filter(convention=OuterRef("item__convention"))
    rows = Workshop.objects.filter(Exists(run), item__convention=convention, item__ends_at__gt=at)
    return rows.select_related("item").order_by("item__starts_at", "item__title", "pk")


def free_places(workshop: Workshop) -> int:
    return workshop.capacity - workshop.places.live().count()


def awaiting(workshop: Workshop):
    return workshop.waits.filter(registration__status=Registration.Status.CONFIRMED)


def seats_to_give(entry: CheckIn, at) -> list[Workshop]:
    """To somebody who came without having registered: workshops with a place that nobody awaits, at hours when they
    hold none; ``left`` says how many. A query or two when nothing is allotted.
    """
    registration = entry.registration
    if registration is None or entry.means != CheckIn.Means.WALK_IN:
        return []
    live = Count("places", filter=Q(places__ended_at=None), distinct=True)
    waits = Exists(WorkshopWait.objects.filter(workshop=OuterRef("pk"), registration__status="confirmed"))
    rows = day_workshops(entry.door.convention, at).annotate(left=F("capacity") - live).filter(~waits, left__gt=0)
    held = [place.workshop.item for place in registration.places.live().select_related("workshop__item")]
    return [each for each in rows if not any(_meet(each.item, item) for item in held)]


def _meet(one: ProgrammeItem, other: ProgrammeItem) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _refuse(convention: Convention, workshop: Workshop | None, registration: Registration) -> None:
    if workshop is None:
        raise Conflict("Cet atelier n’a pas, ou plus, de places à prendre.", code="no_places")
    if not convention.registrations.present().filter(pk=registration.pk).exists():
        raise Conflict("Cette personne n’est pas encore passée par l’accueil.", code="not_present")
