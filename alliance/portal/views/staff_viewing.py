"""« Voir comme », and the access journal: who looked at what that is not theirs."""

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.lib.back_office_search import keys, words_of
from alliance.lib.errors import Conflict
from alliance.portal.viewing import KEY
from alliance.portal.views.staff_campaigns import national_only, typed
from alliance.portal.views.staff_people import naming
from charter.models import EvidenceEvent
from charter.models.evidence import Kind
from partners.actions.viewings import begin_viewing, begin_viewing_role, end_viewing
from partners.models import Membership, Organisation, User, ViewedPage, Viewing

SHOWN, ROWS = 20, 50
SIDES = {"organisation": "pour l’organisation", "la_poste": "pour La Poste"}


class ViewAsForm(forms.Form):
    motive = forms.CharField(
        label="Motif", max_length=300, help_text="Inscrit au journal des accès, avec chaque page que vous verrez."
    )


def page(request: HttpRequest, template: str, title: str, *, status: int = 200, **context) -> TemplateResponse:
    context = admin.site.each_context(request) | {"title": title} | context
    return TemplateResponse(request, f"admin/viewing/{template}.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def view_as(request: HttpRequest) -> HttpResponse:
    """Look for a person, by their name or address, or by an organisation and a role there; say why, and begin."""
    national_only(request)
    form = ViewAsForm(request.POST if request.method == "POST" else None)
    seen = chosen(request)
    if form.is_bound and not seen:
        form.add_error(None, "Choisissez d’abord une personne, ou un rôle.")
    if form.is_bound and form.is_valid():
        begin = begin_viewing if "person" in seen else begin_viewing_role
        try:
            viewing = begin(agent=request.user, motive=form.cleaned_data["motive"], at=timezone.now(), **seen)
        except Conflict as refusal:
            form.add_error(None, refusal)
            return choice(request, form, seen, status=409)
        request.session[KEY] = str(viewing.public_id)
        return redirect("portal:space")
    return choice(request, form, seen, status=400 if form.is_bound else 200)


def chosen(request: HttpRequest) -> dict:
    """``person``, or ``organisation`` and ``role``: through whose eyes; nothing when nobody is named."""
    asked = request.POST if request.method == "POST" else request.GET
    key, slug, role = asked.get("personne", ""), asked.get("dans", "").replace("\x00", ""), asked.get("role", "")
    if key.isascii() and key.isdigit() and len(key) < 18:
        person = User.objects.filter(pk=int(key), is_active=True).first()
        return {"person": person} if person else {}
    organisation = Organisation.objects.filter(slug=slug).first() if slug and role in Membership.Role.values else None
    return {"organisation": organisation, "role": role} if organisation else {}


def choice(request: HttpRequest, form: ViewAsForm, seen: dict, *, status: int) -> HttpResponse:
    words, role = typed(request, "q"), seen.get("role") or request.GET.get("role", "")
    roles = Membership.Role.choices
    context = {"form": form, "seen": seen, "words": words, "role": role, "roles": roles, "where": where(words, role)}
    context["role_label"] = dict(roles).get(role, "")
    return page(request, "choose", "Voir comme", found=named(words, role), status=status, **context)


def where(words: str, role: str) -> list[Organisation]:
    """The organisations that the words name, to look through a role there that nobody may hold."""
    if len(words) < 2 or role not in Membership.Role.values:
        return []
    rows = Organisation.objects.filter(absorbed_into__isnull=True)
    for word in words_of(words):
        rows = rows.filter(pk__in=keys(Organisation, ["search_name"], word, "contains"))
    return list(rows.order_by("search_name", "pk")[:SHOWN])


def named(words: str, role: str) -> list[User]:
    """At most twenty people whom this may name, each with what they do for whom (``attached``).

    With a role, the words name the organisation where they hold it.
    """
    if len(words) < 2:
        return []
    live = Membership.objects.live().select_related("organisation")
    rows = User.objects.filter(is_active=True, is_superuser=False).exclude(perimeter__national=True)
    rows = holding(rows, words, role) if role in Membership.Role.values else naming(rows, words)
    return list(rows.prefetch_related(Prefetch("memberships", live, to_attr="attached")).order_by("email")[:SHOWN])


def holding(rows, words: str, role: str):
    held = Membership.objects.live().order_by().filter(user=OuterRef("pk"), role=role)
    for word in words_of(words):
        held = held.filter(organisation__in=keys(Organisation, ["search_name"], word, "contains"))
    return rows.filter(Exists(held))


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    national_only(request)
    key = request.session.pop(KEY, None)
    viewing = Viewing.objects.filter(public_id=key, agent=request.user).first() if key else None
    if viewing:
        end_viewing(viewing=viewing, at=timezone.now())
        messages.success(request, "Vous êtes de nouveau vous-même.")
    return redirect("staff_view_as")


@require_safe
def access_journal(request: HttpRequest) -> HttpResponse:
    """Looks through somebody's eyes, with their pages; and dossiers de preuve that were read."""
    national_only(request)
    pages = ViewedPage.objects.filter(viewing=OuterRef("pk")).order_by().values("viewing").annotate(count=Count("pk"))
    viewings = Viewing.objects.visible_to(request.user).select_related("agent", "person", "organisation")
    viewings = viewings.annotate(seen=Coalesce(Subquery(pages.values("count")), 0))
    viewings = viewings.order_by("-started_at", "-pk")
    reads = EvidenceEvent.objects.filter(kind=Kind.EVIDENCE_READ).select_related("person", "organisation", "signature")
    reads = Paginator(reads.order_by("-at", "-pk"), ROWS).get_page(request.GET.get("page"))
    for read in reads:
        read.side = SIDES[read.details["side"]]
    shown = Paginator(viewings, ROWS).get_page(request.GET.get("vues"))
    return page(request, "journal", "Journal des accès", viewings=shown, reads=reads)


@require_safe
def viewing(request: HttpRequest, public_id) -> HttpResponse:
    """Every page of one look."""
    national_only(request)
    rows = Viewing.objects.visible_to(request.user).select_related("agent", "person", "organisation")
    found = get_object_or_404(rows, public_id=public_id)
    pages = Paginator(found.pages.order_by("-pk"), ROWS).get_page(request.GET.get("page"))
    return page(request, "viewing", "Pages vues en « voir comme »", viewing=found, pages=pages)
