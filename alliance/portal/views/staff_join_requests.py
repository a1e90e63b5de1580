"""Requests to join: those that agents decide, or may decide."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from alliance.portal.views.space_team import decided
from partners.actions.join_requests import may_decide, organisations_of
from partners.forms.arrival import DecideForm
from partners.models import JoinRequest, Membership

ROWS = 25
SHOWN = {
    "a-decider": "À décider par vous",
    "organisations": "Encore chez l’organisation",
    "toutes": "Toutes celles qui attendent",
}


def _page(request, template: str, title: str, status: int = 200, **context):
    frame = admin.site.each_context(request) | {"title": title}
    return render(request, f"admin/joining/{template}.html", frame | context, status=status)


@require_safe
def join_requests(request):
    if not request.user.is_staff:
        raise Http404
    which = request.GET.get("quoi", "")
    which = which if which in SHOWN else "a-decider"
    rows = chosen(request.user, which).select_related("organisation", "commune")
    shown = Paginator(rows.order_by("confirmed_at", "pk"), ROWS).get_page(request.GET.get("page"))
    return _page(request, "list", "Demandes de rattachement", page=shown, which=which, offered=SHOWN)


def chosen(user, which: str):
    """What one has to decide is what the morning queue counts; the rest is read."""
    if which == "a-decider":
        return JoinRequest.objects.writable_by(user).for_staff()
    mine = JoinRequest.objects.visible_to(user)
    return mine.waiting() if which == "toutes" else mine.waiting().filter(escalated_at__isnull=True)


@require_http_methods(["GET", "HEAD", "POST"])
def join_request(request, public_id):
    if not request.user.is_staff:
        raise Http404
    rows = JoinRequest.objects.visible_to(request.user).exclude(state="unconfirmed")
    asked = get_object_or_404(rows.select_related("organisation", "commune", "decided_by"), public_id=public_id)
    creates = asked.organisation is None
    form, status = DecideForm(request.POST if request.method == "POST" else None, creates=creates), 200
    may = may_decide(request.user, asked)
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        status = decided(request, asked, form)
        if not status:
            return redirect("staff_join_requests")
    live = Membership.objects.live().filter(organisation=asked.organisation_id, role="administrator")
    context = {
        "asked": asked,
        "form": form,
        "may": may,
        "administrators": [] if creates else [each.user for each in live.select_related("user")],
        "alike": organisations_of(asked.number)[:5] if creates and asked.number else [],
    }
    return _page(request, "one", "Demande de rattachement", status, **context)
