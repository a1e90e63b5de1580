"""Saved views: all of one's own and those shared, a new one, its name and its filters, its end."""

from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.lib.errors import Conflict
from alliance.portal.lists import saved
from alliance.portal.views.staff_campaigns import agent_only
from partners.models import DefaultView, SavedView


class ViewForm(forms.Form):
    name = forms.CharField(
        label="Nom de la vue",
        max_length=60,
        error_messages={
            "required": "Donnez un nom à cette vue.",
            "max_length": "Ce nom est trop long : 60 caractères au plus.",
        },
    )
    shared = forms.BooleanField(
        label="La partager avec les agents",
        required=False,
        help_text="Chacun y trouve les lignes de son propre périmètre, jamais les vôtres.",
    )
    first = forms.BooleanField(label="Ouvrir cette liste sur cette vue", required=False)


def page(request: HttpRequest, template: str, title: str, *, status: int = 200, **context) -> TemplateResponse:
    context = admin.site.each_context(request) | {"title": title} | context
    return TemplateResponse(request, f"admin/lists/{template}.html", context, status=status)


def title_of(noun: str) -> str:
    return capfirst(str(saved.site_of(noun).opts.verbose_name_plural))


@require_safe
def views(request: HttpRequest) -> HttpResponse:
    agent_only(request)
    rows = SavedView.objects.visible_to(request.user).select_related("owner").order_by("noun", "name", "pk")
    lists: dict[str, list] = {}
    for view in rows[:500]:
        if saved.may_open(request.user, view.noun):
            lists.setdefault(title_of(view.noun), []).append((view, saved.address(view)))
    return page(request, "views", "Vues enregistrées", lists=sorted(lists.items()))


@require_http_methods(["GET", "HEAD", "POST"])
def view_new(request: HttpRequest, noun: str) -> HttpResponse:
    """The address of this page ends like that of the list: what is kept is what the list shows."""
    agent_only(request)
    if not saved.may_open(request.user, noun):
        raise Http404
    form = ViewForm(request.POST if request.method == "POST" else None)
    query = request.META.get("QUERY_STRING", "")
    try:
        told = saved.told(request.user, noun, saved.read(query)[0])
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(saved.list_address(noun))
    if form.is_bound and form.is_valid():
        try:
            view = saved.save_view(by=request.user, noun=noun, query=query, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error("name", refusal.messages)
            return asked(request, noun, form, told, status=409 if isinstance(refusal, Conflict) else 400)
        messages.success(request, f"La vue « {view.name} » est enregistrée.")
        return redirect(saved.address(view))
    return asked(request, noun, form, told, status=400 if form.is_bound else 200)


def asked(request: HttpRequest, noun: str, form: ViewForm, told: list[str], **context) -> TemplateResponse:
    context |= {"form": form, "told": told, "noun_title": title_of(noun), "list_url": saved.list_address(noun)}
    return page(request, "view", f"Enregistrer une vue : {title_of(noun)}", **context)


def found(request: HttpRequest, public_id, rows) -> SavedView:
    agent_only(request)
    view = get_object_or_404(rows(request.user).select_related("owner"), public_id=public_id)
    if not saved.may_open(request.user, view.noun):
        raise Http404
    return view


@require_http_methods(["GET", "HEAD", "POST"])
def view(request: HttpRequest, public_id) -> HttpResponse:
    view = found(request, public_id, SavedView.objects.writable_by)
    first = DefaultView.objects.filter(user=request.user, view=view).exists()
    given = {"name": view.name, "shared": view.is_shared, "first": first}
    form = ViewForm(request.POST if request.method == "POST" else None, initial=given)
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            saved.change_view(view=view, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error("name", refusal.messages)
            status = 409 if isinstance(refusal, Conflict) else 400
        else:
            messages.success(request, f"La vue « {view.name} » est modifiée.")
            return redirect(saved.address(view))
    try:
        told = saved.told(request.user, view.noun, view.query)
    except ValidationError as refusal:
        told = refusal.messages
    context = {"told": told, "noun_title": title_of(view.noun), "list_url": saved.address(view), "view": view}
    return page(request, "view", f"Vue « {view.name} »", status=status, form=form, **context)


@require_POST
def view_keep(request: HttpRequest, public_id) -> HttpResponse:
    """What the list shows becomes what the view says."""
    view = found(request, public_id, SavedView.objects.writable_by)
    try:
        saved.keep_filters(view=view, query=request.POST.get("query", ""))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"La vue « {view.name} » est mise à jour.")
    return redirect(saved.address(view))


@require_POST
def view_first(request: HttpRequest, public_id) -> HttpResponse:
    """Open the list on it, or no longer; a shared view too."""
    view = found(request, public_id, SavedView.objects.visible_to)
    first = request.POST.get("first") == "1"
    saved.open_first(user=request.user, view=view, first=first)
    words = "s’ouvre désormais sur cette vue" if first else "s’ouvre de nouveau en entier"
    messages.success(request, f"La liste « {title_of(view.noun)} » {words}.")
    return redirect(saved.address(view))


@require_POST
def view_drop(request: HttpRequest, public_id) -> HttpResponse:
    view = found(request, public_id, SavedView.objects.writable_by)
    view.delete()
    messages.success(request, f"La vue « {view.name} » est supprimée.")
    return redirect(f"{saved.list_address(view.noun)}?{urlencode({'vue': saved.WHOLE})}")
