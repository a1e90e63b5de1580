"""The home page: what is this, who is near me, what can I do."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.portal.home_figures import figures, project_counts
from events.models import Convention
from partners.models import Axis, Project

RECENT = 6


@login_not_required
@require_safe
def home(request):
    today, now = timezone.localdate(), timezone.now()
    projects = project_counts(today)
    axes = list(Axis.objects.current().order_by("number"))
    for axis in axes:
        axis.project_count = projects.by_axis[axis.number]
    recent = Project.objects.listed(today).fresh("confirmed", today).select_related("lead", "commune__department")
    context = {
        "today": today,
        "projects": projects,
        "figures": figures(projects, today),
        "axes": axes,
        "recent": recent.prefetch_related("axes").order_by("-confirmed_on", "-pk")[:RECENT],
        "convention": Convention.objects.upcoming(now).filter(state=Convention.State.PUBLISHED).first(),
        "now": now,
    }
    return render(request, "portal/home.html", context)
