"""The day of a Convention, for the route matrix: tickets and doors by their links, the team's pages."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from events.models import CheckIn
from events.models import Door as Entrance
from events.models.door_links import door_path, ticket_path
from tests import builders
from tests.portal.matrix import Door
from tests.portal.matrix_asking import Noun

MISSING = "00000000-0000-0000-0000-000000000000"
NATIONAL = {"post": "national", "agents": 403}
DOORS = {
    "events:ticket": Door("key", "ticket"),
    "events:ticket_file": Door("key", "ticket"),
    "events:ticket_workshops": Door("key", "ticket", post="key"),
    "events:door_worker": Door("public"),
    "events:door": Door("key", "door"),
    "events:door_enter": Door("", "door", post="key"),
    "events:door_undo": Door("", "door", post="key"),
    "events:door_seat": Door("", "door", post="key", body={"entry": MISSING, "workshop": MISSING}),
    "events:door_people": Door("key", "door"),
    "events:door_marks": Door("key", "door"),
    "staff_attendance": Door("staff", "any_convention", post="national"),
    "staff_door": Door("national", "staff_door", **NATIONAL),
    "staff_entry": Door("", "staff_entry", post="national", agents=403),
    "staff_desk_entry": Door("", "any_convention", post="national", agents=403),
    "staff_workshop_seat": Door("", "any_convention", post="national", agents=403),
    "staff_badges": Door("national", "any_convention", agents=403),
}


def door_nouns(shared: dict) -> dict[str, Noun]:
    """A door of ``c26``, open now; somebody came through it."""
    now, convention = timezone.now(), shared["convention"]
    times = {"opens_at": now - timedelta(hours=1), "closes_at": now + timedelta(hours=8), "made_at": now}
    door = Entrance.objects.create(convention=convention, name="Porte A", **times)
    elsewhere = Entrance.objects.create(convention=builders.convention(), name="Porte A", **times)
    came = builders.registration(convention)
    entry = CheckIn.objects.create(
        key=uuid4(), door=door, registration=came, means="scan", happened_at=now, received_at=now
    )
    return {
        "ticket": Noun({"token": ticket_path(came).split("/")[2]}),
        "door": Noun({"token": door_path(door).split("/")[2]}),
        "staff_door": Noun(
            {"slug": "c26", "public_id": door.public_id},
            hidden=[({"slug": "c26", "public_id": elsewhere.public_id}, {"slug": "c26", "public_id": MISSING})],
        ),
        "staff_entry": Noun({"slug": "c26", "key": entry.key}),
    }
