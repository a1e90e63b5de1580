"""The network in the partner space: its members for whoever heads it, its networks for whoever is a member."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib import csv, exports, xlsx
from alliance.lib.errors import Conflict
from alliance.lib.pages import error_page
from charter.actions.adhesions import adhere, may_decide, networks_of, withdraw_adhesion
from charter.forms import AdhereForm, EndForm
from charter.models import Adhesion, CharterVersion, Signature, adhesion_text
from charter.models.adhesion import equivalents
from charter.models.difference import plain, text_of
from charter.views.member_rows import HEADINGS, Asked, chosen, counts, export_lines, in_tree, member_rows, told
from partners.models import Organisation

PAGE_SIZE = 20
HEADS = {Organisation.Kind.NETWORK, Organisation.Kind.REGIONAL}
READS_ONLY = (
    "Votre rôle dans cette organisation permet de lire cette page, pas de décider. Adressez-vous à qui administre "
    "l’espace, ou à votre représentant."
)


def own_organisation(request: HttpRequest, slug: str) -> Organisation:
    """One of the organisations of whoever asks; for anybody else it does not exist here."""
    rows = Organisation.objects.filter(pk__in=request.user.organisation_ids).defer("search", "description")
    return get_object_or_404(rows, slug=slug)


def head_or_404(request: HttpRequest, slug: str) -> Organisation:
    organisation = own_organisation(request, slug)
    if organisation.kind not in HEADS:
        raise Http404
    return organisation


@require_safe
def network(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    at, decides = timezone.now(), may_decide(request.user, organisation)
    context = {"organisation": organisation, "space_section": "reseau", "decides": decides}
    if organisation.kind != Organisation.Kind.NETWORK:
        context |= of_member(organisation, at)
    if organisation.kind in HEADS:
        context |= of_head(organisation, request, at)
    return render(request, "charter/network.html", context)


def of_head(organisation: Organisation, request: HttpRequest, at) -> dict:
    asked = Asked.read(request.GET)
    rows = member_rows(organisation, at)
    page = Paginator(in_tree(chosen(rows, asked)), PAGE_SIZE).get_page(request.GET.get("page"))
    told(page.object_list, organisation)
    return {
        "asked": asked,
        "counts": counts(rows),
        "page": page,
        "invites": organisation.kind == Organisation.Kind.NETWORK,
    }


def of_member(organisation: Organisation, at) -> dict:
    """Its networks, and where it stands under each."""
    version = CharterVersion.objects.in_force(timezone.localdate(at))
    return {
        "version": version,
        "networks": with_adhesions(organisation, networks_of(organisation), version),
        "signed": Signature.objects.answering(version).filter(organisation=organisation).exists() if version else False,
    }


def with_adhesions(organisation: Organisation, found: list[Organisation], version) -> list[Organisation]:
    """Each network with the live ``adhesion`` under it, and whether it ``signed``. Three queries."""
    live = Adhesion.objects.live().filter(organisation=organisation, version__in=equivalents(version))
    adhesions = {adhesion.network_id: adhesion for adhesion in live}
    current = Signature.objects.current(version).filter(organisation__in=[each.pk for each in found])
    signed = set(current.values_list("organisation", flat=True))
    for each in found:
        each.adhesion, each.signed = adhesions.get(each.pk), each.pk in signed
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def adhesion(request: HttpRequest, slug: str, network: str) -> HttpResponse:
    """Read the text, adhere under a network; later, leave."""
    organisation = own_organisation(request, slug)
    found = next((each for each in networks_of(organisation) if each.slug == network), None)
    if found is None:
        raise Http404
    version = CharterVersion.objects.in_force(timezone.localdate())
    with_adhesions(organisation, [found], version)
    consent = adhesion_text(organisation.name, found.name, version) if version else ""
    decides, status = may_decide(request.user, organisation), 200
    form = AdhereForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not decides:
            return error_page(request, 403, READS_ONLY)
        if _acted(request, form, organisation, found):
            return redirect("charter:network", slug)
        status = 409 if form.has_error("__all__") else 400
    context = {
        "organisation": organisation, "space_section": "reseau", "network": found, "version": version,
        "consent": consent, "form": form, "decides": decides,
        "text": plain(text_of(version.articles.all())) if version else None,
    }  # fmt: skip
    return render(request, "charter/adhesion.html", context, status=status)


def _acted(request: HttpRequest, form: AdhereForm, organisation: Organisation, found: Organisation) -> bool:
    leaves = request.POST.get("act") == "withdraw"
    if leaves:
        form.fields["consent"].required = False
    if not form.is_valid():
        return False
    try:
        if leaves:
            if found.adhesion is None:
                raise Conflict("Cette adhésion est déjà retirée.", code="withdrawn")
            withdraw_adhesion(adhesion=found.adhesion, side="member", by=request.user)
            messages.success(request, f"{organisation.label} n’adhère plus sous {found.label}.")
        else:
            adhere(organisation=organisation, network=found, by=request.user, consent=form.cleaned_data["consent"])
            messages.success(request, f"{organisation.label} adhère sous {found.label}. Votre reçu part par courriel.")
    except Conflict as conflict:
        form.add_error(None, conflict)
    except ValidationError as refusal:
        form.add_error("consent", refusal.error_dict["consent"])
    return not form.errors


@require_safe
def export(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """The whole tree as the page filters it: public facts of members, whose page the directory shows to anybody."""
    organisation = head_or_404(request, slug)
    lines = export_lines(chosen(member_rows(organisation, timezone.now()), Asked.read(request.GET)))
    cells = ([csv.cell(value) for value in line] for line in lines)
    content = csv.stream(HEADINGS, cells) if form == "csv" else xlsx.stream(HEADINGS, cells)
    name = f"reseau-{organisation.slug}-{timezone.localdate()}"
    response = exports.send(content, form=form, filename=name, head=request.method == "HEAD")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    """The head says that somebody is no member any more: asked first, with a motive."""
    organisation = head_or_404(request, slug)
    rows = Adhesion.objects.live().filter(network=organisation).select_related("organisation", "version")
    found = get_object_or_404(rows, public_id=public_id)
    if not may_decide(request.user, organisation):
        return error_page(request, 403, READS_ONLY)
    form, status = EndForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_adhesion(adhesion=found, side="network", by=request.user, motive=form.cleaned_data["motive"])
        except Conflict as conflict:
            form.add_error(None, conflict)
            status = 409
        else:
            messages.success(request, f"{found.organisation_name} n’adhère plus sous votre réseau.")
            return redirect("charter:network", slug)
    elif request.method == "POST":
        status = 400
    context = {"organisation": organisation, "space_section": "reseau", "adhesion": found, "form": form}
    return render(request, "charter/network_end.html", context, status=status)
