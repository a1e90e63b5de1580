"""Projets territoriaux: the list, the page of one project."""

from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.lib.french import month
from events.models import RoadmapProject
from partners.filters import facets, projects
from partners.filters.criteria import Choice, Near
from partners.models import Project, ProjectPhoto
from partners.views import kin
from partners.views.listing import PLACE, Listing, read

UNIT = ("projet", "projets")
NEIGHBOURS, NEIGHBOURS_KM, KINDRED = 5, 30, 4


def whole(data, *, doors):
    """The criteria with all that the page counts, in one query."""
    criteria, problems = projects.parse(data, doors=doors)
    criteria.facets  # noqa: B018  counted now, kept with the criteria
    return criteria, problems


def listing(request: HttpRequest) -> Listing:
    return read(request, whole, orders=projects.ORDERS, unit=UNIT, rows=lambda found: found.for_cards())


@login_not_required
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """List first, facets and map beside; the map shows where the other choices lead, whatever the place."""
    shown = listing(request)
    criteria = shown.criteria
    offered = {
        "axis": facets.axes(criteria),
        "status": facets.statuses(criteria),
        "freshness": facets.freshnesses(criteria),
        "network": facets.networks(criteria),
    }
    context = {
        "listing": shown,
        "facets": offered,
        "hidden": shown.hidden(offered),
        "by_department": criteria.by_department(without=PLACE),
        "at_least": "" if "map" in criteria.facets.exact else facets.AT_LEAST,
        "selected": criteria.values("department"),
    }
    return render(request, "partners/projects.html", context)


@login_not_required
@require_safe
def project_page(request: HttpRequest, slug: str) -> HttpResponse:
    rows = Project.objects.public().select_related("lead__commune", "commune__department", "region")
    photos = ProjectPhoto.objects.exclude(accepted_at=None)
    carried = RoadmapProject.objects.select_related("item")
    rows = rows.annotate(
        has_photos=Exists(photos.filter(project=OuterRef("pk"))),
        is_carrying=Exists(carried.filter(project=OuterRef("pk"))),
    )
    rows = rows.defer("search", "keywords", "lead__search", "lead__description")
    project = get_object_or_404(rows.prefetch_related("axes", "figures", "partners__organisation"), slug=slug)
    point, today = point_of(project), timezone.localdate()
    near = kin.nearest(project, point, NEIGHBOURS_KM, NEIGHBOURS, today) if point else {}
    same = kindred(project, today)
    alike = kin.alike(project, same, KINDRED) if same else []
    lines = kin.lines([*near, *alike])
    for key, distance in near.items():
        lines[key].distance_km = distance
    context = {
        "project": project,
        "photos": list(photos.filter(project=project)) if project.has_photos else [],
        "roadmap": list(carried.filter(project=project)) if project.is_carrying else [],
        "point": point,
        "approximate": project.lat is None and project.commune is not None and project.commune.is_approximate,
        "neighbours": [lines[key] for key in near],
        "kindred": [lines[key] for key in alike],
        "kindred_url": same.address() if same else "",
        "near_url": f"near={point}&radius_km={NEIGHBOURS_KM}" if point else "",
        "place_label": f"{project.commune.name}, {project.commune.department.name}" if project.commune else "",
        "stale": stale_sentence(project, today),
    }
    return render(request, "partners/project.html", context)


def stale_sentence(project: Project, today: date) -> str:
    if project.freshness(today) != "stale":
        return ""
    return (
        f"Personne n’a confirmé ce projet depuis {month(project.confirmed_on)} : il n’est plus dans la liste ni sur la "
        "carte, mais reste aux archives."
    )


def point_of(project: Project) -> Near | None:
    """The project's own point, else its commune's."""
    if project.lat is not None:
        return Near(project.lat, project.lon)
    if project.commune and project.commune.lat is not None:
        return Near(project.commune.lat, project.commune.lon)
    return None


def kindred(project: Project, today: date) -> projects.ProjectCriteria | None:
    """The projects of the same axes, in the same région when it has one."""
    axes = tuple(Choice(str(axis.number), axis.label, axis.pk) for axis in project.axes.all())
    region = (Choice(project.region_id, project.region.name, project.region_id),) if project.region_id else ()
    return projects.ProjectCriteria(today=today, axis=axes, region=region) if axes else None
