"""A place in a workshop on the day, for somebody who is here: at the welcome desk, or at the table itself."""

from django.db.models import Exists, OuterRef

from alliance.lib.errors import Conflict, conflict_on
from events.actions.workshop_places import awaited_by, end_place, fill
from events.models import AllocationRun, Convention, Registration, Workshop, WorkshopPlace

FULL = "Toutes les places de cet atelier sont prises."


def take_seat(*, registration: Registration, workshop: Workshop, at, leaving: bool = False) -> WorkshopPlace:
    """A free place, those kept for the day included, whoever asks first; until the workshop ends.

    ``leaving``: a place that they hold at these hours is given up for it, and goes to whoever waits while it can.
    Raises Conflict: "no_places" (of another Convention, not allotted, ended), "not_present", "already_in", "overlap",
    "full".
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


def _refuse(convention: Convention, workshop: Workshop | None, registration: Registration) -> None:
    if workshop is None:
        raise Conflict("Cet atelier n’a pas, ou plus, de places à prendre.", code="no_places")
    if not convention.registrations.present().filter(pk=registration.pk).exists():
        raise Conflict("Cette personne n’est pas encore passée par l’accueil.", code="not_present")
