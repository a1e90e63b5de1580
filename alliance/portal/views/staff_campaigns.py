"""Re-engagement campaigns in the back office: prepare, open, follow, invite. Delegates read their perimeter."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.back_office_lists import KeysWithin
from alliance.lib.db import LowerUnaccent
from alliance.lib.errors import Conflict
from alliance.portal.staff_campaign_forms import CampaignForm
from charter.actions.campaign import change_campaign, concern, open_campaign, prepare_campaign, representatives_of
from charter.models import Campaign, CharterVersion, Concerned
from charter.models.campaign import Stage, awaiting_a_campaign, former_signatories
from charter.stats import GROUPS, STEPS, Progress, progress, total
from partners.models import Organisation

ROWS, GROUPS_A_PAGE, FOUND = 25, 12, 10
STAGES = {stage.name.lower(): stage for stage in (*STEPS, Stage.WITHDRAWN)}
HEADINGS = ("Concernées", "Invitées", "Lien ouvert", "Texte lu", "Signées", "Contresignées")


def page(request: HttpRequest, template: str, title: str, *, status: int = 200, **context) -> TemplateResponse:
    context = admin.site.each_context(request) | {"title": title} | context
    return TemplateResponse(request, f"admin/campaigns/{template}.html", context, status=status)


def agent_only(request: HttpRequest) -> None:
    if not request.user.is_staff:
        raise Http404


def national_only(request: HttpRequest) -> None:
    agent_only(request)
    if not request.user.is_national:
        raise PermissionDenied


def typed(request: HttpRequest, name: str) -> str:
    """A word of the address, fit for the database."""
    return request.GET.get(name, "").replace("\x00", "").strip()[:120]


def found(public_id) -> Campaign:
    return get_object_or_404(Campaign.objects.select_related("version", "opened_by", "closed_by"), public_id=public_id)


@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    agent_only(request)
    return page(
        request,
        "campaigns",
        "Campagnes de réengagement",
        campaigns=Campaign.objects.select_related("version"),
        awaiting=awaiting_a_campaign(),
        again=may_ask_again(),
        today=timezone.localdate(),
    )


def may_ask_again() -> CharterVersion | None:
    """The last substantive version, when its campaigns are all closed."""
    version = CharterVersion.objects.published().filter(kind="substantive").order_by("-effective_on", "-pk").first()
    campaigns = Campaign.objects.filter(version=version)
    return version if campaigns.exists() and not campaigns.filter(closed_at=None).exists() else None


@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose the days of a campaign for a published version."""
    national_only(request)
    version = get_object_or_404(CharterVersion.objects.published().filter(kind="substantive"), slug=slug)
    form = CampaignForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            campaign = prepare_campaign(version=version, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "La campagne est préparée. Rien ne part avant que vous ne l’ouvriez.")
            return redirect("staff_campaign", campaign.public_id)
    return days_page(request, form, version, f"Préparer la campagne, version {version.label}")


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, public_id) -> HttpResponse:
    """Other days, as long as the campaign is not open."""
    national_only(request)
    campaign = found(public_id)
    initial = {name: getattr(campaign, name) for name in ("opens_on", "closes_on", "grace_on")}
    form = CampaignForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            change_campaign(campaign=campaign, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "Les dates sont changées.")
            return redirect("staff_campaign", campaign.public_id)
    return days_page(request, form, campaign.version, "Changer les dates", campaign=campaign)


def days_page(request, form, version: CharterVersion, title: str, **context) -> HttpResponse:
    status = 409 if any(isinstance(error, Conflict) for error in refusals(form)) else 400 if form.errors else 200
    return page(request, "days", title, form=form, version=version, status=status, **context)


def refusals(form) -> list[ValidationError]:
    return form.errors.as_data().get("__all__", []) if form.is_bound else []


@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, public_id) -> HttpResponse:
    """Who will be concerned and written to, then the word that opens."""
    national_only(request)
    campaign, now, refusal = found(public_id), timezone.now(), ""
    if request.method == "POST":
        try:
            open_campaign(campaign=campaign, by=request.user, at=now)
        except Conflict as conflict:
            refusal = conflict.messages[0]
        else:
            messages.success(request, "La campagne est ouverte : les invitations partent.")
            return redirect("staff_campaign", campaign.public_id)
    if campaign.opened_at and not refusal:
        return redirect("staff_campaign", campaign.public_id)
    signatories = {row["organisation"] for row in former_signatories(campaign, now)}
    guests = set(campaign.concerned.values_list("organisation", flat=True)) - signatories
    everyone = signatories | guests
    reached = representatives_of(everyone, timezone.localdate(now))
    silent = Organisation.objects.filter(pk__in=everyone - set(reached))
    return page(
        request,
        "opening",
        f"Ouvrir la campagne, version {campaign.version.label}",
        status=409 if refusal else 200,
        campaign=campaign,
        signatories=len(signatories),
        guests=len(guests),
        letters=sum(map(len, reached.values())),
        silent=silent[:ROWS],
        refusal=refusal,
    )


@require_safe
def campaign(request: HttpRequest, public_id) -> HttpResponse:
    """The funnel, by network or by région; each figure opens its list."""
    agent_only(request)
    shown, now = found(public_id), timezone.now()
    by = request.GET.get("par", "reseau")
    by = {"reseau": "network", "region": "region"}.get(by, "network")
    concerned = Concerned.objects.filter(campaign=shown).visible_to(request.user)
    rows = progress(shown, concerned, by=by, at=shown.closed_at or now)
    context = {
        "campaign": shown,
        "by": by,
        "parameter": {"network": "reseau", "region": "region"}[by],
        "rows": Paginator(groups(rows), GROUPS_A_PAGE).get_page(request.GET.get("page")),
        "total": total(rows),
        "steps": steps(total(rows)),
        "headings": HEADINGS,
        "today": timezone.localdate(now),
        "due": shown.is_due_to_close(timezone.localdate(now)),
        "reminders": shown.reminders.exclude(confirmed_at=None).count(),
    }
    return page(request, "campaign", str(shown), **context)


def groups(rows: list[Progress]) -> list[dict]:
    return [{"key": row.key or "aucun", "label": row.label, "steps": steps(row)} for row in rows]


def steps(row: Progress) -> list[dict]:
    """For each step its name, its label, a number, and a width out of 100."""
    most = max(row.reached[0], 1)
    return [
        {"name": step.name.lower(), "label": label, "count": count, "width": round(100 * count / most, 1)}
        for step, label, count in zip(STEPS, HEADINGS, row.reached, strict=True)
    ]


@require_safe
def organisations(request: HttpRequest, public_id) -> HttpResponse:
    """The list that a figure counts: ``?etape=read&reseau=marais``; « aucun » for those without a group."""
    agent_only(request)
    shown, now = found(public_id), timezone.now()
    stage = STAGES.get(request.GET.get("etape", ""), Stage.CONCERNED)
    rows = Concerned.objects.filter(campaign=shown).visible_to(request.user).with_network()
    rows = rows.with_stage(shown, shown.closed_at or now)
    if stage == Stage.WITHDRAWN:
        rows = rows.filter(stage=stage)
    elif stage != Stage.CONCERNED:
        rows = rows.filter(stage__gte=stage)
    for parameter, (_, lookup, _) in zip(("reseau", "region"), GROUPS.values(), strict=True):
        if wanted := typed(request, parameter):
            rows = rows.filter(**{f"{lookup}__isnull": True} if wanted == "aucun" else {lookup: wanted})
    rows = rows.select_related("organisation__region").order_by("stage", "organisation__search_name", "pk")
    listed = KeysWithin(rows, ROWS).get_page(request.GET.get("page"))
    for row in listed:
        row.stage_label = Stage(row.stage).label
    heading = "Organisations concernées" if stage == Stage.CONCERNED else f"Organisations : {LISTS[stage]}"
    return page(request, "organisations", heading, campaign=shown, rows=listed, stage=stage)


LISTS = {
    Stage.INVITED: "invitées, ou plus loin",
    Stage.OPENED: "lien ouvert, ou plus loin",
    Stage.READ: "texte lu, ou plus loin",
    Stage.SIGNED: "signées",
    Stage.COUNTERSIGNED: "contresignées",
    Stage.WITHDRAWN: "retirées",
}


@require_http_methods(["GET", "HEAD", "POST"])
def inviting(request: HttpRequest, public_id) -> HttpResponse:
    """Look an organisation up by its name, then invite it."""
    national_only(request)
    campaign, refusal = found(public_id), ""
    asked = typed(request, "q")
    if request.method == "POST":
        organisation = get_object_or_404(Organisation, slug=request.POST.get("organisation", "").replace("\x00", ""))
        try:
            concern(campaign=campaign, organisation=organisation, by=request.user)
        except Conflict as conflict:
            refusal = f"{organisation} : {conflict.messages[0]}"
        else:
            words = "l’invitation part." if campaign.opened_at else "l’invitation partira à l’ouverture."
            messages.success(request, f"{organisation} : {words}")
            return redirect("staff_campaign_invite", campaign.public_id)
    return page(
        request,
        "inviting",
        "Inviter une organisation",
        status=409 if refusal else 200,
        campaign=campaign,
        q=asked,
        found=organisations_named(asked, campaign) if asked else [],
        guests=campaign.concerned.filter(origin="invited").select_related("organisation", "added_by")[:ROWS],
        refusal=refusal,
    )


def organisations_named(words: str, campaign: Campaign) -> list[Organisation]:
    """The first ones whose name holds ``words``, without regard to accents or case; each knows if it is concerned."""
    concerned = Concerned.objects.filter(campaign=campaign, organisation=OuterRef("pk"))
    rows = Organisation.objects.select_related("region").annotate(is_concerned=Exists(concerned))
    rows = rows.filter(search_name__contains=LowerUnaccent(Value(words)))
    return list(rows.order_by("search_name", "pk")[:FOUND])
