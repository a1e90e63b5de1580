"""Public accords de partenariat: what La Poste and its partners agreed upon, never the amounts."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from partners.filters import agreements, facets
from partners.filters.agreements import PUBLIC_STATES, AgreementCriteria
from partners.models import Agreement
from partners.views.listing import read

UNIT = ("accord", "accords")


@login_not_required
@require_safe
def agreement_list(request: HttpRequest) -> HttpResponse:
    def rows(found):
        return found.select_related("organisation__commune__department").prefetch_related("axes")

    shown = read(request, agreements.parse, orders=agreements.ORDERS, unit=UNIT, rows=rows)
    criteria = shown.criteria
    offered = {
        "kind": counted(criteria, "kind", Agreement.Kind.choices),
        "status": counted(criteria, "status", PUBLIC_STATES),
        "axis": facets.axes(criteria),
    }
    context = {"listing": shown, "facets": offered, "hidden": shown.hidden(offered)}
    return render(request, "partners/agreements.html", context)


def counted(criteria: AgreementCriteria, name: str, labels: list[tuple[str, str]]) -> list[facets.Option]:
    """A facet over one column: how many each value would leave, whatever is chosen in it."""
    rows = criteria.queryset(without={name}).values_list(criteria.columns[name]).annotate(count=Count("pk"))
    return facets.options(criteria, name, dict(labels), dict(rows))
