"""What becomes of proposals: duplicates brought together, a decision with its motive. Each author is told of each."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from alliance import outbox
from alliance.lib.errors import Conflict
from events.models import Proposal, ProposalStep
from events.models.proposal_families import authors_below
from partners.models import User

State, Kind = Proposal.State, ProposalStep.Kind
CHANGED = "Cette proposition a changé depuis que vous avez ouvert cette page."


def merge_proposals(*, kept: Proposal, others: list[Proposal], by: User, at: datetime) -> list[Proposal]:
    """Bring ``others`` into ``kept``: whoever said or supports them stands behind it; each merger can be undone.

    Raises ValidationError without another; Conflict: "elsewhere", "merged", "on_roadmap".
    """
    if not others or kept in others:
        raise ValidationError("Choisissez au moins deux propositions, et celle qui reste.")
    with transaction.atomic():
        kept, *others = locked([kept, *others])
        if any(other.workshop.item.convention_id != kept.workshop.item.convention_id for other in others):
            raise Conflict("Ces propositions ne sont pas de la même Convention.", code="elsewhere")
        if any(each.merged_into_id for each in [kept, *others]):
            raise Conflict("L’une de ces propositions vient d’être réunie à une autre.", code="merged")
        if any(other.roadmap_item_id for other in others):
            message = "Une proposition de la feuille de route ne se réunit pas à une autre : gardez plutôt celle-là."
            raise Conflict(message, code="on_roadmap")
        for other in others:
            told = authors_below([kept, other])
            other.state_before, other.state, other.merged_into = other.state, State.MERGED, kept
            other.save(update_fields=["state_before", "state", "merged_into"])
            tell(note(other, Kind.MERGED, by=by, at=at, other=kept), told)
    return others


def undo_merge(*, proposal: Proposal, by: User, at: datetime) -> Proposal:
    """It stands alone again, as it stood before. Raises Conflict: "not_merged"."""
    with transaction.atomic():
        (proposal,) = locked([proposal])
        if proposal.merged_into_id is None:
            raise Conflict("Cette proposition n’est réunie à aucune autre.", code="not_merged")
        kept = proposal.merged_into
        proposal.state, proposal.state_before, proposal.merged_into = proposal.state_before, "", None
        proposal.save(update_fields=["state_before", "state", "merged_into"])
        tell(note(proposal, Kind.UNMERGED, by=by, at=at, other=kept), authors_below([kept, proposal]))
    return proposal


def decide(
    *, proposal: Proposal, state: str, motive: str, wording: str = "", seen: str | None = None, by: User, at: datetime
) -> Proposal:
    """Retain it, put it to study, or not retain it, with a motive that everybody reads.

    ``wording`` replaces the text in public. Its authors are told, unless only the wording changes. ``seen``: the
    ``stamp`` of what the agent read. Raises ValidationError "motive", "state"; Conflict: "changed_meanwhile",
    "merged", "on_roadmap".
    """
    if state not in Proposal.DECIDED:
        raise ValidationError({"state": "Choisissez une décision."})
    if not motive.strip():
        raise ValidationError({"motive": "Donnez le motif : il sera public."})
    with transaction.atomic():
        (proposal,) = locked([proposal])
        _refuse_decision(proposal, state, seen)
        is_news = (proposal.state, proposal.motive) != (state, motive.strip())
        wording = wording.strip()
        proposal.wording = "" if wording == proposal.text else wording
        if is_news:
            proposal.state, proposal.motive = State(state), motive.strip()
            proposal.decided_at, proposal.decided_by = at, by
        proposal.save(update_fields=["wording", "state", "motive", "decided_at", "decided_by"])
        if is_news:
            tell(note(proposal, Kind(state), by=by, at=at, motive=proposal.motive), authors_below([proposal]))
    return proposal


def _refuse_decision(proposal: Proposal, state: str, seen: str | None) -> None:
    if seen is not None and seen != stamp(proposal):
        raise Conflict(CHANGED, code="changed_meanwhile")
    if proposal.merged_into_id:
        raise Conflict("Cette proposition est réunie à une autre : décidez de l’autre.", code="merged")
    if proposal.roadmap_item_id and state != State.RETAINED:
        message = "Cette proposition est dans la feuille de route : retirez-l’en d’abord."
        raise Conflict(message, code="on_roadmap")


def stamp(proposal: Proposal) -> str:
    """Changes whenever a decision does."""
    decided = proposal.decided_at.isoformat() if proposal.decided_at else ""
    return f"{proposal.state} {decided}".strip()


def locked(proposals: list[Proposal]) -> list[Proposal]:
    """In the order of the list; the rows are always locked in one order, so that nobody waits for each other."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("workshop__item", "merged_into")
    found = rows.order_by("pk").in_bulk([proposal.pk for proposal in proposals])
    return [found[proposal.pk] for proposal in proposals]


def note(proposal: Proposal, kind: str, *, by: User | None, at: datetime, **about) -> ProposalStep:
    return ProposalStep.objects.create(proposal=proposal, kind=kind, happened_at=at, by=by, **about)


def tell(step: ProposalStep, people) -> None:
    """A letter each, owed with the change itself."""
    outbox.owe_each("events.send_proposal_step", [(step.pk, registration.pk) for registration in people])
