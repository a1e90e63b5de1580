"""A Convention whose workshops are wished for: its rows, and the acts that several files of tests try."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.delivery import deliver_all_due
from events.actions.allocation import publish_allocation, try_allocation
from events.models import AllocationRun, Convention, Registration, Wish, Workshop
from tests import builders

PLAIN = {"organisation_cap": None, "region_floor": None, "kept": 0}


def workshop(convention, title="Atelier", hour=0, capacity=10, **fields) -> Workshop:
    """An hour long; ``hour``: how many after the Convention begins."""
    begins = convention.starts_at + timedelta(hours=hour)
    item = convention.programme.create(
        kind="workshop", title=title, starts_at=begins, ends_at=begins + timedelta(hours=1)
    )
    return Workshop.objects.create(item=item, capacity=capacity, **fields)


def gathering(**fields) -> Convention:
    """Wishes are open: workshops A and B at the same hours, C after; one place each."""
    now = timezone.now()
    convention = builders.convention(
        wishes_open_at=now - timedelta(days=2), wishes_close_at=now + timedelta(days=2), **fields
    )
    for number, name in enumerate("ABC"):
        workshop(convention, title=name, hour=number // 2, capacity=1)
    return convention


def room(title: str) -> Workshop:
    return Workshop.objects.select_related("item").get(item__title=title)


def someone(convention, titles: str, name="", **fields) -> Registration:
    """Confirmed, with these wishes, the dearest first."""
    attendee = builders.attendee(**({"name": name} if name else {}), organisation=fields.pop("organisation", None))
    registration = builders.registration(convention, attendee, **fields)
    for rank, title in enumerate(titles, 1):
        Wish.objects.create(registration=registration, workshop=room(title), rank=rank)
    return registration


def tried(convention, seed="2027", **parameters) -> AllocationRun:
    made = try_allocation(convention=convention, seed=seed, parameters=PLAIN | parameters, by=None, at=timezone.now())
    deliver_all_due()
    made.refresh_from_db()
    return made


def closed(convention) -> None:
    Convention.objects.filter(pk=convention.pk).update(wishes_close_at=timezone.now() - timedelta(hours=1))


def published(convention, **parameters) -> AllocationRun:
    closed(convention)
    return publish_allocation(run=tried(convention, **parameters), by=None, at=timezone.now())


def held(registration) -> list[str]:
    places = registration.places.live().order_by("workshop__item__title")
    return list(places.values_list("workshop__item__title", flat=True))


def waiting_for(title: str) -> list[int]:
    return list(room(title).waits.in_order().values_list("registration", flat=True))


def refusal(act, **given) -> tuple[str, str]:
    with pytest.raises(Conflict) as raised:
        act(**given)
    return raised.value.code, raised.value.messages[0]
