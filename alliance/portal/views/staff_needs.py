"""Needs and resources in the back office: what partners lack, what La Poste brings, and what brings them together."""

from collections import defaultdict

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.back_office_lists import KeysWithin
from alliance.lib.errors import Conflict
from partners.actions.matches import accept, decline, may_answer, propose
from partners.actions.needs import close_resource, publish_resource
from partners.filters.matching import needs_for, resources_for
from partners.forms.needs import DeclineForm, ResourceForm
from partners.models import Match, Need, Resource
from partners.models.need import Kind

ROWS = 50
SHOWN = {
    "ouverts": "Ouverts",
    "sans-reponse": "Ouverts, sans réponse",
    "demandes": "Ressource demandée",
    "sans-suite": "Sans suite, ouverts ou non",
    "echus": "Échus ou abandonnés sans réponse",
    "aboutis": "Devenus un projet",
}
UNKNOWN = "Choisissez l’un des boutons de la page."


def page(request: HttpRequest, template: str, title: str, *, status: int = 200, **context) -> TemplateResponse:
    context = admin.site.each_context(request) | {"title": title} | context
    return TemplateResponse(request, f"admin/needs/{template}.html", context, status=status)


def agent_only(request: HttpRequest) -> None:
    if not request.user.is_staff:
        raise Http404


@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    """The list, and above it the unmet by région and kind; each figure opens its list."""
    agent_only(request)
    today = timezone.localdate()
    which = request.GET.get("quoi", "ouverts")
    which = which if which in SHOWN else "ouverts"
    kind, region = request.GET.get("nature", ""), request.GET.get("region", "")
    mine = Need.objects.visible_to(request.user)
    rows = chosen(mine, which, today)
    if kind in Kind.values:
        rows = rows.filter(kind=kind)
    if region.isalnum() and len(region) <= 3:
        rows = rows.filter(region=region)
    rows = rows.select_related("organisation", "axis", "commune", "region").order_by("created_at", "pk")
    shown = KeysWithin(rows, ROWS).get_page(request.GET.get("page"))
    for need in shown.object_list:
        need.state_words = need.state(today)
    return page(
        request, "needs", "Besoins", page=shown, which=which, offered=SHOWN, kind=kind, region=region,
        kinds=Kind.choices, table=unmet_table(mine),
    )  # fmt: skip


def chosen(rows, which: str, today):
    if which == "sans-suite":
        return rows.unmet()
    if which == "aboutis":
        return rows.filter(outcome=Need.Outcome.MATCHED)
    if which == "echus":
        return rows.filter(Q(ended_at__isnull=True, until__lt=today) | Q(outcome=Need.Outcome.DROPPED))
    if which == "demandes":
        asked = Match.objects.waiting().filter(need=OuterRef("pk"), proposed_side=Match.Side.PARTNER)
        return rows.filter(Exists(asked))
    return rows.open(today).unanswered() if which == "sans-reponse" else rows.open(today)


def unmet_table(rows) -> list[dict]:
    """By région: how many needs of each kind found nothing, still open or not; one query. Most first."""
    counted = rows.unmet().order_by().values_list("region", "region__name", "kind").annotate(Count("pk"))
    found: dict[tuple, dict] = defaultdict(dict)
    for code, name, kind, count in counted:
        found[code or "", name or "Sans région"][kind] = count
    lines = [
        {
            "code": code,
            "name": name,
            "cells": [(kind, label, by_kind.get(kind, 0)) for kind, label in Kind.choices],
            "all": sum(by_kind.values()),
        }
        for (code, name), by_kind in found.items()
    ]
    return sorted(lines, key=lambda line: (-line["all"], line["name"]))


@require_http_methods(["GET", "HEAD", "POST"])
def need(request: HttpRequest, public_id) -> HttpResponse:
    """One need: what goes with it, what was proposed; offering, answering."""
    agent_only(request)
    rows = Need.objects.visible_to(request.user).select_related("organisation", "axis", "commune", "region")
    found = get_object_or_404(rows, public_id=public_id)
    form, refusal, status = DeclineForm(), "", 200
    if request.method == "POST":
        form = DeclineForm(request.POST if request.POST.get("act") == "decline" else None)
        try:
            if told := acted(request, found, form):
                messages.success(request, told)
                return redirect("staff_need", public_id)
            refusal, status = "" if form.errors else UNKNOWN, 400
        except Conflict as conflict:
            refusal, status = conflict.messages[0], 409
    today = timezone.localdate()
    writes = Need.objects.writable_by(request.user).filter(pk=found.pk).exists()
    matches = list(found.matches.select_related("resource__commune", "proposed_by", "decided_by", "project"))
    for match in matches:
        match.need = found
        match.answerable = match.accepted is None and may_answer(match, request.user)
    return page(
        request, "need", found.title, status=status, need=found, state_words=found.state(today), matches=matches,
        resources=resources_for(found, today) if writes and found.is_open(today) else [], form=form, refusal=refusal,
    )  # fmt: skip


def acted(request: HttpRequest, found: Need, form: DeclineForm) -> str:
    """Do what a button says; the sentence that tells it, or nothing when it says nothing that we know."""
    act = request.POST.get("act", "")
    try:
        if act == "offer":
            propose(need=found, resource=by_id(Resource.objects.all(), request), by=request.user)
            return "La proposition part au partenaire ; un courriel vous dira la réponse."
        asked = Match.objects.filter(need=found, proposed_side=Match.Side.PARTNER)
        if act == "accept":
            accept(match=by_id(asked, request), by=request.user)
            return "Accepté : le projet attend d’être relu, avec son origine."
        if act == "decline" and form.is_valid():
            decline(match=by_id(asked, request), by=request.user, motive=form.cleaned_data["motive"])
            return "La demande est déclinée ; le partenaire lira le motif."
    except PermissionDenied:
        raise Http404 from None
    return ""


def by_id(rows, request: HttpRequest):
    try:
        return get_object_or_404(rows, public_id=request.POST.get("id") or None)
    except ValidationError:
        return get_object_or_404(rows.none())


@require_safe
def resources(request: HttpRequest) -> HttpResponse:
    agent_only(request)
    today = timezone.localdate()
    rows = Resource.objects.visible_to(request.user)
    every = request.GET.get("quoi") == "toutes"
    rows = rows if every else rows.open(today)
    rows = rows.select_related("commune", "region").prefetch_related("axes")
    rows = rows.annotate(used=Count("matches", filter=Q(matches__accepted=True)))
    shown = KeysWithin(rows.order_by("-created_at", "-pk"), ROWS).get_page(request.GET.get("page"))
    mine = set(
        Resource.objects.writable_by(request.user).filter(pk__in=[row.pk for row in shown]).values_list("pk", flat=True)
    )
    for resource in shown.object_list:
        resource.opened, resource.mine = resource.is_open(today), resource.pk in mine
    return page(request, "resources", "Ressources", page=shown, every=every)


@require_http_methods(["GET", "HEAD", "POST"])
def new_resource(request: HttpRequest) -> HttpResponse:
    agent_only(request)
    form = ResourceForm(request.POST if request.method == "POST" else None)
    return keep(request, form, Resource(), "Nouvelle ressource")


@require_http_methods(["GET", "HEAD", "POST"])
def resource(request: HttpRequest, public_id) -> HttpResponse:
    """Change a resource of the perimeter, take it off, and see the needs that it goes with."""
    agent_only(request)
    rows = Resource.objects.writable_by(request.user).select_related("commune").prefetch_related("axes")
    found = get_object_or_404(rows, public_id=public_id)
    if request.method == "POST" and request.POST.get("act") == "close":
        close_resource(resource=found, by=request.user)
        messages.success(request, f"« {found.title} » est retirée.")
        return redirect("staff_resources")
    today = timezone.localdate()
    needs = needs_for(found, today, Need.objects.writable_by(request.user)) if found.is_open(today) else []
    form = ResourceForm(request.POST if request.method == "POST" else None, resource=found)
    return keep(request, form, found, found.title, needs=needs)


def keep(request: HttpRequest, form: ResourceForm, found: Resource, title: str, **context) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                kept = publish_resource(resource=form.written_on(found), axes=form.chosen_axes, by=request.user)
            except Conflict as conflict:
                form.add_error(None, conflict)
                status = 409
            except PermissionDenied:
                sentence = "Cette commune n’est pas dans votre périmètre."
                form.add_error("commune", sentence if form.cleaned_data["commune"] else "Donnez une commune.")
            else:
                messages.success(request, f"« {kept.title} » est publiée : voici les besoins qui lui vont.")
                return redirect("staff_resource", kept.public_id)
    return page(request, "resource", title, status=status, form=form, resource=found, **context)
