from charter.models.adhesion import Adhesion, adhering_filter, adhesion_text
from charter.models.archive import Archive
from charter.models.campaign import Campaign, Concerned
from charter.models.carried import CarriedOver
from charter.models.challenge import PasskeyChallenge
from charter.models.evidence import EvidenceEvent
from charter.models.mandate import Mandate
from charter.models.member_invitation import InvitationList, MemberInvitation
from charter.models.paper import Paper, Unsealed
from charter.models.preparation import Deliberation, SigningCode, Transmission
from charter.models.register import RegisterLine
from charter.models.reminder import Recipient, Reminder
from charter.models.signature import (
    Signature,
    StandingState,
    consent_text,
    signatory_filter,
    signatory_state,
    since,
    standing_state,
)
from charter.models.version import Article, CharterVersion
from charter.models.withdrawal import Withdrawal, withdrawal_text

__all__ = [
    "Adhesion",
    "Archive",
    "Article",
    "Campaign",
    "CarriedOver",
    "CharterVersion",
    "Concerned",
    "Deliberation",
    "EvidenceEvent",
    "InvitationList",
    "Mandate",
    "MemberInvitation",
    "Paper",
    "PasskeyChallenge",
    "Recipient",
    "RegisterLine",
    "Reminder",
    "Signature",
    "SigningCode",
    "StandingState",
    "Transmission",
    "Unsealed",
    "Withdrawal",
    "adhering_filter",
    "adhesion_text",
    "consent_text",
    "signatory_filter",
    "signatory_state",
    "since",
    "standing_state",
    "withdrawal_text",
]
