"""Régions and départements: the alliance here, what it covers and what it does not, and whom to write to."""

from dataclasses import dataclass, replace

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.lib.db import lower_unaccent
from alliance.lib.french import plural
from charter.models.signature import signatory_state
from events.models import Convention
from partners.filters import facets, organisations, projects
from partners.filters.criteria import Choice, Criteria
from partners.models import Axis, Department, Organisation, Region
from partners.models.message import delegates_of
from partners.views.clusters import DEPARTMENT_CELL_KM, Picture, clusters_of
from partners.views.directory import with_facts
from partners.views.maps import regions_with

SHOWN = 6
EVERY_AXIS = 99
NATIONAL_FUNCTION = "Équipe nationale des partenariats"


@dataclass(frozen=True)
class Territory:
    """A région, or a département of it, with the two lists that its page is about."""

    region: Region
    department: Department | None
    projects: projects.ProjectCriteria
    organisations: organisations.OrganisationCriteria

    @property
    def place(self) -> Region | Department:
        return self.department or self.region

    @property
    def parameter(self) -> str:
        return "department" if self.department else "region"

    @property
    def query(self) -> str:
        """What makes any list of the portal the list of here."""
        return f"{self.parameter}={self.place.code}"


def territory_of(region: Region, department: Department | None = None) -> Territory:
    place, today = department or region, timezone.localdate()
    asked = {"department" if department else "region": (Choice(place.code, str(place), place.code),)}
    return Territory(
        region,
        department,
        projects.ProjectCriteria(today=today, **asked),
        organisations.OrganisationCriteria(today=today, **asked),
    )


def find(kind: str, code: str) -> Territory:
    if kind == "region":
        return territory_of(get_object_or_404(Region, code=code))
    department = get_object_or_404(Department.objects.select_related("region"), code=code)
    return territory_of(department.region, department)


@login_not_required
@require_safe
def territory_list(request: HttpRequest) -> HttpResponse:
    """Every région and département, with the counts of the default list of projects."""
    today = timezone.localdate()
    by_department = projects.ProjectCriteria(today=today).by_department()
    regions = regions_with(by_department)
    drawn = [(each, count) for region in regions if region.zone != "com" for each, count in region.rows]
    context = {
        "today": today,
        "regions": regions,
        "by_department": by_department,
        "absent": [each for each, count in drawn if not count],
        "present": sum(1 for _, count in drawn if count),
    }
    return render(request, "partners/territories.html", context)


@login_not_required
@require_safe
def territory_page(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    if code != code.upper():
        return redirect(f"partners:{kind}", code.upper(), permanent=True)
    here = find(kind, code)
    axes = list(Axis.objects.current().exclude(status=Axis.Status.TO_FILL_IN).order_by("number"))
    context = {
        "here": here,
        "today": here.projects.today,
        "axes": axes_here(here, axes),
        "uncovered": [axis for axis in axes if not axis.project_count],
        "projects": here.projects.ordered().for_cards()[:SHOWN],
        "organisations": organisations_here(here),
        "conventions": gatherings_here(here),
        "functions": functions_of(here.region),
        **picture_of(here),
    }
    return render(request, "partners/territory.html", context | {"figures": figures(here, context["by_department"])})


def axes_here(here: Territory, axes: list[Axis]) -> list[Axis]:
    """Each axis with its ``project_count`` and ``organisation_count``: those of its filtered lists."""
    led, held = axis_counts(here.projects), axis_counts(here.organisations)
    for axis in axes:
        axis.project_count, axis.organisation_count = led.get(str(axis.number), 0), held.get(str(axis.number), 0)
    return [axis for axis in axes if axis.project_count]


def axis_counts(criteria: Criteria) -> dict[str, int]:
    return {option.value: option.count for option in facets.axes(criteria, limit=EVERY_AXIS)}


def organisations_here(here: Territory) -> list[Organisation]:
    """The first of the directory's own list of here, with what a line shows."""
    criteria = here.organisations
    rows = criteria.ordered().annotate(signatory=signatory_state(criteria.version)).for_cards()[:SHOWN]
    found = list(rows)
    with_facts(found, criteria.today)
    return found


def gatherings_here(here: Territory):
    """Those to come in this place, then those that concern everybody, the nearest first."""
    local = Q(commune__region=here.region) if here.department is None else Q(commune__department=here.department)
    rows = Convention.objects.upcoming(timezone.now()).filter(state=Convention.State.PUBLISHED)
    return list(rows.filter(local | Q(kind=Convention.Kind.CONVENTION)).select_related("commune")[:SHOWN])


def functions_of(region: Region) -> list[str]:
    """What the région's agents are, never who."""
    titles = delegates_of(region).values_list("perimeter__job_title", flat=True)
    return sorted({title for title in titles if title}) or [NATIONAL_FUNCTION]


def picture_of(here: Territory) -> dict:
    """The close-up, its counts, and what it says as text."""
    counts = here.projects.by_department()
    if here.department:
        map_path = reverse("partners:project_map")
        clusters = clusters_of(here.projects, cell_km=DEPARTMENT_CELL_KM, map_path=map_path)
        return {"picture": picture((here.department.code,), clusters=clusters), "by_department": counts}
    departments = list(here.region.departments.order_by(lower_unaccent("name")))
    for each in departments:
        each.project_count = counts.get(each.code, 0)
    codes = tuple(each.code for each in departments)
    return {"picture": picture(codes, counts=counts), "by_department": counts, "departments": departments}


def picture(codes: tuple[str, ...], **drawn) -> Picture:
    """A close-up whose départements lead to their own pages."""
    before, _, after = reverse("partners:department", args=["00"]).partition("00")
    return Picture(before, codes, url_end=after, **drawn)


def figures(here: Territory, by_department: dict[str, int]) -> list[dict]:
    """For ``components/figures.html``: each is the count of the list that it opens."""
    fresh = replace(here.projects, freshness=(Choice("confirmed", "", "confirmed"),))
    signed = replace(here.organisations, signatory=(Choice("current", "", "current"),))
    projects_url, directory_url = reverse("partners:projects"), reverse("partners:directory")
    found, confirmed = sum(by_department.values()), sum(fresh.by_department().values())
    total, signatories = here.organisations.queryset().count(), signed.queryset().count()
    rows = [
        (found, plural(found, "projet"), "voir la liste", f"{projects_url}?{here.projects.address()}"),
        (confirmed, f"{plural(confirmed, 'confirmé')} depuis moins de six mois", "les lire",
         f"{projects_url}?{fresh.address()}"),
        (total, plural(total, "organisation"), "voir l’annuaire", f"{directory_url}?{here.organisations.address()}"),
        (signatories, f"{plural(signatories, 'signataire')} de la charte", "les voir",
         f"{directory_url}?{signed.address()}"),
    ]  # fmt: skip
    return [
        {"value": value, "label": label, "link": link, "url": url if value else ""} for value, label, link, url in rows
    ]
