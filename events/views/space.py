"""The registrations of an organisation, in the partner space."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from alliance.lib import french
from alliance.lib.errors import Conflict
from events.actions import register
from events.forms import ColleagueForm
from events.models import Convention, Registration
from events.models.door_links import ticket_path
from events.models.registration import REGISTERING_ROLES
from partners.models import Organisation

Status = Registration.Status
PAGE_SIZE = 50
FIELD_OF_CONFLICT = {"already_registered": "email", "not_invited": "email", "closed": "convention"}


@require_http_methods(["GET", "HEAD", "POST"])
def registrations(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation, slug=slug, pk__in=request.user.organisation_ids)
    registers = bool(request.user.roles_in(organisation) & set(REGISTERING_ROLES))
    open_now = list(Convention.objects.open(timezone.now()).with_seats().order_by("starts_at", "pk"))
    if request.method != "POST":
        return _page(request, organisation, open_now, ColleagueForm(conventions=open_now), registers)
    if not registers:
        raise Http404
    form = ColleagueForm(request.POST, conventions=open_now)
    if not form.is_valid():
        return _page(request, organisation, open_now, form, registers, status=400)
    try:
        registration = register(
            convention=form.chosen_convention,
            name=form.cleaned_data["name"],
            email=form.cleaned_data["email"],
            organisation=organisation,
            by=request.user,
            at=timezone.now(),
        )
    except Conflict as conflict:
        form.add_error(FIELD_OF_CONFLICT[conflict.code], conflict)
        return _page(request, organisation, open_now, form, registers, status=409)
    messages.success(request, _told(registration))
    return redirect("events:space_registrations", organisation.slug)


def _told(registration: Registration) -> str:
    name = registration.attendee.name
    if registration.status == Status.CONFIRMED:
        return f"La place {french.of(name)} est confirmée. Un courriel lui est envoyé."
    return f"{name} est sur la liste d’attente. Un courriel lui est envoyé."


def _page(request, organisation, open_now, form, registers, *, status=200) -> HttpResponse:
    rows = Registration.objects.visible_to(request.user).filter(attendee__organisation=organisation)
    rows = rows.with_rank().select_related("convention", "attendee")
    rows = rows.order_by(F("convention__starts_at").desc(), "convention", "attendee__name", "pk")
    page, at = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")), timezone.now()
    for row in page:
        its_own = registers or row.attendee.user_id == request.user.pk
        row.ticket = ticket_path(row) if its_own and _has_ticket(row, at) else ""
    context = {
        "organisation": organisation,
        "space_section": "inscriptions",
        "page": page,
        "conventions": open_now,
        "form": form,
        "registers": registers,
        "at": at,
    }
    return render(request, "events/space_registrations.html", context, status=status)


def _has_ticket(registration: Registration, at) -> bool:
    convention = registration.convention
    stands = convention.state == Convention.State.PUBLISHED and convention.ends_at > at
    return stands and registration.status in {Status.CONFIRMED, Status.OVER}
