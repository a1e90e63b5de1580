"""A partner at a glance: one page for all that an agent wants to know before calling."""

from datetime import MAXYEAR, MINYEAR, datetime

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Window
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_safe

from alliance.portal.partner_health import health_of, with_health
from alliance.portal.partner_timeline import KINDS, SHOWN, timeline
from alliance.portal.staff_list_forms import NoteForm
from charter.models import CharterVersion, Signature
from partners.actions.notes import write_note
from partners.models import AgreementFile, Membership, Organisation
from partners.models.perimeter import readable

PEOPLE, MEMBERS, PAPERS = 30, 12, 10


def found(request: HttpRequest, slug: str) -> Organisation:
    """Within the agent's perimeter; a 404 like a missing one otherwise."""
    if not request.user.is_staff:
        raise Http404
    today = timezone.localdate()
    rows = Organisation.objects.filter(readable(request.user, ""))
    rows = with_health(rows, CharterVersion.objects.in_force(today), today).defer("search", "description")
    return get_object_or_404(
        rows.select_related("parent__parent", "commune__department", "region", "absorbed_into"), slug=slug
    )


@require_safe
def partner(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = found(request, slug)
    return sheet(request, organisation, NoteForm())


@require_http_methods(["POST"])
def note(request: HttpRequest, slug: str) -> HttpResponse:
    organisation, form = found(request, slug), NoteForm(request.POST)
    if form.is_valid():
        try:
            write_note(organisation=organisation, by=request.user, text=form.cleaned_data["text"])
        except ValidationError as refusal:
            form.add_error("text", refusal)
        else:
            messages.success(request, "La note est gardée. Seuls les agents la lisent.")
            return redirect("staff_partner", slug)
    return sheet(request, organisation, form, status=400)


def sheet(request: HttpRequest, organisation: Organisation, form: NoteForm, status: int = 200) -> TemplateResponse:
    kind, before = request.GET.get("type", ""), moment(request.GET.get("avant", ""))
    kind = kind if kind in KINDS else ""
    events = timeline(organisation, request.user, kind=kind, before=before)
    shown = events[:SHOWN]
    context = (
        admin.site.each_context(request)
        | {
            "title": organisation.name,
            "organisation": organisation,
            "health": health_of(organisation, timezone.localdate()),
            "events": shown,
            "older": shown[-1].at.isoformat() if len(events) > SHOWN else "",
            "kinds": KINDS,
            "kind": kind,
            "before": before,
            "form": form,
            "writes": Organisation.objects.writable_by(request.user).filter(pk=organisation.pk).exists(),
            "people": people_of(organisation),
            "papers": papers_of(organisation, request.user),
        }
        | network_of(organisation, request.user)
    )
    return TemplateResponse(request, "admin/partners/partner.html", context, status=status)


def moment(typed: str) -> datetime | None:
    """An aware moment from an address; anything else is nothing."""
    try:
        read = parse_datetime(typed.replace(" ", "+"))
    except ValueError:
        return None
    return read if read and read.tzinfo and MINYEAR < read.year < MAXYEAR else None  # others have no hour in Paris


def people_of(organisation: Organisation) -> list[Membership]:
    """Those of today, by role."""
    rows = Membership.objects.live().filter(organisation=organisation).select_related("user")
    return list(rows.order_by("role", "user__full_name", "pk")[:PEOPLE])


def network_of(organisation: Organisation, user) -> dict:
    """What stands right below it: the first ones, and how many. One query."""
    below = Organisation.objects.filter(readable(user, ""), parent=organisation)
    below = below.only("name", "slug", "kind").annotate(in_all=Window(Count("pk")))
    members = list(below.order_by("search_name", "pk")[:MEMBERS])
    return {"members": members, "member_count": members[0].in_all if members else 0}


def papers_of(organisation: Organisation, user) -> dict:
    signatures = Signature.objects.filter(organisation=organisation).exclude(countersigned_at=None)
    files = AgreementFile.objects.visible_to(user).filter(agreement__organisation=organisation)
    return {
        "signatures": list(signatures.select_related("version").order_by("-signed_at")[:PAPERS]),
        "files": list(files.select_related("agreement").order_by("-uploaded_at")[:PAPERS]),
    }
