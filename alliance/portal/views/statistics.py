"""/chiffres/: what the portal counts, dated, each number with its definition and its list."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.portal import charts, statistics

OVERSEAS = "outre-mer"


@login_not_required
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    axes, regions = statistics.known_axes(), statistics.regions_drawn()
    lines = statistics.axes_by_region(today, axes, regions)
    years, fresh = statistics.signatures_by_year(), statistics.freshness(today)
    states, kinds = statistics.states(today), statistics.kinds_of_partnership(today)
    context = {
        "today": today,
        "axes": axes,
        "grid": charts.grid([(region.name, cells) for region, cells in lines], [str(axis.number) for axis in axes]),
        "blanks": statistics.blanks(axes, lines),
        "signatures": {"rows": years, "chart": charts.columns(years)},
        "freshness": {"rows": fresh, "chart": charts.bars(fresh)},
        "states": {"rows": states, "chart": charts.bars(states)},
        "kinds": {"rows": kinds, "chart": charts.bars(kinds)},
        "announced": statistics.announced(),
        "networks": statistics.networks(today),
    }
    return render(request, "portal/chiffres.html", context)


@login_not_required
@require_safe
def axes_by_region(request: HttpRequest) -> HttpResponse:
    """The table behind the sheet of axes and régions; those overseas apart, so that twelve axes stay light."""
    today, overseas = timezone.localdate(), request.GET.get("zone") == OVERSEAS
    axes, regions = statistics.known_axes(), statistics.regions_drawn()
    lines = statistics.axes_by_region(today, axes, regions)
    shown = [(region, cells) for region, cells in lines if (region.zone != "metro") == overseas]
    context = {"today": today, "axes": axes, "lines": lines, "shown": shown, "overseas": overseas}
    return render(request, "portal/chiffres_axes.html", context)
