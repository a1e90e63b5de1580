"""Where one joins online: for those whose seat is confirmed, and nobody else."""

from django.db.models import Exists, OuterRef, Q

from events.models.allocation_run import AllocationRun
from events.models.convention import ProgrammeItem
from events.models.registration import Registration
from events.models.wish import WorkshopPlace


def online_items_of(registration: Registration) -> list[ProgrammeItem]:
    """The temps that they may follow online. Once workshops are allotted, only those where they have a place."""
    if registration.status != Registration.Status.CONFIRMED:
        return []
    held = WorkshopPlace.objects.live().filter(workshop__item=OuterRef("pk"), registration=registration)
    allotted = AllocationRun.objects.published().filter(convention=OuterRef("convention"))
    free = ~Q(kind=ProgrammeItem.Kind.WORKSHOP) | ~Exists(allotted) | Exists(held)
    rows = ProgrammeItem.objects.filter(convention=registration.convention_id).exclude(online_url="")
    return list(rows.filter(free))
