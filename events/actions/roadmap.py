"""From proposals that were retained to actions, and from actions to projects. Authors are told of each step."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from alliance import outbox
from alliance.lib.errors import Conflict, conflict_on
from events.actions.proposals import locked, note, tell
from events.models import Proposal, ProposalStep, RoadmapItem, RoadmapProject, RoadmapStep
from events.models.proposal_families import authors_below
from partners.actions.projects import free_slug
from partners.models import Axis, Commune, Organisation, Project, User

State, Kind = RoadmapItem.State, RoadmapStep.Kind


def make_item(
    *, proposal: Proposal, title: str, axis: Axis | None = None, actions: str = "", by: User, at: datetime
) -> RoadmapItem:
    """A line of the roadmap, public at once, that comes from this proposal.

    Raises ValidationError without a title; Conflict: "not_retained", "on_roadmap".
    """
    with transaction.atomic():
        (proposal,) = locked([proposal])
        item = RoadmapItem(
            title=title.strip(),
            axis=axis,
            actions=actions.strip(),
            created_at=at,
            created_by=by,
            is_demo=proposal.is_demo,
        )
        item.full_clean()
        item.save()
        _note(item, Kind.PLANNED, by=by, at=at)
        _enter(proposal, item, by=by, at=at)
    return item


def enter_item(*, proposal: Proposal, item: RoadmapItem, by: User, at: datetime) -> Proposal:
    """Another proposal that this line answers. Raises Conflict: "not_retained", "on_roadmap"."""
    with transaction.atomic():
        (proposal,) = locked([proposal])
        return _enter(proposal, _locked(item), by=by, at=at)


def _enter(proposal: Proposal, item: RoadmapItem, *, by: User, at: datetime) -> Proposal:
    if proposal.state != Proposal.State.RETAINED:
        message = "Seule une proposition retenue entre dans la feuille de route."
        raise Conflict(message, code="not_retained")
    if proposal.roadmap_item_id:
        raise Conflict("Cette proposition est déjà dans la feuille de route.", code="on_roadmap")
    proposal.roadmap_item = item
    proposal.save(update_fields=["roadmap_item"])
    tell(_noted(proposal, ProposalStep.Kind.ON_ROADMAP, item, by=by, at=at), authors_below([proposal]))
    return proposal


def leave_item(*, proposal: Proposal, by: User, at: datetime) -> Proposal:
    """Raises Conflict: "not_on_roadmap", "last" (a line always says where it comes from: give it up instead)."""
    with transaction.atomic():
        (proposal,) = locked([proposal])
        if proposal.roadmap_item_id is None:
            raise Conflict("Cette proposition n’est pas dans la feuille de route.", code="not_on_roadmap")
        item = _locked(proposal.roadmap_item)
        if not item.proposals.exclude(pk=proposal.pk).exists():
            message = "C’est la seule proposition de cette action : abandonnez plutôt l’action."
            raise Conflict(message, code="last")
        proposal.roadmap_item = None
        proposal.save(update_fields=["roadmap_item"])
        tell(_noted(proposal, ProposalStep.Kind.OFF_ROADMAP, item, by=by, at=at), authors_below([proposal]))
    return proposal


def edit_item(*, item: RoadmapItem, title: str, axis: Axis | None, actions: str) -> RoadmapItem:
    """Its words: authors are not told. Raises ValidationError without a title."""
    with transaction.atomic():
        item = _locked(item)
        item.title, item.axis, item.actions = title.strip(), axis, actions.strip()
        item.full_clean()
        item.save(update_fields=["title", "axis", "actions"])
    return item


def change_state(*, item: RoadmapItem, state: str, note: str = "", by: User, at: datetime) -> RoadmapItem:
    """Launched, done, given up (with a reason), or planned again. Raises ValidationError; Conflict: "unchanged"."""
    if state not in State.values:
        raise ValidationError({"state": "Choisissez un état."})
    if state == State.DROPPED and not note.strip():
        raise ValidationError({"note": "Dites pourquoi l’action est abandonnée : ce sera public."})
    with transaction.atomic():
        item = _locked(item)
        if item.state == state:
            raise Conflict("Cette action est déjà dans cet état.", code="unchanged")
        item.state = State(state)
        item.save(update_fields=["state"])
        _tell(_note(item, Kind(state), by=by, at=at, note=note.strip()))
    return item


def link_project(*, item: RoadmapItem, project: Project, by: User, at: datetime) -> RoadmapProject:
    """A published project that carries this line. Raises Conflict: "not_public", "already_linked"."""
    with conflict_on("roadmap_project_once", "Ce projet est déjà relié à cette action.", code="already_linked"):
        item = _locked(item)
        if project.moderation != Project.Moderation.PUBLISHED:
            raise Conflict("Seul un projet publié se relie à la feuille de route.", code="not_public")
        link = RoadmapProject.objects.create(item=item, project=project, linked_at=at, linked_by=by, told_public_at=at)
        _tell(_note(item, Kind.PROJECT_LINKED, by=by, at=at, project=project))
    return link


def unlink_project(*, item: RoadmapItem, project: Project, by: User, at: datetime) -> None:
    """Raises Conflict: "not_linked", "born_here" (it says that it comes from there)."""
    with transaction.atomic():
        item = _locked(item)
        link = item.project_links.filter(project=project).first()
        if link is None:
            raise Conflict("Ce projet n’est pas relié à cette action.", code="not_linked")
        if link.is_born_here:
            raise Conflict("Ce projet est né de cette action : il le dit sur sa page.", code="born_here")
        link.delete()
        _tell(_note(item, Kind.PROJECT_UNLINKED, by=by, at=at, project=project))


def create_project(
    *,
    item: RoadmapItem,
    title: str,
    summary: str = "",
    lead: Organisation | None = None,
    commune: Commune | None = None,
    by: User,
    at: datetime,
) -> RoadmapProject:
    """A project *soumis*, to be read like any other, which says where it comes from. Raises ValidationError."""
    with transaction.atomic():
        item = _locked(item)
        project = Project(
            slug=free_slug(title),
            title=title.strip(),
            summary=summary.strip(),
            lead=lead,
            commune=commune,
            state=Project.State.IDEA,
            moderation=Project.Moderation.SUBMITTED,
            submitted_by=by,
            submitted_at=at,
            confirmed_on=timezone.localdate(at),
            origin=origin_of(item)[:200],
            is_demo=item.is_demo,
        )
        project.full_clean()
        project.save()
        project.axes.set([item.axis] if item.axis else [])
        link = RoadmapProject.objects.create(item=item, project=project, is_born_here=True, linked_at=at, linked_by=by)
        _tell(_note(item, Kind.PROJECT_BORN, by=by, at=at, project=project))
    return link


def tell_published(*, link: RoadmapProject, at: datetime) -> None:
    """The project that was born of a line is public: said on the line, and to authors, once."""
    with transaction.atomic():
        link = RoadmapProject.objects.select_for_update(of=("self",)).select_related("item", "project").get(pk=link.pk)
        if link.told_public_at is None and link.project.moderation == Project.Moderation.PUBLISHED:
            link.told_public_at = at
            link.save(update_fields=["told_public_at"])
            _tell(_note(link.item, Kind.PROJECT_PUBLIC, by=None, at=at, project=link.project))


def origin_of(item: RoadmapItem) -> str:
    """« Né d’une proposition de la Convention 2026 »."""
    first = item.proposals.select_related("workshop__item__convention").order_by("said_at", "pk").first()
    title = first.workshop.item.convention.title
    of = "la" if title.startswith("Convention") else "la rencontre"
    return f"Né d’une proposition de {of} {title}"


def _locked(item: RoadmapItem) -> RoadmapItem:
    return RoadmapItem.objects.select_for_update(of=("self",)).get(pk=item.pk)


def _noted(proposal: Proposal, kind: str, item: RoadmapItem, *, by: User, at: datetime) -> ProposalStep:
    return note(proposal, kind, by=by, at=at, roadmap_item=item)


def _note(item: RoadmapItem, kind: str, *, by: User | None, at: datetime, **about) -> RoadmapStep:
    return RoadmapStep.objects.create(item=item, kind=kind, happened_at=at, by=by, **about)


def _tell(step: RoadmapStep) -> None:
    """A letter to each author of each proposal that the line answers."""
    people = authors_below(step.item.proposals.all())
    outbox.owe_each("events.send_roadmap_step", [(step.pk, registration.pk) for registration in people])
