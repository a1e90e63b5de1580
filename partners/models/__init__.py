from partners.models.agreement import Agreement
from partners.models.alert import Alert
from partners.models.axis import Axis, Stake
from partners.models.departure import Departure
from partners.models.message import TerritoryMessage
from partners.models.organisation import Organisation
from partners.models.people import Membership, StaffPerimeter, User
from partners.models.programme import ProgrammeCount
from partners.models.project import Correction, Project, ProjectFigure, ProjectPartner
from partners.models.project_index import ProjectCell, ProjectChange, ProjectCube, ProjectIndex
from partners.models.territory import Commune, Department, Epci, FormerCommune, Region
from partners.models.token import ApiToken
from partners.models.vocabulary import VocabularyWord

__all__ = [
    "Agreement",
    "Alert",
    "ApiToken",
    "Axis",
    "Commune",
    "Correction",
    "Department",
    "Departure",
    "Epci",
    "FormerCommune",
    "Membership",
    "Organisation",
    "ProgrammeCount",
    "Project",
    "ProjectCell",
    "ProjectChange",
    "ProjectCube",
    "ProjectFigure",
    "ProjectIndex",
    "ProjectPartner",
    "Region",
    "StaffPerimeter",
    "Stake",
    "TerritoryMessage",
    "User",
    "VocabularyWord",
]
