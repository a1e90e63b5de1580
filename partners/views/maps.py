"""The map in large: France by départements, then a région, a département, a commune. The rows are those of the list."""

from dataclasses import dataclass, field

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.lib.db import lower_unaccent
from alliance.lib.french import of
from partners.filters.facets import AT_LEAST
from partners.filters.projects import ProjectCriteria
from partners.models import Commune, Department, Region
from partners.views.clusters import DEPARTMENT_CELL_KM, Picture, cell_of, clusters_of
from partners.views.listing import PLACE
from partners.views.projects import listing

COMMUNE_KM = 8.0
COMMUNES_SHOWN = 40


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    count: int | None = None


@dataclass(frozen=True)
class Level:
    """How near the map is: its name, the drawing when it is nearer than France, what stands above, what is inside."""

    name: str
    picture: Picture | None = None
    trail: tuple[Link, ...] = ()
    inside: list[Link] = field(default_factory=list)
    here: str = ""


@login_not_required
@require_safe
def project_map(request: HttpRequest) -> HttpResponse:
    """The map in large, and the same figures as text beside."""
    shown = listing(request)
    criteria = shown.criteria
    level = level_of(criteria, request.path)
    by_department = criteria.by_department()
    total = sum(by_department.values())
    context = {
        "listing": shown,
        "level": level,
        "today": timezone.localdate(),
        "by_department": by_department,
        "at_least": "" if "departments" in criteria.placed.exact else AT_LEAST,
        "selected": criteria.values("department"),
        "total": total,
        "without_place": by_department.get("", 0),
        "map_url": place_url(criteria, request.path, "department", ""),
        "region_url": place_url(criteria, request.path, "region", ""),
        "regions": regions_with(by_department) if level.name == "france" else [],
    }
    return render(request, "partners/project_map.html", context)


def regions_with(by_department: dict[str, int]) -> list[Region]:
    """Every région, each département with its count; those overseas that have nothing are left out."""
    regions = list(Region.objects.prefetch_related("departments").order_by(lower_unaccent("name")))
    for region in regions:
        region.rows = [(each, by_department.get(each.code, 0)) for each in region.departments.all()]
        region.count = sum(count for _, count in region.rows)
    return [region for region in regions if region.count or region.zone != "com"]


def place_url(criteria: ProjectCriteria, path: str, parameter: str, code: str) -> str:
    """The same map at another place."""
    return f"{path}?{criteria.address(drop=PLACE, add=[(parameter, code)])}"


def level_of(criteria: ProjectCriteria, path: str) -> Level:
    """The nearest place asked for, when there is only one of its kind."""
    if criteria.near:
        return around(criteria, path, (criteria.near.lon, criteria.near.lat, criteria.radius_km))
    if len(criteria.commune) == 1:
        return commune_level(criteria, path)
    if not criteria.commune and len(criteria.department) == 1:
        department = Department.objects.select_related("region").get(pk=criteria.keys("department")[0])
        return department_level(criteria, path, department)
    if not criteria.commune and not criteria.department and len(criteria.region) == 1:
        return region_level(criteria, path, Region.objects.get(pk=criteria.keys("region")[0]))
    return Level("france")


def region_level(criteria: ProjectCriteria, path: str, region: Region) -> Level:
    counts = criteria.by_department()
    departments = list(region.departments.order_by("code"))
    url = place_url(criteria, path, "department", "")
    return Level(
        "region",
        Picture(url, tuple(each.code for each in departments), counts),
        trail(criteria, path),
        [Link(str(each), url + each.code, counts.get(each.code, 0)) for each in departments],
        region.name,
    )


def department_level(criteria: ProjectCriteria, path: str, department: Department) -> Level:
    clusters = clusters_of(criteria, cell_km=DEPARTMENT_CELL_KM, map_path=path)
    url = place_url(criteria, path, "department", "")
    return Level(
        "department",
        Picture(url, (department.code,), clusters=clusters),
        trail(criteria, path, department.region),
        communes_with(criteria, path),
        str(department),
    )


def commune_level(criteria: ProjectCriteria, path: str) -> Level:
    commune = Commune.objects.select_related("department__region").get(pk=criteria.keys("commune")[0])
    if commune.lat is None:
        return Level("commune", trail=trail(criteria, path, commune.region, commune.department), here=str(commune))
    return around(criteria, path, (commune.lon, commune.lat, COMMUNE_KM), commune)


def around(
    criteria: ProjectCriteria, path: str, circle: tuple[float, float, float], commune: Commune | None = None
) -> Level:
    clusters = clusters_of(criteria, cell_km=cell_of(circle[2]), map_path=path)
    above = (commune.department.region, commune.department) if commune else ()
    asked = [*criteria.department] if criteria.near else []
    departments = Department.objects.select_related("region").filter(pk__in=[choice.key for choice in asked])
    for department in departments[:1]:
        above = (department.region, department)
    here = (
        str(commune) if commune else f"{criteria.radius_km:g} km autour {of(criteria.near.label or str(criteria.near))}"
    )
    picture = Picture(place_url(criteria, path, "department", ""), clusters=clusters, circle=circle)
    return Level("commune" if commune else "around", picture, trail(criteria, path, *above), here=here)


def trail(criteria: ProjectCriteria, path: str, *places: Region | Department) -> tuple[Link, ...]:
    """The ways back: France, then the région, then the département."""
    everywhere = criteria.address(drop=PLACE)
    links = [Link("France", f"{path}?{everywhere}" if everywhere else path)]
    for place in places:
        parameter = "region" if isinstance(place, Region) else "department"
        links.append(Link(place.name, place_url(criteria, path, parameter, place.pk)))
    return tuple(links)


def communes_with(criteria: ProjectCriteria, path: str) -> list[Link]:
    """The communes that have most, with how many."""
    rows = criteria.narrow().filter(commune__isnull=False).values_list("commune", "commune__name")
    rows = rows.annotate(count=Count("pk")).order_by("-count", "commune__name")[:COMMUNES_SHOWN]
    return [Link(name, place_url(criteria, path, "commune", code), count) for code, name, count in rows]
