"""Proposals of a Convention in the back office: every agent reads; the national team brings together and decides."""

from django.contrib import messages
from django.contrib.postgres.search import TrigramSimilarity
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib import french
from alliance.lib.errors import Conflict
from alliance.portal.staff_proposal_forms import DecisionForm, ItemForm
from alliance.portal.views.staff_conventions import found, national_only, page
from events.actions.proposals import decide, merge_proposals, stamp, undo_merge
from events.actions.roadmap import enter_item, leave_item, make_item
from events.models import Attendee, Convention, Proposal, Registration, RoadmapItem
from events.models.proposal_families import Families, authors_below

ROWS, MOST = 50, 20
ALIKE = 0.25
"""From this share of common letters on (in threes), two proposals may say the same thing."""
SHOWN = {
    "a-lire": ("À lire", ["received"]),
    "etude": ("À l’étude", ["to_study"]),
    "retenues": ("Retenues", ["retained"]),
    "non-retenues": ("Non retenues", ["not_retained"]),
    "reunies": ("Réunies à d’autres", ["merged"]),
    "toutes": ("Toutes", Proposal.State.values),
}
UNKNOWN = "Choisissez l’un des boutons de la page."


@require_safe
def proposals(request: HttpRequest, slug: str) -> HttpResponse:
    """By state, with how many stand behind each; boxes to bring some together."""
    convention = found(request, slug)
    rows = Proposal.objects.of(convention)
    counts = rows.counted()
    which = request.GET.get("quoi", "a-lire" if counts["to_read"] else "toutes")
    which = which if which in SHOWN else "toutes"
    chosen = rows.filter(state__in=SHOWN[which][1]).select_related("workshop__item", "roadmap_item", "merged_into")
    shown = Paginator(chosen.order_by("workshop__item__starts_at", "workshop", "pk"), ROWS)
    shown = shown.get_page(request.GET.get("page"))
    Families(convention).count(shown.object_list)
    return page(
        request,
        "proposals",
        "Propositions",
        convention,
        page=shown,
        counts=counts,
        which=which,
        offered=[(key, label) for key, (label, _) in SHOWN.items()],
        caption=SHOWN[which][0],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def merging(request: HttpRequest, slug: str) -> HttpResponse:
    """GET shows those that were ticked, side by side; POST brings them together under the one that is kept."""
    convention = found(request, slug)
    national_only(request)
    asked = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(convention, asked.getlist("p"))
    refusal, status = "", 200
    if request.method == "POST":
        kept = next((each for each in chosen if str(each.public_id) == request.POST.get("kept")), None)
        try:
            if kept is None:
                raise ValidationError("Choisissez celle qui reste.")
            others = [each for each in chosen if each != kept]
            merge_proposals(kept=kept, others=others, by=request.user, at=timezone.now())
        except Conflict as conflict:
            refusal, status = conflict.messages[0], 409
        except ValidationError as error:
            refusal, status = error.messages[0], 400
        else:
            told = french.count(len(others), "proposition est réunie", "propositions sont réunies")
            messages.success(request, f"{told} à celle-ci, avec ses auteurs. Cela se défait, ci-dessous.")
            return redirect("staff_proposal", slug, kept.public_id)
    Families(convention).count(chosen)
    best = max(chosen, key=lambda each: (each.supports_count + each.authors_count, -each.pk), default=None)
    return page(
        request, "merging", "Réunir des propositions", convention, status=status, chosen=chosen, best=best,
        refusal=refusal,
    )  # fmt: skip


def _chosen(convention: Convention, typed: list[str]) -> list[Proposal]:
    try:
        rows = Proposal.objects.of(convention).standing().filter(public_id__in=typed[:MOST])
        return list(rows.select_related("workshop__item", "roadmap_item"))
    except ValidationError:
        raise Http404 from None


@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    convention = found(request, slug)
    one = _one(convention, public_id)
    act, status, refusal = request.POST.get("act", ""), 200, ""
    form = DecisionForm(request.POST if act == "decide" else None, proposal=one)
    item_form = ItemForm(request.POST if act == "make_item" else None, proposal=one)
    if request.method == "POST":
        national_only(request)
        status = 400
        try:
            if told := _acted(request, one, form, item_form):
                messages.success(request, told)
                return redirect("staff_proposal", slug, public_id)
            refusal = "" if form.errors or item_form.errors else UNKNOWN
        except Conflict as conflict:
            refusal, status = conflict.messages[0], 409
        one = _one(convention, public_id)
    Families(convention).count([one])
    authors, others = _authors(request, one)
    return page(
        request,
        "proposal",
        "Une proposition",
        convention,
        status=status,
        proposal=one,
        authors=authors,
        others=others,
        merged=one.merged.select_related("workshop__item"),
        steps=one.steps.select_related("by", "other", "roadmap_item"),
        alike=alike(convention, one) if one.merged_into_id is None else [],
        form=form,
        item_form=item_form,
        items=RoadmapItem.objects.exclude(state="dropped")[:ROWS] if one.state == "retained" else [],
        seen=stamp(one),
        refusal=refusal,
    )


def _one(convention: Convention, public_id) -> Proposal:
    rows = Proposal.objects.of(convention).select_related(
        "workshop__item", "workshop__axis", "roadmap_item", "merged_into", "decided_by"
    )
    return get_object_or_404(rows, public_id=public_id)


def _authors(request: HttpRequest, one: Proposal) -> tuple[list[Attendee], int]:
    """Those whose registration this agent may see, by name; how many others there are."""
    found = authors_below([one])
    seen = Registration.objects.visible_to(request.user).filter(pk__in=[author.pk for author in found])
    keys = set(seen.values_list("pk", flat=True))
    named = [author.attendee for author in found if author.pk in keys]
    return named, len(found) - len(named)


def _acted(request: HttpRequest, one: Proposal, form: DecisionForm, item_form: ItemForm) -> str:
    """Do what the button says; the sentence that tells it, or nothing when it says nothing that we know."""
    act, by, at = request.POST.get("act", ""), request.user, timezone.now()
    if act == "decide" and form.is_valid():
        decide(proposal=one, seen=request.POST.get("seen", ""), by=by, at=at, **form.cleaned_data)
        return "La décision est prise et publique ; ses auteurs reçoivent un courriel."
    if act == "undo":
        undo_merge(proposal=one, by=by, at=at)
        return "Cette proposition se lit de nouveau seule ; les auteurs reçoivent un courriel."
    if act == "make_item" and item_form.is_valid():
        make_item(proposal=one, by=by, at=at, **item_form.values)
        return "L’action est dans la feuille de route ; les auteurs reçoivent un courriel."
    if act == "enter_item":
        enter_item(proposal=one, item=_item(request), by=by, at=at)
        return "La proposition est rattachée à cette action ; ses auteurs reçoivent un courriel."
    if act == "leave_item":
        leave_item(proposal=one, by=by, at=at)
        return "La proposition n’est plus rattachée à cette action ; ses auteurs reçoivent un courriel."
    return ""


def _item(request: HttpRequest) -> RoadmapItem:
    try:
        return get_object_or_404(RoadmapItem, public_id=request.POST.get("item") or None)
    except ValidationError:
        raise Http404 from None


def alike(convention: Convention, one: Proposal) -> list[Proposal]:
    """Those that may say the same thing, the likeliest first."""
    rows = Proposal.objects.of(convention).standing().exclude(pk=one.pk).select_related("workshop__item")
    near = rows.annotate(near=TrigramSimilarity("text", one.text)).filter(near__gte=ALIKE)
    return list(near.order_by("-near", "pk")[:5])
