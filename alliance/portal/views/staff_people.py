"""Who has which role for whom, and which agent has which perimeter; a change of perimeter, with its motive."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Prefetch, Q, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib import french
from alliance.lib.back_office_lists import CappedPaginator
from alliance.lib.back_office_search import keys, words_of
from alliance.lib.change_words import tell_changes
from alliance.lib.changes import changes_of
from alliance.lib.db import LowerUnaccent
from alliance.lib.errors import Conflict
from alliance.portal.views.staff_campaigns import agent_only, national_only, typed
from alliance.portal.views.staff_steering import page
from partners.actions.perimeters import change_perimeter
from partners.models import Membership, Organisation, Region, StaffPerimeter, User

ROWS = 50
ROLES = dict(Membership.Role.choices) | {"agent": "agents de La Poste", "national": "équipe nationale"}


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody of the perimeter, with what they may do; by role, by name, address or organisation."""
    agent_only(request)
    role, words = typed(request, "role"), typed(request, "q")
    rows = chosen(User.objects.visible_to(request.user).filter(is_active=True), role, words)
    live = Membership.objects.live().visible_to(request.user).select_related("organisation")
    rows = rows.select_related("perimeter").prefetch_related(
        Prefetch("memberships", live.order_by("organisation__search_name"), to_attr="held"), "perimeter__regions"
    )
    shown = CappedPaginator(rows.order_by("search_name", "pk"), ROWS).get_page(request.GET.get("page"))
    return page(
        request, "people", "Personnes, rôles, périmètres", rows=shown, role=role, words=words, roles=ROLES.items()
    )


def chosen(rows, role: str, words: str):
    held = Membership.objects.live().filter(user=OuterRef("pk"))
    if role == "agent":
        rows = rows.filter(is_staff=True)
    elif role == "national":
        rows = rows.filter(Q(perimeter__national=True) | Q(is_superuser=True), is_staff=True)
    elif role in ROLES:
        rows = rows.filter(Exists(held.filter(role=role)))
    return naming(rows, words)


def naming(rows, words: str):
    """Those whom each word may name: by name, address or organisation.

    Asked of each person in the order of names: a word of everybody fills the page at once, whatever their number.
    """
    for word in words_of(words):
        named = keys(Organisation, ["search_name"], word, "contains")
        attached = Membership.objects.live().order_by().filter(organisation__in=named).values("user")
        rows = rows.filter(Q(search_name__contains=LowerUnaccent(Value(word))) | Q(pk__in=attached))
    return rows


class PerimeterForm(forms.Form):
    national = forms.BooleanField(label="Équipe nationale", required=False)
    regions = forms.ModelMultipleChoiceField(
        label="Régions",
        queryset=Region.objects.order_by(LowerUnaccent("name")),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    job_title = forms.CharField(label="Fonction", max_length=120, required=False)
    motive = forms.CharField(label="Motif", max_length=300, help_text="Gardé dans l’historique, avec votre nom.")


@require_http_methods(["GET", "HEAD", "POST"])
def perimeter(request: HttpRequest, pk: int) -> HttpResponse:
    """The perimeter of an agent, and how it changed."""
    national_only(request)
    agents = User.objects.filter(is_staff=True).select_related("perimeter")
    agent = get_object_or_404(agents, pk=pk)
    kept = StaffPerimeter.objects.filter(user=agent).prefetch_related("regions").first()
    initial = {"national": kept.national, "regions": kept.regions.all(), "job_title": kept.job_title} if kept else {}
    form, status = PerimeterForm(request.POST if request.method == "POST" else None, initial=initial), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                change_perimeter(agent=agent, by=request.user, **form.cleaned_data)
            except ValidationError as refusal:
                form.add_error(None, refusal)
                status = 409 if isinstance(refusal, Conflict) else 400
            else:
                messages.success(request, f"Le périmètre {french.of(str(agent))} est changé.")
                return redirect("staff_people")
    told = tell_changes(changes_of(kept)[:20]) if kept else []
    return page(request, "perimeter", f"Périmètre : {agent}", agent=agent, form=form, told=told, status=status)
