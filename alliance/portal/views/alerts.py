"""Alerts by e-mail: confirmed and ended by the links of their letters. GET shows, POST acts.

No CSRF token, hence no cookie: nothing here acts for an account, and the link is the only key. Programs that open links
change nothing.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from alliance.portal.kept import alerts
from partners.models import Alert

ONE_CLICK = "One-Click"


@login_not_required
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/alert_asked.html")


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, public_id) -> HttpResponse:
    alert = get_object_or_404(Alert, public_id=public_id)
    if request.method == "POST":
        alert = alerts.confirm(alert=alert, at=timezone.now())
        return redirect("kept:confirm", alert.public_id)
    return render(request, "portal/alert.html", {"alert": alert, "view": alerts.view_of(alert), "act": "confirm"})


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, public_id) -> HttpResponse:
    """One POST is enough, from the page or from a mail program: RFC 8058 wants no redirection for the latter."""
    alert = get_object_or_404(Alert, public_id=public_id)
    if request.method == "POST":
        alert = alerts.end(alert=alert, at=timezone.now())
        if request.POST.get("List-Unsubscribe") != ONE_CLICK:
            return redirect("kept:end", alert.public_id)
    return render(request, "portal/alert.html", {"alert": alert, "view": alerts.view_of(alert), "act": "end"})
