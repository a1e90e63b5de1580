"""What happens to a territorial project: written, submitted, published or returned, confirmed, corrected."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from alliance import outbox
from alliance.lib.errors import Conflict
from partners.actions.editorial import changed, reach, replace_figures, same_aims, snapshot
from partners.actions.moderation import CHANGED, seen_of, write_values
from partners.actions.proposals import keep_proposal, stamp_of
from partners.models import Correction, Organisation, Project, ProposedChange, User
from partners.models.project import ProjectQuerySet

RESERVED_SLUGS = {"carte", "clusters"}  # addresses of the map, on the pages and in the API
WRITERS = {"administrator", "signatory", "contributor"}


def may_write_for(user: User, organisation: Organisation | None) -> bool:
    """Whether ``user`` may write in the name of an organisation, today."""
    return organisation is not None and bool(WRITERS & user.roles_in(organisation))


def slug_of(title: str) -> str:
    """The address that a title asks for."""
    return slugify(title)[:120].strip("-") or "projet"


def free_slug(title: str) -> str:
    """An address that no project has yet; races end in the unique constraint."""
    base = slug_of(title)
    taken = RESERVED_SLUGS | set(Project.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    return next(f"{base}-{n}" for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken)


@transaction.atomic
def save_project(
    *, project: Project, axes, by: User, figures: list[dict] | None = None, read_at: datetime | None = None
) -> Project:
    """Write a project for its lead organisation. What a partner writes is *soumis*: staff publish it.

    A published project stays as it is: its state and what its figures reached are written at once, the rest becomes
    its waiting ``ProposedChange``. ``figures``: ``{"label", "target", "reached"}``, replacing those that stand; None
    leaves them. ``read_at``: the ``stamp_of`` what the writer had before their eyes. Raises Conflict
    "changed_meanwhile"; PermissionDenied when ``by`` does not write for the lead organisation.
    """
    if not may_write_for(by, project.lead):
        raise PermissionDenied
    standing = _locked(project) if project.pk else None
    if standing and read_at and stamp_of(standing) != read_at:
        raise Conflict("Ce projet a changé depuis que vous avez ouvert cette page.", code="changed_meanwhile")
    project.confirmed_on = timezone.localdate()
    project.full_clean(exclude=["slug"])
    if standing and standing.moderation == Project.Moderation.PUBLISHED:
        return _change_published(standing, project, axes=axes, figures=figures, by=by)
    return _submit(project, axes=axes, figures=figures, by=by)


def _submit(project: Project, *, axes, figures: list[dict] | None, by: User) -> Project:
    if project.pk is None:
        project.slug = free_slug(project.title)
        project.is_demo = project.lead.is_demo
    if project.moderation != Project.Moderation.SUBMITTED:
        project.submitted_at, project.escalated_days = timezone.now(), 0
    project.submitted_by = by
    project.moderation = Project.Moderation.SUBMITTED
    project.return_motive = ""
    project.save()
    project.axes.set(axes)
    if figures is not None:
        replace_figures(project, figures)
    project.proposed_changes.told().update(answered_at=timezone.now())
    return project


def _change_published(standing: Project, typed: Project, *, axes, figures: list[dict] | None, by: User) -> Project:
    before = snapshot(standing)
    after = snapshot(typed, axes=axes, figures=before["figures"] if figures is None else figures)
    if same_aims(before["figures"], after["figures"]):
        reach(standing, after["figures"])
        after["figures"] = before["figures"]
    standing.state, standing.confirmed_on = typed.state, typed.confirmed_on
    standing.save(update_fields=["state", "confirmed_on", "updated_at"])
    keep_proposal(subject=standing, values=changed(before, after), by=by)
    return standing


def _locked(project: Project, rows: ProjectQuerySet | None = None) -> Project:
    return (rows or Project.objects).select_for_update(of=("self",)).get(pk=project.pk)


def _within_perimeter(project: Project, by: User) -> None:
    if not Project.objects.writable_by(by).filter(pk=project.pk).exists():
        raise PermissionDenied


@transaction.atomic
def publish_project(*, project: Project, by: User, final: dict | None = None, seen: str = "") -> Project:
    """Accept a submitted project, as it is or as corrected by the agent: it becomes public, with its photos.

    ``final``: the editorial values to write first. ``seen``: the ``seen_of`` the values that the agent read. Raises
    Conflict "not_submitted", "changed_meanwhile".
    """
    _within_perimeter(project, by)
    project = _locked(project)
    if project.moderation != Project.Moderation.SUBMITTED:
        raise Conflict("Ce projet n’est pas en attente de publication.", code="not_submitted")
    before = first_values(project)
    if seen and seen != seen_of(before):
        raise Conflict(CHANGED, code="changed_meanwhile")
    final = before if final is None else before | final
    project.moderation = Project.Moderation.PUBLISHED
    write_values(project, final)
    if project.submitted_by_id:
        outbox.owe("partners.send_project_published", project.pk, *([True] if final != before else []))
    return project


def first_values(project: Project) -> dict:
    """What an agent reads, and may correct, of a project that was never published."""
    photos = project.photos.filter(accepted_at=None).values_list("public_id", flat=True)
    return snapshot(project) | {"photos": [str(public_id) for public_id in photos]}


@transaction.atomic
def return_project(*, project: Project, by: User, motive: str) -> Project:
    """Send a submitted or published project back to its author, with the reason. Raises Conflict "not_returnable"."""
    _within_perimeter(project, by)
    project = _locked(project)
    if project.moderation not in {Project.Moderation.SUBMITTED, Project.Moderation.PUBLISHED}:
        raise Conflict("Ce projet n’est ni soumis ni publié.", code="not_returnable")
    project.moderation = Project.Moderation.RETURNED
    project.return_motive = motive
    project.save(update_fields=["moderation", "return_motive", "updated_at"])
    project.proposed_changes.waiting().update(
        state=ProposedChange.State.RETURNED, motive=motive, decided_by=by, decided_at=timezone.now()
    )
    if project.submitted_by_id:
        outbox.owe("partners.send_project_returned", project.pk)
    return project


@transaction.atomic
def confirm_project(*, project: Project, by: User, state: str | None = None, on: date | None = None) -> Project:
    """Say that a published project still stands (or has ended: ``state``); ten seconds, no moderation.

    Raises Conflict "not_published"; PermissionDenied for whoever writes neither for the lead nor in the perimeter.
    """
    if not may_write_for(by, project.lead):
        _within_perimeter(project, by)
    project = _locked(project)
    if project.moderation != Project.Moderation.PUBLISHED:
        raise Conflict("Seul un projet publié se confirme.", code="not_published")
    project.confirmed_on = on or timezone.localdate()
    if state:
        project.state = Project.State(state)
    project.save(update_fields=["confirmed_on", "state", "updated_at"])
    return project


def handle_correction(
    *, correction: Correction, by: User, resolution: str = Correction.Resolution.CORRECTED
) -> Correction:
    """Close a reported error, saying whether the page was corrected. Raises Conflict "already_handled"."""
    with transaction.atomic():
        correction = Correction.objects.select_for_update().get(pk=correction.pk)
        if correction.handled_at:
            raise Conflict("Cette erreur est déjà traitée.", code="already_handled")
        correction.handled_at, correction.handled_by = timezone.now(), by
        correction.resolution = Correction.Resolution(resolution)
        correction.save(update_fields=["handled_at", "handled_by", "resolution"])
        return correction
