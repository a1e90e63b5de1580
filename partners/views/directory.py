"""The public directory: the list of organisations, the page of one."""

from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from charter.models import CharterVersion, Signature
from charter.models.adhesion import adhesions_told
from charter.models.history import histories
from charter.models.signature import StandingState, signatory_state, standing_state
from partners import stats
from partners.filters import facets, organisations
from partners.filters.criteria import Choice, Near
from partners.filters.projects import ProjectCriteria
from partners.models import Agreement, Organisation, Project, ProjectPartner
from partners.views import kin
from partners.views.listing import PLACE, read

UNIT = ("organisation", "organisations")
SHOWN = 8
UNSHOWN = (
    "search", "search_name", "parent__search", "parent__description", "parent__parent__search",
    "parent__parent__description",
)  # fmt: skip
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
    rows = Organisation.objects.public().select_related("parent__parent", "commune__department", "region")
    rows = rows.annotate(adheres=adhesions_told(version))
    organisation = get_object_or_404(rows.defer(*UNSHOWN).prefetch_related("axes"), slug=slug)
    organisation.project_count = stats.projects_led([organisation.pk], today).get(organisation.pk, 0)
    for adhesion in organisation.adheres or ():  # none before the first version of the charter
        adhesion["on"] = date.fromisoformat(adhesion["on"])
    signatures = signatures_of(organisation, version)
    children = children_of(organisation, today)
    led = ProjectCriteria(today=today, network=(Choice(slug, organisation.label, organisation.pk),))
    has_footprint = organisation.kind in NETWORKS and organisation.project_count
    parts = Project.objects.listed(today).filter(partners__organisation=organisation).exclude(lead=organisation)
    context = {
        "organisation": organisation,
        "today": today,
        "version": version,
        "signatures": signatures,
        "history": histories([organisation.pk], version).get(organisation.pk) if signatures else None,
        "children": children,
        "member_count": member_count(organisation) if children else 0,
        "projects": kin.in_lines(led.keys_of(0, SHOWN) if organisation.project_count else []),
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
    """What the register says of the organisation, newest first, with ``standing_words``.

    Gives the organisation its ``signatory`` and its ``since``: nothing more is asked about those who never signed.
    """
    rows = Signature.objects.public().filter(organisation=organisation).annotate(standing_state=standing_state(version))
    rows = rows.select_related("version").only("code", "signed_at", "version__label")
    found = list(rows.order_by("-signed_at", "-pk")[:SHOWN])
    for signature in found:
        signature.standing_words = StandingState(signature.standing_state).label
    organisation.signatory, organisation.since = "none", None
    if found:
        states = Organisation.objects.filter(pk=organisation.pk).values_list(signatory_state(version))
        organisation.signatory = states.get()[0]
        organisation.since = Signature.objects.signed_since([organisation.pk]).get(organisation.pk)
    return found


def member_count(organisation: Organisation) -> int:
    within = Organisation.objects.within([organisation.pk]).order_by().values("pk")
    return Organisation.objects.public().filter(pk__in=within).exclude(pk=organisation.pk).count()


def parts_with_roles(projects, organisation: Organisation) -> list[Project]:
    """Projects that others lead and in which the organisation takes part, with its ``roles`` in words."""
    own = Prefetch("partners", ProjectPartner.objects.filter(organisation=organisation), to_attr="parts")
    rows = projects.only("slug", "title").prefetch_related(own)
    found = list(rows.order_by("-confirmed_on", "-pk")[:SHOWN])
    for project in found:
        project.roles = [part.get_role_display() for part in project.parts]
    return found


def children_of(organisation: Organisation, today: date) -> list[Organisation]:
    """The first of those right below it, each with its ``project_count``. Two queries."""
    found = list(
        organisation.children.public().select_related("commune__department").defer("search", "description")[:SHOWN]
    )
    counts = stats.projects_led([child.pk for child in found], today)
    for child in found:
        child.project_count = counts.get(child.pk, 0)
    return found


def public_agreements(organisation: Organisation):
    rows = Agreement.objects.public().filter(organisation=organisation).prefetch_related("axes")
    return rows.order_by("state", "-starts_on", "-pk")[:SHOWN]
