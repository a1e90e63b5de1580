"""What happens to a territorial project: written, submitted, published or returned, confirmed, corrected."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from alliance import outbox
from alliance.lib.errors import Conflict
from partners.models import Correction, Organisation, Project, ProjectFigure, User
from partners.models.project import ProjectQuerySet

RESERVED_SLUGS = {"carte", "clusters"}  # addresses of the map, on the pages and in the API
WRITERS = {"administrator", "signatory", "contributor"}


def may_write_for(user: User, organisation: Organisation | None) -> bool:
    """Whether ``user`` may write in the name of an organisation, today."""
    return organisation is not None and bool(WRITERS & user.roles_in(organisation))


def free_slug(title: str) -> str:
    """An address that no project has yet; races end in the unique constraint."""
    base = slugify(title)[:120].strip("-") or "projet"
    taken = RESERVED_SLUGS | set(Project.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    return next(f"{base}-{n}" for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken)


@transaction.atomic
def save_project(
    *, project: Project, axes, by: User, figures: list[dict] | None = None, read_at: datetime | None = None
) -> Project:
    """Write a project for its lead organisation. What a partner writes is *soumis*: staff publish it.

    ``figures``: ``{"label", "target", "reached"}``, replacing those that stand; None leaves them.
    ``read_at``: the ``updated_at`` that the writer had before their eyes. Raises Conflict "changed_meanwhile";
    PermissionDenied when ``by`` does not write for the lead organisation.
    """
    if not may_write_for(by, project.lead):
        raise PermissionDenied
    if project.pk and read_at and _locked(project).updated_at != read_at:
        raise Conflict("Ce projet a changé depuis que vous avez ouvert cette page.", code="changed_meanwhile")
    if project.pk is None:
        project.slug = free_slug(project.title)
        project.is_demo = project.lead.is_demo
    project.submitted_by = by
    project.moderation = Project.Moderation.SUBMITTED
    project.return_motive = ""
    project.confirmed_on = timezone.localdate()
    project.full_clean(exclude=["slug"])
    project.save()
    project.axes.set(axes)
    if figures is not None:
        project.figures.all().delete()
        ProjectFigure.objects.bulk_create(
            ProjectFigure(project=project, position=n, **figure) for n, figure in enumerate(figures)
        )
    return project


def _locked(project: Project, rows: ProjectQuerySet | None = None) -> Project:
    return (rows or Project.objects).select_for_update(of=("self",)).get(pk=project.pk)


def _within_perimeter(project: Project, by: User) -> None:
    if not Project.objects.writable_by(by).filter(pk=project.pk).exists():
        raise PermissionDenied


@transaction.atomic
def publish_project(*, project: Project, by: User) -> Project:
    """Accept a submitted project: it becomes public. Raises Conflict "not_submitted"."""
    _within_perimeter(project, by)
    project = _locked(project)
    if project.moderation != Project.Moderation.SUBMITTED:
        raise Conflict("Ce projet n’est pas en attente de publication.", code="not_submitted")
    project.moderation = Project.Moderation.PUBLISHED
    project.save(update_fields=["moderation", "updated_at"])
    if project.submitted_by_id:
        outbox.owe("partners.send_project_published", project.pk)
    return project


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
