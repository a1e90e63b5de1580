"""The public directory: the list of organisations, the page of one."""

from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from charter.models import CharterVersion, Signature
from charter.models.history import histories
from charter.models.signature import StandingState, signatory_state
from partners import stats
from partners.filters import facets, organisations
from partners.filters.criteria import Choice, Near
from partners.filters.projects import ProjectCriteria
from partners.models import Agreement, Organisation, Project
from partners.views.listing import PLACE, read

UNIT = ("organisation", "organisations")
SHOWN = 8
NETWORKS = {Organisation.Kind.NETWORK, Organisation.Kind.REGIONAL}


@login_not_required
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    def rows(found):
        return found.annotate(signatory=signatory_state(version)).for_cards()

    def whole(data, *, doors):
        """The criteria with all that the page counts; the version in force is looked for once."""
        criteria, problems = organisations.parse(data, doors=doors)
        vars(criteria).update(version=version)
        criteria.facets  # noqa: B018  counted now, kept with the criteria
        return criteria, problems

    version = CharterVersion.objects.in_force(timezone.localdate())
    shown = read(request, whole, orders=organisations.ORDERS, unit=UNIT, rows=rows)
    criteria = shown.criteria
    with_facts(shown.page.object_list, criteria.today)
    offered = {
        "kind": facets.kinds(criteria),
        "signatory": facets.signatories(criteria),
        "axis": facets.axes(criteria),
        "network": facets.networks(criteria),
    }
    context = {
        "listing": shown,
        "facets": offered,
        "hidden": shown.hidden(offered),
        "by_department": criteria.by_department(without=PLACE),
        "selected": criteria.values("department"),
    }
    return render(request, "partners/directory.html", context)


def with_facts(rows, today) -> None:
    """Give each organisation its ``since`` and its ``project_count``. Two queries."""
    ids = [organisation.pk for organisation in rows]
    since = Signature.objects.signed_since(ids)
    counts = stats.projects_led(ids, today)
    for organisation in rows:
        organisation.since = since.get(organisation.pk)
        organisation.project_count = counts.get(organisation.pk, 0)


@login_not_required
@require_safe
def organisation_page(request: HttpRequest, slug: str) -> HttpResponse:
    today = timezone.localdate()
    version = CharterVersion.objects.in_force(today)
    rows = Organisation.objects.public().annotate(signatory=signatory_state(version))
    rows = rows.select_related("parent__parent", "commune__department", "region").prefetch_related("axes__stake")
    organisation = get_object_or_404(rows, slug=slug)
    with_facts([organisation], today)
    within = Organisation.objects.within([organisation.pk]).order_by().values("pk")
    led = ProjectCriteria(today=today, network=(Choice(slug, organisation.label, organisation.pk),))
    has_footprint = organisation.kind in NETWORKS and organisation.project_count
    parts = Project.objects.listed(today).filter(partners__organisation=organisation).exclude(lead=organisation)
    context = {
        "organisation": organisation,
        "today": today,
        "version": version,
        "signatures": signatures_of(organisation, version),
        "history": histories([organisation.pk], version).get(organisation.pk),
        "children": children_of(organisation, today),
        "member_count": Organisation.objects.public().filter(pk__in=within).exclude(pk=organisation.pk).count(),
        "projects": led.rows_of(0, SHOWN, lambda rows: rows.for_cards()),
        "footprint": led.by_department() if has_footprint else None,
        "map_url": f"{reverse('partners:projects')}?network={slug}&department=",
        "parts": parts_with_roles(parts, organisation),
        "agreements": public_agreements(organisation),
    } | where(organisation)
    return render(request, "partners/organisation.html", context)


def where(organisation: Organisation) -> dict:
    """What the small map shows."""
    commune = organisation.commune
    if commune is None:
        return {"place_label": "", "point": None, "approximate": False}
    return {
        "place_label": f"{commune.name}, {commune.department.name}",
        "point": None if commune.lat is None else Near(commune.lat, commune.lon),
        "approximate": commune.is_approximate,
    }


def signatures_of(organisation: Organisation, version: CharterVersion | None) -> list[Signature]:
    """What the register says of the organisation, newest first, with ``standing_words``."""
    rows = Signature.objects.public().filter(organisation=organisation).with_standing(version)
    found = list(rows.select_related("version").order_by("-signed_at", "-pk")[:SHOWN])
    for signature in found:
        signature.standing_words = StandingState(signature.standing_state).label
    return found


def parts_with_roles(projects, organisation: Organisation) -> list[Project]:
    """Projects that others lead and in which the organisation takes part, with its ``roles`` in words."""
    found = list(projects.for_cards().prefetch_related("partners").order_by("-confirmed_on", "-pk")[:SHOWN])
    for project in found:
        parts = (part for part in project.partners.all() if part.organisation_id == organisation.pk)
        project.roles = [part.get_role_display() for part in parts]
    return found


def children_of(organisation: Organisation, today: date) -> list[Organisation]:
    """The first of those right below it, each with its ``project_count``. Two queries."""
    found = list(organisation.children.public().select_related("commune__department").defer("search")[:SHOWN])
    counts = stats.projects_led([child.pk for child in found], today)
    for child in found:
        child.project_count = counts.get(child.pk, 0)
    return found


def public_agreements(organisation: Organisation):
    rows = Agreement.objects.public().filter(organisation=organisation).prefetch_related("axes")
    return rows.order_by("state", "-starts_on", "-pk")[:SHOWN]
