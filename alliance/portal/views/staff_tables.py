"""Tables of workshops in the back office: made, their links given and renewed, their minutes read and published."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from alliance.lib import french
from alliance.lib.errors import Conflict
from alliance.portal.staff_proposal_forms import FacilitatorForm
from alliance.portal.views.staff_conventions import found, national_only, page
from events.actions.tables import (
    close_table,
    minutes_stamp,
    name_facilitator,
    open_table,
    prepare_tables,
    publish_minutes,
    renew_links,
)
from events.models import Convention, Workshop, WorkshopTable
from events.views.facilitation import qr_of


@require_http_methods(["GET", "HEAD", "POST"])
def tables(request: HttpRequest, slug: str) -> HttpResponse:
    convention = found(request, slug)
    if request.method == "POST":
        national_only(request)
        made = prepare_tables(convention=convention)
        messages.success(request, f"{french.count(len(made), 'table est prête', 'tables sont prêtes')}.")
        return redirect("staff_tables", slug)
    workshops = Workshop.objects.filter(item__convention=convention).select_related("item", "table")
    rows = workshops.annotate(said=Count("proposals", filter=Q(proposals__merged_into=None))).order_by(
        "item__starts_at", "pk"
    )
    lacking = workshops.filter(table=None).count()
    return page(request, "tables", "Tables des ateliers", convention, rows=rows, lacking=lacking)


@require_http_methods(["GET", "HEAD", "POST"])
def table(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    convention = found(request, slug)
    one = _one(convention, public_id)
    refusal, status = "", 200
    form = FacilitatorForm(request.POST if request.POST.get("act") == "name" else None, convention=convention)
    if request.method == "POST":
        national_only(request)
        status = 400
        try:
            if told := _acted(request, one, form):
                messages.success(request, told)
                return redirect("staff_table", slug, public_id)
        except Conflict as conflict:
            refusal, status = conflict.messages[0], 409
            one = _one(convention, public_id)
    return page(
        request, "table", one.workshop.item.title, convention, status=status, table=one, refusal=refusal,
        form=form, qr=qr_of(one.facilitator_path), read_at=minutes_stamp(one),
        said=one.workshop.proposals.standing().count(),
    )  # fmt: skip


def _one(convention: Convention, public_id) -> WorkshopTable:
    rows = WorkshopTable.objects.select_related("workshop__item__convention", "facilitator__attendee")
    return get_object_or_404(rows, workshop__item__convention=convention, public_id=public_id)


def _acted(request: HttpRequest, one: WorkshopTable, form: FacilitatorForm) -> str:
    """Do what the button says; the sentence that tells it, or nothing when nobody was recognised."""
    act, at = request.POST.get("act"), timezone.now()
    if act == "name":
        return _named(one, form)
    if act == "unname":
        name_facilitator(table=one, registration=None)
        return "Personne n’est plus désigné. Le lien déjà envoyé compte encore : renouvelez les liens pour le fermer."
    if act == "open":
        open_table(table=one, at=at)
        return "La table est ouverte."
    if act == "close":
        close_table(table=one, at=at)
        return "La table est fermée."
    if act == "renew":
        renew_links(table=one)
        return "Les liens sont renouvelés : ceux d’avant ne mènent plus nulle part."
    if act in {"publish", "unpublish"}:
        read_at = request.POST.get("read_at", "")
        publish_minutes(table=one, is_public=act == "publish", read_at=read_at, at=at)
        return "Le compte rendu est public." if act == "publish" else "Le compte rendu n’est plus public."
    raise Http404


def _named(one: WorkshopTable, form: FacilitatorForm) -> str:
    if not form.is_valid():
        return ""
    attendee = name_facilitator(table=one, registration=form.cleaned_data["who"]).facilitator.attendee
    if attendee.email:
        return f"{attendee.name} anime cet atelier : le lien part par courriel."
    return f"{attendee.name} anime cet atelier. Sans adresse connue, donnez-lui le lien vous-même."
