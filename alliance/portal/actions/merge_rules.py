"""What becomes of each row that names an organisation, when another absorbs it: one written rule for each relation.

A relation without a rule fails tests/portal/test_merge_rules.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from django.db.models import ForeignKey, Model, Q

from partners.models import Organisation


class Fate(Enum):
    MOVES = "moves"
    STAYS = "stays"
    DERIVED = "derived"  # kept by triggers, or made anew each night


class Doubled(Enum):
    """What becomes of a row whose twin the kept organisation has already."""

    STAYS = "stays"
    DROPPED = "dropped"
    ENDED = "ended"
    REFUSED = "refused"


ALL = Q()


@dataclass(frozen=True)
class Rule:
    """``same``: two rows with these values are twins, among those that are ``alike``; ``only``: which rows move at all.

    ``why``: for the preview, in one sentence, when rows do not simply move.
    """

    fate: Fate
    why: str = ""
    same: tuple[str, ...] = ()
    alike: Q = ALL
    doubled: Doubled = Doubled.STAYS
    only: Q = ALL


MOVES = Rule(Fate.MOVES)
DERIVED = Rule(Fate.DERIVED)
PROVES = Rule(Fate.STAYS, "Une preuve ne change pas d’organisation : elle reste à l’ancienne fiche, au nom du jour.")
EXPIRES = Rule(Fate.STAYS, "Ces codes expirent d’eux-mêmes.")
HISTORY = Rule(Fate.STAYS, "Ce qui est arrivé à l’ancienne fiche reste à elle.")
WAITING = Q(sent_at__isnull=False, answered_at__isnull=True, revoked_at__isnull=True)
ALREADY = "Ceux que la fiche gardée a déjà ne sont pas doublés."

RULES = {
    "partners.Organisation.parent": MOVES,
    "partners.Organisation.absorbed_into": MOVES,
    "partners.Organisation_axes.organisation": Rule(
        Fate.MOVES, ALREADY, same=("axis_id",), doubled=Doubled.STAYS
    ),
    "partners.FormerAddress.organisation": MOVES,
    "partners.IdentityEvent.organisation": HISTORY,
    "partners.IdentityEvent.other": HISTORY,
    "partners.Viewing.organisation": HISTORY,
    "partners.Merge.keep": HISTORY,
    "partners.Merge.gone": HISTORY,
    "partners.NotDuplicate.first": HISTORY,
    "partners.NotDuplicate.second": HISTORY,
    "partners.LikelyPair.first": DERIVED,
    "partners.LikelyPair.second": DERIVED,
    "partners.Agreement.organisation": MOVES,
    "partners.Project.lead": MOVES,
    "partners.ProjectPartner.organisation": Rule(
        Fate.MOVES, ALREADY, same=("project_id", "role"), doubled=Doubled.DROPPED
    ),
    "partners.ProjectDraft.organisation": MOVES,
    "partners.ProjectIndex.lead": DERIVED,
    "partners.ProjectCell.lead": DERIVED,
    "partners.ProjectChange.lead": DERIVED,
    "partners.ProposedChange.organisation": Rule(
        Fate.MOVES, same=("state",), alike=Q(state="waiting"), doubled=Doubled.REFUSED,
        why="Un profil de chacune des deux fiches attend la modération : décidez d’abord de l’un des deux.",
    ),
    "partners.Correction.organisation": MOVES,
    "partners.Need.organisation": MOVES,
    "partners.PartnerNote.organisation": MOVES,
    "partners.ApiToken.organisation": MOVES,
    "partners.Membership.organisation": Rule(
        Fate.MOVES, "Une personne qui a le même rôle dans les deux fiches le garde une fois : l’autre prend fin.",
        same=("user_id", "role"), alike=Q(ends_on__isnull=True), doubled=Doubled.ENDED,
    ),
    "partners.Invitation.organisation": Rule(
        Fate.MOVES, "Qui est déjà invité au même rôle par la fiche gardée garde cette invitation-là.",
        same=("email", "role"), alike=Q(accepted_at=None, revoked_at=None), doubled=Doubled.STAYS,
    ),
    "partners.JoinRequest.organisation": Rule(
        Fate.MOVES, ALREADY, same=("number", "email"), alike=Q(state="waiting"), doubled=Doubled.STAYS
    ),
    "charter.Signature.organisation": PROVES,
    "charter.Withdrawal.organisation": PROVES,
    "charter.Adhesion.organisation": PROVES,
    "charter.Adhesion.network": PROVES,
    "charter.InvitationList.network": MOVES,
    "charter.MemberInvitation.network": Rule(
        Fate.MOVES, ALREADY, same=("organisation_id", "version_id"), alike=WAITING, doubled=Doubled.STAYS
    ),
    "charter.MemberInvitation.organisation": Rule(
        Fate.MOVES, ALREADY, same=("network_id", "version_id"), alike=WAITING, doubled=Doubled.STAYS
    ),
    "charter.EvidenceEvent.organisation": PROVES,
    "charter.RegisterLine.organisation": PROVES,
    "charter.Recipient.organisation": PROVES,
    "partners.MailingRecipient.organisation": HISTORY,
    "charter.Mandate.organisation": Rule(
        Fate.STAYS, "Un mandat vaut pour l’entité qui l’a donné : il ne passe pas à une autre. Demandez-en un nouveau."
    ),
    "charter.Concerned.organisation": Rule(
        Fate.MOVES, "La liste d’une campagne ouverte ne change pas.",
        same=("campaign_id",), doubled=Doubled.DROPPED, only=Q(campaign__opened_at__isnull=True),
    ),
    "charter.Transmission.organisation": MOVES,
    "charter.Deliberation.organisation": Rule(Fate.MOVES, ALREADY, same=("version_id",), doubled=Doubled.DROPPED),
    "charter.SigningCode.organisation": EXPIRES,
    "charter.PasskeyChallenge.organisation": EXPIRES,
    "events.InvitationRound.organisation": HISTORY,
    "events.Guest.organisation": MOVES,
    "events.Attendee.organisation": Rule(
        Fate.MOVES, "Une personne connue des deux fiches garde, sous l’ancienne, les inscriptions faites pour elle.",
        same=("email",), alike=~Q(email=""), doubled=Doubled.STAYS,
    ),
}  # fmt: skip


def relations() -> Iterator[tuple[str, type[Model], ForeignKey]]:
    """Every column of every table that names an organisation."""
    for relation in Organisation._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and not relation.many_to_many:
            model, field = relation.related_model, relation.field
            yield f"{model._meta.label}.{field.name}", model, field
