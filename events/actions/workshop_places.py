"""Places in workshops once allotted: given back, asked for, given to the next. One lock: the row of the Convention."""

from collections import deque

from django.core.exceptions import ValidationError
from django.db import transaction

from alliance import outbox
from alliance.lib.errors import Conflict, conflict_on
from events.models import AllocationRun, Convention, Registration, Wish, Workshop, WorkshopPlace, WorkshopWait

Source = WorkshopPlace.Source
PLACES_HELD = "Des personnes ont une place dans cet atelier : ses places ne descendent pas sous leur nombre."


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
        end_place(place, at)
        fill(convention, [place.workshop, *awaited_by(registration)], at=at)
    return place


def release_places(registration: Registration, convention: Convention, *, at) -> None:
    """Whoever does not come any more leaves their workshops to others. The caller holds the Convention's row."""
    registration.waits.all().delete()
    places = list(registration.places.live().select_related("workshop__item"))
    for place in places:
        end_place(place, at)
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
        workshop = Workshop.objects.select_related("item").get(pk=workshop.pk)  # its places may just have changed
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
    with transaction.atomic():
        Convention.objects.locked(registration.convention_id)
        if not registration.waits.filter(workshop=workshop).delete()[0]:
            raise Conflict("Vous n’attendez pas de place dans cet atelier.", code="not_waiting")


def change_places(*, workshop: Workshop, capacity: int, at) -> Workshop:
    """Give the workshop ``capacity`` places; new ones go to those who wait, in this transaction.

    Raises ValidationError on a negative number, Conflict: "capacity_below_held".
    """
    if capacity < 0:
        raise ValidationError({"capacity": "Indiquez zéro ou un nombre positif de places."})
    with conflict_on("workshop_not_oversold", PLACES_HELD, code="capacity_below_held"):
        convention = Convention.objects.locked(workshop.item.convention_id)
        workshop = Workshop.objects.select_related("item").get(pk=workshop.pk)
        if capacity < workshop.places.live().count():
            raise Conflict(PLACES_HELD, code="capacity_below_held")
        workshop.capacity = capacity
        workshop.save(update_fields=["capacity"])
        fill(convention, [workshop], at=at)
    return workshop


def serve_workshops(*, convention: Convention, at) -> None:
    """Give what is free in any workshop to those who wait: after caps or hours were changed by hand."""
    with transaction.atomic():
        convention = Convention.objects.locked(convention.pk)
        fill(convention, list(Workshop.objects.filter(item__convention=convention).select_related("item")), at=at)


def awaited_by(registration: Registration) -> list[Workshop]:
    """The workshops that they wait for, the dearest first: one may be theirs once their hours are free."""
    return [wait.workshop for wait in registration.waits.in_order().select_related("workshop__item")]


def _refuse_begun(workshop: Workshop, at) -> None:
    if workshop.item.starts_at <= at:
        raise Conflict("Cet atelier a commencé : ses places ne changent plus ici.", code="past")


def end_place(place: WorkshopPlace, at) -> None:
    place.ended_at = max(at, place.given_at)
    place.save(update_fields=["ended_at"])


def fill(convention: Convention, workshops: list[Workshop], *, at, chosen_by: Registration | None = None) -> None:
    """Give what is free in these workshops to those who wait, and so on where that frees a place they liked less.

    It ends: each gift takes somebody off a list. ``chosen_by`` reads their place on the page, without a letter.
    """
    if not workshops:
        return
    run = AllocationRun.objects.published().filter(convention=convention).first()
    freed = deque(workshops if run else [])
    while freed:
        workshop = freed.popleft()
        if workshop.item.starts_at <= at:
            continue
        while _free(workshop, run) > 0 and (found := _next(workshop, run, at)):
            wait, less_dear = found
            for place in less_dear:
                end_place(place, at)
                freed.append(place.workshop)
            given = _give(wait, at, chosen=wait.registration == chosen_by)
            if given.source != Source.CHOSEN:
                outbox.owe("events.send_workshop_place", given.pk, [place.pk for place in less_dear])
            if less_dear:
                freed.extend(awaited_by(wait.registration))


def _give(wait: WorkshopWait, at, *, chosen: bool) -> WorkshopPlace:
    wait.delete()
    return WorkshopPlace.objects.create(
        registration=wait.registration,
        workshop=wait.workshop,
        source=Source.CHOSEN if chosen else Source.WAITING,
        given_at=max(at, wait.asked_at),
    )


def _free(workshop: Workshop, run: AllocationRun) -> int:
    return workshop.capacity - run.parameters["kept"] - workshop.places.live().count()


def _next(workshop: Workshop, run: AllocationRun, at) -> tuple[WorkshopWait, list[WorkshopPlace]] | None:
    """The first who may have a place, with those they hold at these hours and like less."""
    waits = workshop.waits.in_order().filter(registration__status=Registration.Status.CONFIRMED)
    for wait in waits.select_related("registration__attendee"):
        held = list(wait.registration.places.live().at_the_hours_of(workshop).select_related("workshop__item"))
        if all(_gives_way(place, wait, at) for place in held) and _within_cap(workshop, wait, run):
            return wait, held
    return None


def _gives_way(place: WorkshopPlace, wait: WorkshopWait, at) -> bool:
    """Whether they leave it for the one they wait for: not begun, both were wished, and that one more."""
    if place.workshop.item.starts_at <= at or wait.rank is None:
        return False
    wish = Wish.objects.filter(registration=wait.registration, workshop=place.workshop).first()
    return wish is not None and wait.rank < wish.rank


def _within_cap(workshop: Workshop, wait: WorkshopWait, run: AllocationRun) -> bool:
    cap = run.parameters["organisation_cap"] or workshop.organisation_cap
    organisation = wait.registration.attendee.organisation_id
    if cap is None or organisation is None:
        return True
    return workshop.places.live().filter(registration__attendee__organisation=organisation).count() < cap
