from events.models.allocation_run import AllocationRun
from events.models.certificate import Certificate, CertificatePaper, UnsealedCertificate
from events.models.convention import Convention, ProgrammeItem, Workshop
from events.models.door import CheckIn, Door
from events.models.feed import CalendarFeed
from events.models.invitation import Guest, InvitationRound
from events.models.needs import AttendeeNeeds
from events.models.programme import ProgrammeChange, ProgrammeVersion
from events.models.proposal import Proposal, ProposalAuthor, ProposalStep, ProposalSupport
from events.models.quota import Audience, SeatQuota
from events.models.registration import Attendee, Registration
from events.models.reminder import ReminderMark
from events.models.roadmap import RoadmapItem, RoadmapProject, RoadmapStep
from events.models.speaker import Speaker
from events.models.survey import SurveyAnswer, SurveyMark
from events.models.wish import Wish, WorkshopPlace, WorkshopWait
from events.models.workshop_table import WorkshopTable

__all__ = [
    "AllocationRun",
    "Attendee",
    "AttendeeNeeds",
    "Audience",
    "CalendarFeed",
    "Certificate",
    "CertificatePaper",
    "CheckIn",
    "Convention",
    "Door",
    "Guest",
    "InvitationRound",
    "ProgrammeChange",
    "ProgrammeItem",
    "ProgrammeVersion",
    "Proposal",
    "ProposalAuthor",
    "ProposalStep",
    "ProposalSupport",
    "Registration",
    "ReminderMark",
    "RoadmapItem",
    "RoadmapProject",
    "RoadmapStep",
    "SeatQuota",
    "Speaker",
    "SurveyAnswer",
    "SurveyMark",
    "UnsealedCertificate",
    "Wish",
    "Workshop",
    "WorkshopPlace",
    "WorkshopTable",
    "WorkshopWait",
]
