"""Pages that read nothing but the settings: accessibility, legal notice, privacy, site map, help."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def accessibility(request):
    return render(request, "portal/accessibilite.html", {"legal": settings.LEGAL})


@login_not_required
@require_safe
def legal(request):
    return render(request, "portal/mentions_legales.html", {"legal": settings.LEGAL})


@login_not_required
@require_safe
def privacy(request):
    return render(request, "portal/confidentialite.html", {"legal": settings.LEGAL})


@login_not_required
@require_safe
def sitemap_page(request):
    return render(request, "portal/plan_du_site.html")


@login_not_required
@require_safe
def help_page(request):
    return render(request, "portal/aide.html", {"legal": settings.LEGAL})
