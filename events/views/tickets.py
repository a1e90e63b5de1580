"""A ticket, by its own link: without an account, for whoever holds the letter or the paper."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.models import AllocationRun, Convention, Registration
from events.models.door_links import read_ticket
from events.models.online import online_items_of
from events.models.ticket_codes import in_two
from events.ticket_papers import organisation_of, qr_inline, ticket_pdf

Status = Registration.Status


@login_not_required
@never_cache
@require_safe
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    registration = registration_of_ticket(token)
    places = registration.places.live().select_related("workshop__item").order_by("workshop__item__starts_at")
    context = {
        "registration": registration,
        "convention": registration.convention,
        "organisation": organisation_of(registration),
        "state": _state(registration),
        "code": in_two(registration.code),
        "qr": mark_safe(qr_inline(registration.code)),  # noqa: S308  signs of our own alphabet, drawn by segno
        "items": [place.workshop.item for place in places],
        "online": online_items_of(registration),
        "workshops": _workshops_word(registration),
        "token": token,
    }
    return render(request, "events/ticket.html", context)


@login_not_required
@never_cache
@require_safe
def ticket_file(request: HttpRequest, token: str) -> HttpResponse:
    """The wallet's size; 404 for whoever has no seat (any more)."""
    registration = registration_of_ticket(token)
    if _state(registration) != "valid":
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="billet-{registration.code}.pdf"'}
    return HttpResponse(ticket_pdf(registration), content_type="application/pdf", headers=headers)


def _workshops_word(registration: Registration) -> str:
    """What may be done about workshops now, by this link; nothing where there are no wishes."""
    convention, at = registration.convention, timezone.now()
    if convention.wishes_open_at is None or not registration.is_live or convention.starts_at <= at:
        return ""
    if AllocationRun.objects.published().filter(convention=convention).exists():
        return "Demander ou rendre une place d’atelier"
    return "Classer les ateliers" if convention.wishes_state(at) == "open" else ""


def registration_of_ticket(token: str) -> Registration:
    public_id = read_ticket(token)
    if public_id is None:
        raise Http404
    rows = Registration.objects.select_related("convention", "attendee__organisation")
    return get_object_or_404(rows, public_id=public_id)


def _state(registration: Registration) -> str:
    """ "valid", "past", "called_off", or the state of a registration that has no ticket."""
    convention = registration.convention
    if convention.state == Convention.State.CANCELLED:
        return "called_off"
    if registration.status not in {Status.CONFIRMED, Status.OVER}:
        return registration.status
    return "past" if convention.ends_at <= timezone.now() else "valid"
