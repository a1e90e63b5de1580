"""The axes of action: what they are, how sure that is, who acts and where."""

from datetime import date
from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.lib.db import lower_unaccent
from alliance.lib.french import plural
from charter.models import CharterVersion, Signature
from charter.models.signature import signatory_state
from partners import stats
from partners.filters import facets, projects
from partners.filters.agreements import AgreementCriteria
from partners.filters.criteria import Choice
from partners.models import Axis, Organisation, Region

SHOWN = 6


@login_not_required
@require_safe
def axis_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    axes = list(Axis.objects.current().select_related("stake").order_by("stake__position", "number"))
    project_counts = facets.axis_counts(projects.ProjectCriteria(today=today))
    organisation_counts = stats.organisations_by_axis()
    for axis in axes:
        axis.project_count = project_counts.get(str(axis.number), 0)
        axis.organisation_count = organisation_counts.get(axis.pk, 0)
    context = {
        "stakes": [(stake, list(group)) for stake, group in groupby(axes, key=lambda axis: axis.stake)],
        "count": len(axes),
        "today": today,
    }
    return render(request, "partners/axes.html", context)


@login_not_required
@require_safe
def axis_page(request: HttpRequest, number: int) -> HttpResponse:
    axis = get_object_or_404(Axis.objects.current().select_related("stake"), number=number)
    today = timezone.localdate()
    criteria = projects.ProjectCriteria(today=today, axis=(Choice(str(number), axis.label, axis.pk),))
    by_department = criteria.by_department()
    rows = Organisation.objects.public().filter(axes=axis)
    rows = rows.annotate(signatory=signatory_state(CharterVersion.objects.in_force(today))).for_cards()
    organisations = list(rows.order_by("search_name", "pk")[:SHOWN])
    since = Signature.objects.signed_since([organisation.pk for organisation in organisations])
    counts = stats.projects_led([organisation.pk for organisation in organisations], today)
    for organisation in organisations:
        organisation.since, organisation.project_count = since.get(organisation.pk), counts.get(organisation.pk, 0)
    context = {
        "axis": axis,
        "today": today,
        "figures": figures(axis, by_department, today),
        "absent": regions_without(by_department),
        "by_department": by_department,
        "map_url": f"{reverse('partners:projects')}?axis={number}&department=",
        "projects": criteria.rows_of(0, SHOWN, lambda rows: rows.for_cards()),
        "organisations": organisations,
    }
    return render(request, "partners/axis.html", context)


def regions_without(by_department: dict[str, int]) -> list[Region]:
    """Where nobody carries the axis yet; collectivities have no département on the map."""
    present = [code for code, count in by_department.items() if code and count]
    rows = Region.objects.exclude(zone="com").exclude(departments__in=present)
    return list(rows.order_by(lower_unaccent("name")))


def figures(axis: Axis, by_department: dict[str, int], today: date) -> list[dict]:
    """For ``components/figures.html``: each leads to what it counts."""
    found = stats.axis_figures(axis, by_department)
    signed = AgreementCriteria(
        today=today, axis=(Choice(str(axis.number), "", axis.pk),), status=(Choice("active", "", "active"),)
    )
    agreements = signed.queryset().count()
    return [
        {
            "value": found.projects,
            "label": plural(found.projects, "projet"),
            "link": "voir la liste",
            "url": f"{reverse('partners:projects')}?axis={axis.number}",
        },
        {
            "value": found.departments,
            "label": plural(found.departments, "département"),
            "link": "voir la carte",
            "url": f"{reverse('partners:project_map')}?axis={axis.number}",
        },
        {
            "value": found.organisations,
            "label": plural(found.organisations, "organisation"),
            "link": "voir l’annuaire",
            "url": f"{reverse('partners:directory')}?axis={axis.number}",
        },
        {
            "value": agreements,
            "label": plural(agreements, "accord") + " en vigueur",
            "link": "les lire" if agreements else "",
            "url": f"{reverse('partners:agreements')}?{signed.address()}" if agreements else "",
        },
    ]
