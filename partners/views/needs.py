"""The needs of an organisation, in the partner space: a list, a short form, and what La Poste has for each."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.errors import Conflict
from alliance.lib.pages import error_page
from partners.actions.matches import accept, decline, propose
from partners.actions.needs import describe_need, end_need
from partners.actions.projects import may_write_for
from partners.filters.matching import resources_for
from partners.forms.needs import DeclineForm, NeedForm
from partners.models import Match, Need, Organisation, Resource
from partners.views.space import own_organisation

PAGE_SIZE = 50
READS_ONLY = (
    "Votre rôle dans cette organisation permet de lire ses besoins, pas d’en décrire. "
    "Pour changer de rôle, adressez-vous à qui administre l’espace."
)
UNKNOWN = "Choisissez l’un des boutons de la page."


@require_safe
def needs(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    rows = Need.objects.filter(organisation=organisation).select_related("axis", "commune")
    page = Paginator(rows.order_by("ended_at", "-created_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    tell(page.object_list)
    context = {
        "organisation": organisation,
        "space_section": "besoins",
        "page": page,
        "writes": may_write_for(request.user, organisation),
    }
    return render(request, "partners/space_needs.html", context)


def tell(rows: list[Need]) -> None:
    """Each with its state in words, whether it is open, and how many proposals wait; one query."""
    today = timezone.localdate()
    waiting = Match.objects.waiting().filter(need__in=[need.pk for need in rows], proposed_side=Match.Side.POST)
    asked = set(waiting.values_list("need", flat=True))
    for need in rows:
        need.state_words, need.opened, need.to_answer = need.state(today), need.is_open(today), need.pk in asked


@require_http_methods(["GET", "HEAD", "POST"])
def new_need(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    if not may_write_for(request.user, organisation):
        return error_page(request, 403, READS_ONLY)
    data = request.POST if request.method == "POST" else None
    return _form(request, organisation, NeedForm(data, commune=str(organisation.commune or "")), Need())


@require_http_methods(["GET", "HEAD", "POST"])
def edit_need(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    organisation = own_organisation(request, slug)
    need = _own(organisation, public_id)
    if not may_write_for(request.user, organisation):
        return error_page(request, 403, READS_ONLY)
    return _form(request, organisation, NeedForm(request.POST if request.method == "POST" else None, need=need), need)


def _own(organisation: Organisation, public_id) -> Need:
    rows = Need.objects.filter(organisation=organisation).select_related("axis", "commune", "organisation")
    return get_object_or_404(rows, public_id=public_id)


def _form(request: HttpRequest, organisation: Organisation, form: NeedForm, need: Need) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                kept = describe_need(need=form.written_on(need), organisation=organisation, by=request.user)
            except Conflict as conflict:
                form.add_error(None, conflict)
                status = 409
            else:
                messages.success(request, f"« {kept.title} » est noté. Voici ce que La Poste propose déjà.")
                return redirect("partners:space_need", organisation.slug, kept.public_id)
    context = {"organisation": organisation, "space_section": "besoins", "form": form, "need": need}
    return render(request, "partners/space_need_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def need(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    """One need, what goes with it, what was proposed; asking, answering, ending."""
    organisation = own_organisation(request, slug)
    found = _own(organisation, public_id)
    form, refusal, status = DeclineForm(), "", 200
    if request.method == "POST":
        if not may_write_for(request.user, organisation):
            return error_page(request, 403, READS_ONLY)
        form = DeclineForm(request.POST if request.POST.get("act") == "decline" else None)
        try:
            if told := _acted(request, found, form):
                messages.success(request, told)
                return redirect("partners:space_need", slug, public_id)
            refusal, status = "" if form.errors else UNKNOWN, 400
        except Conflict as conflict:
            refusal, status = conflict.messages[0], 409
    return render(request, "partners/space_need.html", _page(request, found, form, refusal), status=status)


def _acted(request: HttpRequest, found: Need, form: DeclineForm) -> str:
    """Do what a button says; the sentence that tells it, or nothing when it says nothing that we know."""
    act = request.POST.get("act", "")
    if act in ("elsewhere", "dropped"):
        end_need(need=found, outcome=act, by=request.user)
        return "Le besoin est clos."
    if act == "ask":
        resource = _by_id(Resource.objects.all(), request)
        propose(need=found, resource=resource, by=request.user)
        return "Votre demande part à La Poste ; un courriel vous dira la réponse."
    if act == "accept":
        accept(match=_match(found, request), by=request.user)
        return "Accepté : le projet est soumis à La Poste, avec son origine."
    if act == "decline" and form.is_valid():
        decline(match=_match(found, request), by=request.user, motive=form.cleaned_data["motive"])
        return "La proposition est déclinée."
    return ""


def _match(found: Need, request: HttpRequest) -> Match:
    return _by_id(Match.objects.filter(need=found, proposed_side=Match.Side.POST), request)


def _by_id(rows, request: HttpRequest):
    try:
        return get_object_or_404(rows, public_id=request.POST.get("id") or None)
    except ValidationError:
        return get_object_or_404(rows.none())


def _page(request: HttpRequest, found: Need, form: DeclineForm, refusal: str) -> dict:
    today = timezone.localdate()
    tell([found])
    matches = found.matches.select_related("resource__commune", "project").order_by("-proposed_at", "-pk")
    return {
        "organisation": found.organisation,
        "space_section": "besoins",
        "need": found,
        "writes": may_write_for(request.user, found.organisation),
        "matches": list(matches),
        "resources": [each for each in resources_for(found, today) if not each.proposed] if found.opened else [],
        "form": form,
        "refusal": refusal,
        "today": today,
    }
