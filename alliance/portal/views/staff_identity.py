"""Two rows for one organisation: what a merger would do, doing it, what it did, taking it back."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from alliance.lib.back_office import MOTIVE_MAX
from alliance.portal.actions.merge import merge_organisations, undo_merge
from alliance.portal.actions.merge_plan import plan
from partners.forms.fields import text_field
from partners.models import Merge, Organisation
from partners.models.identity import UNDONE_WITHIN

SHOWN = 20


class WhyForm(forms.Form):
    motive = text_field(
        MOTIVE_MAX,
        label="Motif",
        required="Donnez le motif en quelques mots.",
        help_text="Il reste dans l’historique des deux fiches.",
        strip=True,
    )


def page(request: HttpRequest, template: str, title: str, *, status: int = 200, **context) -> TemplateResponse:
    context = admin.site.each_context(request) | {"title": title} | context
    return TemplateResponse(request, f"admin/identity/{template}.html", context, status=status)


def mine(request: HttpRequest):
    """The rows that this agent may change; nobody else sees that there is something."""
    if not request.user.is_staff:
        raise Http404
    return Organisation.objects.writable_by(request.user).defer("search")


@require_http_methods(["GET", "HEAD", "POST"])
def merging(request: HttpRequest, keep: str, gone: str) -> HttpResponse:
    rows = mine(request).select_related("commune__department", "parent")
    kept, other = get_object_or_404(rows, slug=keep), get_object_or_404(rows, slug=gone)
    form, status = WhyForm(request.POST or None), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                merge = merge_organisations(keep=kept, gone=other, by=request.user, motive=form.cleaned_data["motive"])
            except ValidationError as refusal:
                form.add_error(None, refusal)
                status = 409
            else:
                messages.success(request, f"« {other} » est absorbée par « {kept} ».")
                return redirect("staff_merge", merge.public_id)
    context = {"plan": plan(kept, other), "form": form, "days": UNDONE_WITHIN.days}
    return page(request, "merging", f"Fusionner « {other} » dans « {kept} »", status=status, **context)


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, public_id) -> HttpResponse:
    rows = mine(request).order_by().values("pk")
    found = Merge.objects.filter(keep__in=rows).select_related("keep", "gone", "by", "undone_by")
    done = get_object_or_404(found, public_id=public_id)
    form, refused, status = WhyForm(request.POST or None), [], 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                undone = undo_merge(merge=done, by=request.user, motive=form.cleaned_data["motive"])
            except ValidationError as refusal:
                form.add_error(None, refusal)
                status = 409
            else:
                messages.success(request, "La fusion est annulée : chaque fiche a retrouvé ce qui était à elle.")
                for sentence in undone.refused[:SHOWN]:
                    messages.warning(request, sentence)
                return redirect("staff_merge", done.public_id)
    context = {
        "merge": done,
        "form": form,
        "refused": refused,
        "can_be_undone": done.can_be_undone(timezone.now()),
        "last_day": done.at + UNDONE_WITHIN,
        "moved": sum(len(step.get("keys", ())) for step in done.moved),
    }
    return page(request, "merge", f"Fusion de « {done.gone} » dans « {done.keep} »", status=status, **context)
