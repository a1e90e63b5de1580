"""Likely duplicates: the list of pairs, and what resembles an organisation that is being typed."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.back_office_lists import CappedPaginator
from alliance.portal.actions.duplicates import say_distinct
from alliance.portal.views.staff_identity import page
from partners.models import LikelyPair, Organisation
from partners.models.likeness import likely, typed_of

ROWS = 25


@require_http_methods(["GET", "HEAD", "POST"])
def duplicates(request: HttpRequest) -> HttpResponse:
    if not request.user.is_staff:
        raise Http404
    pairs = LikelyPair.objects.writable_by(request.user).select_related("first__commune", "second__commune")
    if request.method == "POST":
        typed = request.POST.get("pair", "")
        pair = get_object_or_404(pairs, pk=int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0)
        say_distinct(pair=pair, by=request.user)
        messages.success(request, f"« {pair.first} » et « {pair.second} » ne seront plus rapprochées.")
        return redirect("staff_duplicates")
    shown = CappedPaginator(pairs, ROWS).get_page(request.GET.get("page"))
    return page(request, "doublons", "Doublons probables", page=shown)


@require_safe
def resembling(request: HttpRequest) -> HttpResponse:
    """A fragment for the form where an organisation is being created."""
    if not request.user.is_staff:
        raise Http404
    found = likely(typed_of(request.GET), Organisation.objects.visible_to(request.user))
    return render(request, "admin/identity/likely.html", {"found": found})
