"""Allotting workshops: try, drop, publish. The trial itself is computed by a worker (events.tasks)."""

from django.core.exceptions import ValidationError
from django.db import transaction

from alliance import outbox
from alliance.lib.errors import Conflict, conflict_on
from events.allocation import Person, replay
from events.allocation import Workshop as Room
from events.allocation.terms import lots
from events.models import AllocationRun, Convention, Registration, Wish, Workshop, WorkshopPlace, WorkshopWait
from events.models.workshop_keys import key_of, key_of_workshop
from partners.models import User

State = AllocationRun.State
PUBLISHED_ALREADY = "Une attribution est déjà publiée : les places changent maintenant une à une."
STALE = "Des vœux, des inscriptions ou des ateliers ont changé depuis cet essai : relancez-le avec la même graine."


def workshops_of(convention: Convention):
    return Workshop.objects.filter(item__convention=convention).select_related("item", "axis").order_by(
        "item__starts_at", "item__ends_at", "item"
    )  # fmt: skip


def input_of(convention: Convention, parameters: dict) -> dict:
    """Workshops and the wishes of confirmed people; organisations and régions are numbered as they come."""
    cap, floor, kept = parameters["organisation_cap"], parameters["region_floor"], parameters["kept"]
    rooms = [
        Room(
            key_of_workshop(workshop),
            workshop.item.starts_at.isoformat(),
            workshop.item.ends_at.isoformat(),
            max(workshop.capacity - kept, 0),
            workshop.organisation_cap if cap is None else cap,
            workshop.region_floor if floor is None else floor,
        )
        for workshop in workshops_of(convention)
    ]
    seated = convention.registrations.filter(status=Registration.Status.CONFIRMED)
    rows = seated.select_related("attendee__organisation").prefetch_related("wishes__workshop")
    wishing = sorted((row for row in rows if row.wishes.all()), key=key_of)
    organisations, regions = {}, {}
    return replay.content([_person(row, organisations, regions) for row in wishing], rooms)


def _person(row: Registration, organisations: dict, regions: dict) -> Person:
    organisation = row.attendee.organisation
    region = organisation.region_id if organisation else None
    wishes = sorted(row.wishes.all(), key=lambda wish: wish.rank)
    return Person(
        key_of(row),
        tuple(key_of_workshop(wish.workshop) for wish in wishes),
        organisations.setdefault(organisation.pk, f"o{len(organisations) + 1}") if organisation else None,
        regions.setdefault(region, f"r{len(regions) + 1}") if region else None,
    )


def try_allocation(*, convention: Convention, seed: str, parameters: dict, by: User | None, at) -> AllocationRun:
    """Freeze the wishes of now and owe the computation. Raises ValidationError, Conflict: "published", "nothing"."""
    if not seed.strip():
        raise ValidationError({"seed": "Donnez une graine : un mot, une date, un nombre tiré en public."})
    with transaction.atomic():
        convention = Convention.objects.locked(convention.pk)
        if AllocationRun.objects.published().filter(convention=convention).exists():
            raise Conflict(PUBLISHED_ALREADY, code="published")
        content = input_of(convention, parameters)
        if not content["people"]:
            raise Conflict("Personne n’a encore classé d’ateliers.", code="nothing")
        run = AllocationRun.objects.create(
            convention=convention,
            seed=seed.strip(),
            parameters=parameters,
            input=content,
            input_digest=replay.digest(content),
            made_at=at,
            made_by=by,
        )
        outbox.owe("events.allot_workshops", run.pk)
    return run


def drop_allocation(*, run: AllocationRun) -> AllocationRun:
    """Set a trial aside. Raises Conflict: "published"."""
    with transaction.atomic():
        run = AllocationRun.objects.select_for_update().get(pk=run.pk)
        if run.state == State.PUBLISHED:
            raise Conflict(PUBLISHED_ALREADY, code="published")
        run.state = State.DROPPED
        run.save(update_fields=["state"])
    return run


def publish_allocation(*, run: AllocationRun, by: User | None, at) -> AllocationRun:
    """Give the places of a trial, open the waiting lists, and owe everybody confirmed a letter.

    Raises Conflict: "not_preview", "wishes_open", "stale", "published", "not_published".
    """
    with conflict_on("allocation_published_once", PUBLISHED_ALREADY, code="published"):
        convention = Convention.objects.locked(run.convention_id)
        if convention.state != Convention.State.PUBLISHED:
            raise Conflict("Cette rencontre n’est pas publiée, ou elle est annulée.", code="not_published")
        run = AllocationRun.objects.select_for_update().get(pk=run.pk)
        if AllocationRun.objects.published().filter(convention=convention).exists():
            raise Conflict(PUBLISHED_ALREADY, code="published")
        if run.state != State.PREVIEW:
            raise Conflict("Cet essai n’est pas calculé, ou il est écarté.", code="not_preview")
        if convention.wishes_state(at) == "open":
            raise Conflict("Les vœux sont encore ouverts : publiez après leur clôture.", code="wishes_open")
        # Whoever was changing wishes at the closing ends first; whoever comes now finds the allocation published.
        list(convention.registrations.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        if replay.digest(input_of(convention, run.parameters)) != run.input_digest:
            raise Conflict(STALE, code="stale")
        run.state, run.published_at, run.published_by = State.PUBLISHED, at, by
        run.save(update_fields=["state", "published_at", "published_by"])
        others = AllocationRun.objects.filter(convention=convention).exclude(pk=run.pk)
        others.update(state=State.DROPPED)
        _give(convention, run, at)
    return run


def _give(convention: Convention, run: AllocationRun, at) -> None:
    drawn = lots(replay.people_of(run.input), run.seed)
    places, waits = [], []
    wishes = Wish.objects.filter(registration__in=convention.registrations.live())
    for wish in wishes.select_related("registration", "workshop"):
        key = key_of(wish.registration)
        whose = {"registration": wish.registration, "workshop": wish.workshop}
        if key_of_workshop(wish.workshop) in run.given.get(key, ()):
            places.append(WorkshopPlace(**whose, source=WorkshopPlace.Source.ALLOCATION, given_at=at))
        else:
            waits.append(WorkshopWait(**whose, rank=wish.rank, lot=drawn.get(key), asked_at=at))
    WorkshopPlace.objects.bulk_create(places)
    WorkshopWait.objects.bulk_create(waits)
    seated = convention.registrations.filter(status=Registration.Status.CONFIRMED)
    for pk in seated.order_by("pk").values_list("pk", flat=True):
        outbox.owe("events.send_workshops", pk, run.pk)
