"""Acts that wait for their seal or their time, and mandates that agents enter for somebody else."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib import french
from alliance.lib.back_office_lists import CappedPaginator
from alliance.lib.db import LowerUnaccent
from alliance.portal.staff_campaign_forms import StaffMandateForm
from alliance.portal.views.staff_campaigns import FOUND, ROWS, agent_only, page, typed
from alliance.portal.views.staff_reminders import status_of
from alliance.proof import seal, timestamps
from charter.actions.mandates import submit_mandate
from charter.models import Paper, Signature
from charter.models.paper import unsealed
from events.models import Certificate
from partners.models import Membership, Organisation, User

WHY = {
    "missing": "Aucune clé de cachet n’est configurée (SEAL_P12).",
    "unreadable": "La clé de cachet ne se lit pas : fichier absent, abîmé ou mot de passe faux.",
    "mismatch": "La clé de cachet n’est pas celle de son certificat.",
    "weak": "La clé de cachet est trop faible.",
    "expired": "Le certificat du cachet n’est pas valable aujourd’hui.",
    "failed": "Le cachet ne peut pas être posé pour l’instant.",
}


@require_safe
def awaiting_acts(request: HttpRequest) -> HttpResponse:
    """Oldest first: acts without a seal, then sealed ones without an authority's time; and why.

    For the national team, certificates of attendance as well.
    """
    agent_only(request)
    acts, papers = unsealed_acts(request.user), unstamped_papers(request.user)
    context = {
        "acts": CappedPaginator(acts, ROWS).get_page(request.GET.get("page")),
        "papers": CappedPaginator(papers, ROWS).get_page(request.GET.get("heure")),
        "why": why_unsealed(),
        "stamped": timestamps.is_configured(),
        "gatherings": list(Certificate.objects.waiting_by_gathering()) if request.user.is_national else [],
        "now": timezone.now(),
    }
    return page(request, "awaiting_acts", "Actes en attente de cachet ou d’heure", **context)


def unsealed_acts(user: User) -> QuerySet[Signature]:
    rows = unsealed(Signature.objects.visible_to(user)).select_related("organisation", "version")
    return rows.order_by("last_fact", "pk")


def unstamped_papers(user: User) -> QuerySet[Paper]:
    rows = Paper.objects.unstamped().filter(signature__in=Signature.objects.visible_to(user))
    return rows.select_related("signature__organisation", "signature__version").order_by("sealed_at", "pk")


def why_unsealed() -> str:
    """The sentence that says why nothing is sealed; the empty string when the key is good."""
    try:
        seal.load(timezone.now())
    except seal.SealUnavailable as error:
        return WHY.get(error.code, WHY["failed"])
    return ""


@require_safe
def mandate_choice(request: HttpRequest) -> HttpResponse:
    """For which organisation of the perimeter a mandate is entered."""
    agent_only(request)
    asked = typed(request, "q")
    rows = Organisation.objects.writable_by(request.user).select_related("region")
    named = rows.filter(search_name__contains=LowerUnaccent(Value(asked))) if asked else rows.none()
    found = named.order_by("search_name", "pk")[:FOUND]
    return page(request, "mandate_choice", "Déposer un mandat pour une personne", q=asked, found=found)


@require_http_methods(["GET", "HEAD", "POST"])
def mandate_deposit(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter a mandate for one of the organisation's people; another agent verifies it."""
    agent_only(request)
    organisation = get_object_or_404(Organisation.objects.writable_by(request.user), slug=slug)
    here = Membership.objects.live().filter(organisation=organisation)
    people = User.objects.filter(pk__in=here.values("user"), is_active=True).order_by("full_name", "email")
    form = StaffMandateForm(*([request.POST, request.FILES] if request.method == "POST" else []), people=people)
    if form.is_bound and form.is_valid():
        try:
            mandate = submit_mandate(organisation=organisation, entered_by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            words = f"Le mandat {french.of(str(mandate.person))} est déposé. Un autre agent le vérifie."
            messages.success(request, words)
            return redirect("admin:charter_mandate_change", mandate.pk)
    return page(
        request,
        "mandate_deposit",
        f"Déposer un mandat pour {organisation.label}",
        status=status_of(form),
        form=form,
        organisation=organisation,
        people=people,
    )
