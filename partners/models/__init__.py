from partners.models.agreement import Agreement
from partners.models.agreement_file import AgreementFile
from partners.models.agreement_reference import AgreementTemplate, GroupEntity
from partners.models.agreement_review import AgreementAction, AgreementReview, ReviewAnswer
from partners.models.agreement_signing import AgreementDocument, AgreementSigner
from partners.models.agreement_talk import AgreementAlert, AgreementComment, AgreementEvent, AgreementRemark
from partners.models.agreement_version import AgreementVersion
from partners.models.alert import Alert
from partners.models.arrival import Invitation, JoinRequest
from partners.models.assignment import Assignment
from partners.models.axis import Axis, Stake
from partners.models.bounce import Bounce
from partners.models.bulk import BulkAct, BulkLine
from partners.models.correction import Correction
from partners.models.departure import Departure
from partners.models.draft import ProjectDraft
from partners.models.follow_up import FollowUp, UpdateLink
from partners.models.identity import FormerAddress, IdentityEvent, Merge, NotDuplicate
from partners.models.likely_pair import LikelyPair
from partners.models.mailing import Mailing, MailingRecipient, MailRefusal, Resending
from partners.models.mailing_selection import MailingSelection
from partners.models.match import Match
from partners.models.message import TerritoryMessage
from partners.models.need import Need
from partners.models.note import PartnerNote
from partners.models.organisation import Organisation
from partners.models.people import Membership, StaffPerimeter, User
from partners.models.personal import DataExport, Erasure, MutedLetter
from partners.models.programme import ProgrammeCount
from partners.models.project import Project
from partners.models.project_index import ProjectCell, ProjectChange, ProjectCube, ProjectIndex
from partners.models.project_parts import ProjectFigure, ProjectPartner, ProjectPhoto
from partners.models.proposed_change import ProposedChange
from partners.models.resource import Resource
from partners.models.returned_mail import ReturnedMail
from partners.models.saved_view import DefaultView, SavedView
from partners.models.sheet import SheetImport, SheetMatching, SheetProgress, SheetRow
from partners.models.sheet_export import SheetExport
from partners.models.steering import SteeringReader, SteeringReport, SteeringSending
from partners.models.territory import Commune, Department, Epci, FormerCommune, Region
from partners.models.token import ApiToken
from partners.models.viewing import ViewedPage, Viewing
from partners.models.vocabulary import VocabularyWord

__all__ = [
    "Agreement",
    "AgreementAction",
    "AgreementAlert",
    "AgreementComment",
    "AgreementDocument",
    "AgreementEvent",
    "AgreementFile",
    "AgreementRemark",
    "AgreementReview",
    "AgreementSigner",
    "AgreementTemplate",
    "AgreementVersion",
    "Alert",
    "ApiToken",
    "Assignment",
    "Axis",
    "Bounce",
    "BulkAct",
    "BulkLine",
    "Commune",
    "Correction",
    "DataExport",
    "DefaultView",
    "Department",
    "Departure",
    "Epci",
    "Erasure",
    "FollowUp",
    "FormerAddress",
    "FormerCommune",
    "GroupEntity",
    "IdentityEvent",
    "Invitation",
    "JoinRequest",
    "LikelyPair",
    "MailRefusal",
    "Mailing",
    "MailingRecipient",
    "MailingSelection",
    "Match",
    "Membership",
    "Merge",
    "MutedLetter",
    "Need",
    "NotDuplicate",
    "Organisation",
    "PartnerNote",
    "ProgrammeCount",
    "Project",
    "ProjectCell",
    "ProjectChange",
    "ProjectCube",
    "ProjectDraft",
    "ProjectFigure",
    "ProjectIndex",
    "ProjectPartner",
    "ProjectPhoto",
    "ProposedChange",
    "Region",
    "Resending",
    "Resource",
    "ReturnedMail",
    "ReviewAnswer",
    "SavedView",
    "SheetExport",
    "SheetImport",
    "SheetMatching",
    "SheetProgress",
    "SheetRow",
    "StaffPerimeter",
    "Stake",
    "SteeringReader",
    "SteeringReport",
    "SteeringSending",
    "TerritoryMessage",
    "UpdateLink",
    "User",
    "ViewedPage",
    "Viewing",
    "VocabularyWord",
]
