from events.models.allocation_run import AllocationRun
from events.models.certificate import Certificate, CertificatePaper
from events.models.convention import Convention, ProgrammeItem, Workshop
from events.models.quota import Audience, SeatQuota
from events.models.registration import Attendee, Registration
from events.models.survey import SurveyAnswer, SurveyMark
from events.models.wish import Wish, WorkshopPlace, WorkshopWait

__all__ = [
    "AllocationRun",
    "Attendee",
    "Audience",
    "Certificate",
    "CertificatePaper",
    "Convention",
    "ProgrammeItem",
    "Registration",
    "SeatQuota",
    "SurveyAnswer",
    "SurveyMark",
    "Wish",
    "Workshop",
    "WorkshopPlace",
    "WorkshopWait",
]
