from events.models.allocation_run import AllocationRun
from events.models.convention import Convention, ProgrammeItem, Workshop
from events.models.registration import Attendee, Registration
from events.models.wish import Wish, WorkshopPlace, WorkshopWait

__all__ = [
    "AllocationRun",
    "Attendee",
    "Convention",
    "ProgrammeItem",
    "Registration",
    "Wish",
    "Workshop",
    "WorkshopPlace",
    "WorkshopWait",
]
