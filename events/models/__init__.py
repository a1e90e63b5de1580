from events.models.allocation_run import AllocationRun
from events.models.convention import Convention, ProgrammeItem, Workshop
from events.models.quota import Audience, SeatQuota
from events.models.registration import Attendee, Registration
from events.models.wish import Wish, WorkshopPlace, WorkshopWait

__all__ = [
    "AllocationRun",
    "Attendee",
    "Audience",
    "Convention",
    "ProgrammeItem",
    "Registration",
    "SeatQuota",
    "Wish",
    "Workshop",
    "WorkshopPlace",
    "WorkshopWait",
]
