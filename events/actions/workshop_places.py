"""Places in workshops once allotted: given back, asked for, given to the next. One lock: the row of the Convention."""

from collections import deque

from django.db import transaction

from alliance import outbox
from alliance.lib.errors import Conflict, conflict_on
from events.models import AllocationRun, Convention, Registration, Wish, Workshop, WorkshopPlace, WorkshopWait

Source = WorkshopPlace.Source


def give_back(*, place: WorkshopPlace, at) -> WorkshopPlace:
    """End this place; the next of the waiting list has it in the same transaction, and a letter.

    Raises Conflict: "already_given_back", "past".
    """
    with transaction.atomic():
        registration = Registration.objects.get(pk=place.registration_id)
        convention = Convention.objects.locked(registration.convention_id)
        place = WorkshopPlace.objects.select_related("workshop__item").get(pk=place.pk)
        if place.ended_at:
            raise Conflict("Cette place est déjà rendue.", code="already_given_back")
        _refuse_begun(place.workshop, at)
        _end(place, at)
        fill(convention, [place.workshop], at=at)
    return place


def release_places(registration: Registration, convention: Convention, *, at) -> None:
    """Whoever does not come any more leaves their workshops to others. The caller holds the Convention's row."""
    registration.waits.all().delete()
    places = list(registration.places.live().select_related("workshop__item"))
    for place in places:
        _end(place, at)
    fill(convention, [place.workshop for place in places], at=at)


def ask_place(*, registration: Registration, workshop: Workshop, at) -> WorkshopPlace | WorkshopWait:
    """A free place at once, or the end of the waiting list.

    Raises Conflict: "not_published", "not_confirmed", "past", "already_in", "already_waiting", "overlap".
    """
    with conflict_on("workshop_wait_once", "Vous attendez déjà une place dans cet atelier.", code="already_waiting"):
        convention = Convention.objects.locked(registration.convention_id)
        run = AllocationRun.objects.published().filter(convention=convention).first()
        if run is None:
            raise Conflict("Les places d’atelier ne sont pas encore attribuées.", code="not_published")
        registration = Registration.objects.select_related("attendee").get(pk=registration.pk)
        if registration.status != Registration.Status.CONFIRMED:
            raise Conflict("Un atelier se demande avec une inscription confirmée.", code="not_confirmed")
        _refuse_begun(workshop, at)
        held = registration.places.live()
        if held.filter(workshop=workshop).exists():
            raise Conflict("Vous avez déjà une place dans cet atelier.", code="already_in")
        if held.at_the_hours_of(workshop).exists():
            message = "Vous avez une place dans un autre atelier à ces heures : rendez-la d’abord."
            raise Conflict(message, code="overlap")
        wait = WorkshopWait.objects.create(registration=registration, workshop=workshop, asked_at=at)
        fill(convention, [workshop], at=at, chosen_by=registration)
        return registration.places.live().filter(workshop=workshop).first() or wait


def leave_list(*, registration: Registration, workshop: Workshop) -> None:
    """Wait no longer. Raises Conflict: "not_waiting"."""
    if not registration.waits.filter(workshop=workshop).delete()[0]:
        raise Conflict("Vous n’attendez pas de place dans cet atelier.", code="not_waiting")


def _refuse_begun(workshop: Workshop, at) -> None:
    if workshop.item.starts_at <= at:
        raise Conflict("Cet atelier a commencé : ses places ne changent plus ici.", code="past")


def _end(place: WorkshopPlace, at) -> None:
    place.ended_at = max(at, place.given_at)
    place.save(update_fields=["ended_at"])


def fill(convention: Convention, workshops: list[Workshop], *, at, chosen_by: Registration | None = None) -> None:
    """Give what is free in these workshops to those who wait, and so on where that frees a place they liked less.

    It ends: whoever moves only moves to a dearer wish. ``chosen_by`` reads their place on the page, without a letter.
    """
    run = AllocationRun.objects.published().filter(convention=convention).first()
    freed = deque(workshops if run else [])
    while freed:
        workshop = freed.popleft()
        if workshop.item.starts_at <= at:
            continue
        while _free(workshop, run) > 0 and (found := _next(workshop, run)):
            wait, less_dear = found
            for place in less_dear:
                _end(place, at)
                freed.append(place.workshop)
            is_choice = wait.registration == chosen_by
            wait.delete()
            given = WorkshopPlace.objects.create(
                registration=wait.registration,
                workshop=workshop,
                source=Source.CHOSEN if is_choice else Source.WAITING,
                given_at=max(at, wait.asked_at),
            )
            if not is_choice:
                outbox.owe("events.send_workshop_place", given.pk, [place.pk for place in less_dear])


def _free(workshop: Workshop, run: AllocationRun) -> int:
    return workshop.capacity - run.parameters["kept"] - workshop.places.live().count()


def _next(workshop: Workshop, run: AllocationRun) -> tuple[WorkshopWait, list[WorkshopPlace]] | None:
    """The first who may have a place, with those they hold at these hours and like less."""
    waits = workshop.waits.in_order().filter(registration__status=Registration.Status.CONFIRMED)
    for wait in waits.select_related("registration__attendee"):
        held = list(wait.registration.places.live().at_the_hours_of(workshop).select_related("workshop__item"))
        if all(_is_dearer(wait, place) for place in held) and _within_cap(workshop, wait, run):
            return wait, held
    return None


def _is_dearer(wait: WorkshopWait, place: WorkshopPlace) -> bool:
    """Than the place that they hold: both were wished, and this one more."""
    wish = Wish.objects.filter(registration=wait.registration, workshop=place.workshop).first()
    return wait.rank is not None and wish is not None and wait.rank < wish.rank


def _within_cap(workshop: Workshop, wait: WorkshopWait, run: AllocationRun) -> bool:
    cap = run.parameters["organisation_cap"] or workshop.organisation_cap
    organisation = wait.registration.attendee.organisation_id
    if cap is None or organisation is None:
        return True
    return workshop.places.live().filter(registration__attendee__organisation=organisation).count() < cap
