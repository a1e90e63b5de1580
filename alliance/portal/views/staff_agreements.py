"""Agreements in the back office: lists by what they ask for, one page for each, and its acts."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.lib.back_office_lists import KeysFirst
from alliance.lib.back_office_search import searched
from alliance.lib.db import LowerUnaccent
from alliance.portal import agreement_page
from alliance.portal.account.adapters import signed_in_recently
from alliance.portal.account.security import ask_again
from alliance.portal.agreement_acts import Subject
from alliance.portal.agreement_forms import NewAgreementForm
from alliance.portal.agreement_staff_acts import STAFF_ACTS
from alliance.portal.agreement_step import SOON, may_remind, staff_step
from partners.actions.agreement_drafts import draft_from_template
from partners.models import Agreement, AgreementVersion, Organisation
from partners.models.agreement_signing import Side
from partners.models.agreement_version import Stage

ROWS, FOUND = 50, 10
TABS = {
    "a-decider": "À décider",
    "bientot": "À terme sous 90 jours",
    "preparation": "En préparation",
    "signature": "À la signature",
    "signes": "Signés",
    "en-vigueur": "En vigueur",
    "termines": "Terminés",
}


def page(request: HttpRequest, template: str, title: str, *, status: int = 200, **context) -> TemplateResponse:
    context = admin.site.each_context(request) | {"title": title} | context
    return TemplateResponse(request, f"admin/agreements/{template}.html", context, status=status)


def agent_only(request: HttpRequest) -> None:
    if not request.user.is_staff:
        raise Http404


STAGES = {"preparation": [Stage.DRAFT, Stage.SHARED], "signature": [Stage.SIGNING], "signes": [Stage.SIGNED]}
"""The tabs of what is being prepared, amendments of agreements in force as well; at most one version of each is."""


def by_date(today) -> dict[str, Q]:
    """The other tabs."""
    return {
        "a-decider": Q(state="active", ends_on__lt=today),
        "bientot": Q(state="active", ends_on__range=(today, today + SOON)),
        "en-vigueur": Q(state="active") & ~Q(ends_on__lt=today),
        "termines": Q(state__in=["ended", "void"]),
    }


def tab(rows: QuerySet, name: str, today) -> QuerySet:
    if name in STAGES:
        return rows.filter(pk__in=AgreementVersion.objects.filter(stage__in=STAGES[name]).values("agreement"))
    return rows.filter(by_date(today)[name])


def counts_of(rows: QuerySet, today) -> dict[str, int]:
    """How many rows each tab holds; two queries, whatever the number of tabs."""
    counts = rows.aggregate(**{name: Count("pk", filter=condition) for name, condition in by_date(today).items()})
    prepared = AgreementVersion.objects.open().filter(agreement__in=rows.order_by().values("pk")).order_by()
    stages = dict(prepared.values_list("stage").annotate(Count("pk")))
    return counts | {name: sum(stages.get(stage, 0) for stage in found) for name, found in STAGES.items()}


@require_safe
def agreements(request: HttpRequest) -> HttpResponse:
    agent_only(request)
    today = timezone.localdate()
    wanted = request.GET.get("etat", "")
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:120]
    mine = request.GET.get("miens") == "1"
    own = request.GET.get("perimetre") == "1"
    rows = Agreement.objects.visible_to(request.user)
    if own:
        rows = rows.writable_by(request.user)
    if mine:
        rows = rows.filter(referent=request.user)
    if asked:
        rows = searched(rows, ["title", "organisation__search_name"], asked)
    counts = counts_of(rows, today)
    current = wanted if wanted in TABS else next((name for name in TABS if counts[name]), "en-vigueur")
    listed = tab(rows, current, today).order_by(F("ends_on").asc(nulls_last=True), "-pk").with_standing(today)
    pages = KeysFirst(listed.select_related("organisation", "referent"), ROWS)
    pages.found = counts[current]  # known already
    return page(
        request,
        "list",
        "Accords de partenariat",
        tabs=[(name, label, counts[name]) for name, label in TABS.items()],
        current=current,
        label=TABS[current],
        q=asked,
        mine=mine,
        own=own,
        rows=pages.get_page(request.GET.get("page")),
        today=today,
    )


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """With which organisation of the perimeter."""
    agent_only(request)
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:120]
    rows = Organisation.objects.writable_by(request.user).select_related("region")
    named = rows.filter(search_name__contains=LowerUnaccent(Value(asked))) if asked else rows.none()
    return page(request, "choose", "Nouvel accord", q=asked, found=named.order_by("search_name", "pk")[:FOUND])


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    agent_only(request)
    organisation = get_object_or_404(Organisation.objects.writable_by(request.user), slug=slug)
    form = NewAgreementForm(request.POST if request.method == "POST" else None, organisation=organisation)
    if form.is_bound and form.is_valid():
        version = draft_from_template(organisation=organisation, by=request.user, **form.cleaned_data)
        messages.success(request, "Le brouillon est ouvert. Le partenaire ne voit rien avant qu’il lui soit proposé.")
        return redirect("staff_agreement", version.agreement.public_id)
    status = 400 if form.errors else 200
    return page(request, "new", "Nouvel accord", status=status, form=form, organisation=organisation)


def found(request: HttpRequest, public_id) -> Subject:
    agent_only(request)
    rows = Agreement.objects.visible_to(request.user).with_standing(timezone.localdate())
    rows = rows.select_related("organisation__region", "referent", "partner_referent")
    return Subject(get_object_or_404(rows, public_id=public_id), request.user, Side.POSTE)


def writable(subject: Subject) -> bool:
    return Agreement.objects.writable_by(subject.user).filter(pk=subject.agreement.pk).exists()


@require_safe
def agreement(request: HttpRequest, public_id) -> HttpResponse:
    subject = found(request, public_id)
    context = agreement_page.context_of(subject, request.GET.get("version", ""))
    context |= {
        "writes": writable(subject),
        "remarks": subject.agreement.remarks.select_related("author"),
        "base": reverse("staff_agreement", args=[public_id]),
        "axes": subject.agreement.axes.order_by("number"),
        "places": [*subject.agreement.regions.order_by("name"), *subject.agreement.departments.order_by("name")],
        "entities": subject.agreement.entities.all(),
    }
    step = staff_step(context) if context["writes"] else None
    context |= {"step": step, "step_href": step and step.href(context["base"])}
    offers = [(name, STAFF_ACTS[name]) for name in offered(context)] if context["writes"] else []
    return page(request, "agreement", subject.agreement.title, offers=offers, **context)


def offered(context: dict) -> list[str]:
    """The acts that this moment allows; the one that it asks for is the page’s ``step``."""
    agreement, prepared = context["agreement"], context["prepared"]
    names: list[str] = []
    if prepared:
        names += {
            Stage.DRAFT: ["proposer", "texte", "classer"],
            Stage.SHARED: ["signature", "texte", "classer"],
            Stage.SIGNING: [*(["relancer"] if may_remind(context) else []), "exemplaire", "rappeler"],
            Stage.SIGNED: ["mettre-en-vigueur", "classer"],
        }[prepared.stage]
        if context["my_turn"]:
            names = ["signer", "refuser", *names]
    if agreement.state != Agreement.State.ACTIVE:
        return names
    if not prepared:
        renewal = ["renouveler"] if agreement.ends_on else []
        soon = agreement.ends_on and agreement.ends_on <= context["today"] + SOON
        amendment = [] if context["due"] else ["avenant"]
        names += [*renewal, *amendment] if soon else [*amendment, *renewal]
    review = context["review"]
    if review is None or review.closed_at:
        names.append("bilan")
    return [*names, "mettre-fin"]


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, public_id, name: str) -> HttpResponse:
    subject = found(request, public_id)
    if name not in STAFF_ACTS:
        raise Http404
    if not writable(subject):
        raise PermissionDenied
    chosen = STAFF_ACTS[name]
    if chosen.fresh and not signed_in_recently(request):
        return ask_again(request, request.path)
    form, status = agreement_page.attempt(request, chosen, subject)
    back = reverse("staff_agreement", args=[public_id])
    if status == 302:
        messages.success(request, chosen.told)
        return redirect(f"{back}#{chosen.anchor}" if chosen.anchor else back)
    context = {"agreement": subject.agreement, "subject": subject, "act": chosen, "form": form, "back": back}
    return page(request, "act", chosen.title, status=status, name=name, **context)


@require_POST
def settle(request: HttpRequest, public_id, pk: int) -> HttpResponse:
    """A comment is settled."""
    subject = found(request, public_id)
    agreement_page.resolve(subject, pk)
    return redirect(reverse("staff_agreement", args=[public_id]) + "#commentaires")


@require_POST
def done(request: HttpRequest, public_id, action_id) -> HttpResponse:
    """An action is done."""
    subject = found(request, public_id)
    agreement_page.finish(subject, action_id)
    return redirect(reverse("staff_agreement", args=[public_id]) + "#actions")


@require_safe
def paper(request: HttpRequest, public_id, document_id) -> HttpResponse:
    return agreement_page.paper(found(request, public_id), document_id)


@require_safe
def attachment(request: HttpRequest, public_id, file_id) -> HttpResponse:
    return agreement_page.attachment(found(request, public_id), file_id)
