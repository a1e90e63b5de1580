"""A need and a resource brought together: proposed by one side, answered by the other, then a project."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from alliance import outbox
from alliance.lib import french
from alliance.lib.errors import Conflict, conflict_on
from partners.actions.projects import WRITERS, free_slug, may_write_for
from partners.models import Match, Membership, Need, Project, Resource, User
from partners.models.match import fits, reason
from partners.models.message import delegates_of, national_team

Side = Match.Side
ALREADY = "Cette ressource est déjà proposée pour ce besoin."
ANSWERED = "Ce besoin a déjà trouvé sa réponse."
ANOTHER = "Une autre ressource a répondu à ce besoin."


def propose(*, need: Need, resource: Resource, by: User, at: datetime | None = None) -> Match:
    """Bring them together, with the reason as it was shown, and tell the other side.

    A partner's writer asks for a resource; an agent offers one for a need of the perimeter. Raises Conflict
    "already_proposed", "no_match" (another kind or axis, too far, over); PermissionDenied.
    """
    at = at or timezone.now()
    side = side_of(need, by)
    with conflict_on("match_live_once", ALREADY, code="already_proposed"):
        need = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
        resource = Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
        if not fits(need, resource, timezone.localdate(at)):
            raise Conflict("Ce besoin et cette ressource ne vont plus ensemble.", code="no_match")
        match = Match.objects.create(
            need=need, resource=resource, reason=reason(need, resource), proposed_side=side, proposed_by=by,
            proposed_at=at,
        )  # fmt: skip
        for person in other_side(match):
            outbox.owe("partners.send_match_proposed", match.pk, person.pk)
    return match


def side_of(need: Need, by: User) -> str:
    if may_write_for(by, need.organisation):
        return Side.PARTNER
    if by.is_staff and Need.objects.writable_by(by).filter(pk=need.pk).exists():
        return Side.POST
    raise PermissionDenied


def other_side(match: Match) -> list[User]:
    """Who answers: the writers of the organisation, or the delegates of the resource's région."""
    if match.proposed_side == Side.PARTNER:
        region = match.resource.region
        return list((delegates_of(region) if region else None) or national_team())
    live = Membership.objects.live().filter(organisation=match.need.organisation_id, role__in=WRITERS)
    return list(User.objects.filter(pk__in=live.values("user"), is_active=True).order_by("pk"))


def may_answer(match: Match, by: User) -> bool:
    if match.proposed_side == Side.POST:
        return may_write_for(by, match.need.organisation)
    return by.is_staff and Match.objects.writable_by(by).filter(pk=match.pk).exists()


def accept(*, match: Match, by: User, at: datetime | None = None) -> Match:
    """The need becomes a project to be read by La Poste, which keeps where it comes from. Other proposals are declined.

    Raises Conflict "decided", "need_over", "resource_over", "answered"; PermissionDenied for the side that proposed.
    """
    at = at or timezone.now()
    with conflict_on("match_accepted_once", ANSWERED, code="answered"):
        match, need = _waiting(match, by)
        on = timezone.localdate(at)
        if not need.is_open(on):
            raise Conflict("Ce besoin n’est plus ouvert.", code="need_over")
        if not match.resource.is_open(on):
            raise Conflict("Cette ressource n’est plus disponible.", code="resource_over")
        match.accepted, match.decided_by, match.decided_at = True, by, at
        match.project = _project_of(match, need, at)
        match.save(update_fields=["accepted", "decided_by", "decided_at", "project"])
        Match.objects.waiting().filter(need=need).update(accepted=False, decided_at=at, decided_by=by, motive=ANOTHER)
        need.ended_at, need.outcome = at, Need.Outcome.MATCHED
        need.save(update_fields=["ended_at", "outcome"])
        outbox.owe("partners.send_match_decided", match.pk)
    return match


def decline(*, match: Match, by: User, motive: str, at: datetime | None = None) -> Match:
    """Raises Conflict "decided"; ValidationError "motive"; PermissionDenied for the side that proposed."""
    if not motive.strip():
        raise ValidationError({"motive": "Donnez le motif en quelques mots."})
    with transaction.atomic():
        match, _ = _waiting(match, by)
        match.accepted, match.decided_by, match.decided_at = False, by, at or timezone.now()
        match.motive = motive.strip()
        match.save(update_fields=["accepted", "decided_by", "decided_at", "motive"])
        outbox.owe("partners.send_match_decided", match.pk)
    return match


def _waiting(match: Match, by: User) -> tuple[Match, Need]:
    """The need is locked first: whatever is decided about it waits its turn."""
    if not may_answer(match, by):
        raise PermissionDenied
    need = Need.objects.select_for_update(of=("self",)).select_related("organisation", "axis").get(pk=match.need_id)
    rows = Match.objects.select_for_update(of=("self",)).select_related("resource")
    match = rows.get(pk=match.pk)
    if match.accepted is not None:
        raise Conflict("Cette proposition a déjà sa réponse.", code="decided")
    return match, need


def _project_of(match: Match, need: Need, at: datetime) -> Project:
    origin = (
        f"Né d’un besoin {french.of(need.organisation.label)} et d’une ressource de La Poste : {match.resource.title}"
    )
    project = Project.objects.create(
        slug=free_slug(need.title), title=need.title, summary=need.description[:280], lead=need.organisation,
        commune=need.commune, state=Project.State.IDEA, moderation=Project.Moderation.SUBMITTED,
        submitted_by=need.created_by, submitted_at=at, confirmed_on=timezone.localdate(at), origin=origin[:200],
        is_demo=need.is_demo,
    )  # fmt: skip
    project.axes.set([need.axis])
    return project
