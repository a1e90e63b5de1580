"""Letters about workshops: what was allotted and why, and a place that came later."""

from django.urls import reverse

from alliance.lib import mail
from events.allocation import replay
from events.allocation.told import Reasons
from events.models import AllocationRun, ProgrammeItem, Registration, WorkshopPlace
from events.models.door_links import workshops_path
from events.models.workshop_keys import key_of


def reasons_of(run: AllocationRun) -> Reasons:
    content = run.input
    allocation = replay.allocation_of(content, run.seed, run.given)
    return Reasons(allocation, replay.people_of(content), replay.workshops_of(content))


def send_workshops(registration_id: int, run_id: int, *, message_id: str) -> None:
    registration = _read(registration_id)
    if registration.status != Registration.Status.CONFIRMED:
        return
    run = AllocationRun.objects.get(pk=run_id)
    places = registration.places.live().select_related("workshop__item").order_by("workshop__item__starts_at")
    _send(
        "mail/events/workshops.txt",
        registration,
        message_id,
        run=run,
        places=list(places),
        sentences=sentences(run, registration),
        run_path=reverse("events:workshop_allocation", args=[registration.convention.slug]),
    )


def send_workshop_place(place_id: int, less_dear: list[int], *, message_id: str) -> None:
    place = WorkshopPlace.objects.select_related("workshop__item").get(pk=place_id)
    if place.ended_at is None:
        left = WorkshopPlace.objects.filter(pk__in=less_dear).select_related("workshop__item")
        registration = _read(place.registration_id)
        _send("mail/events/workshop_place.txt", registration, message_id, place=place, left=list(left))


def sentences(run: AllocationRun, registration: Registration) -> list[str]:
    """Why they have these workshops and not others, as it was when the allocation was published."""
    key, reasons = key_of(registration), reasons_of(run)
    person = next((row for row in replay.people_of(run.input) if row.key == key), None)
    if person is None:
        return []
    return reasons.of(person, titles_of(run))


def titles_of(run: AllocationRun) -> dict[str, str]:
    """By the key of the workshop in the file; one that was withdrawn since keeps its title."""
    items = ProgrammeItem.everything.filter(convention=run.convention_id, workshop__isnull=False)
    return {f"atelier-{pk}": title for pk, title in items.values_list("pk", "title")}


def _read(registration_id: int) -> Registration:
    rows = Registration.objects.select_related("convention", "attendee__user", "registered_by")
    return rows.get(pk=registration_id)


def _send(template: str, registration: Registration, message_id: str, **context) -> None:
    convention = registration.convention
    mail.send(
        to=[registration.attendee.email],
        template=template,
        context={
            "attendee": registration.attendee,
            "convention": convention,
            "convention_path": convention.get_absolute_url(),
            "wishes_path": workshops_path(registration),
            **context,
        },
        message_id=message_id,
    )
