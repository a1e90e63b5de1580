"""The day of a Convention as the team follows it: who is in, at which door, what does not fit, and the badges.

Every agent reads the counts; names, doors and badges are the national team's.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.lib.errors import Conflict
from alliance.portal.staff_door_forms import DoorForm, EntryForm, SeatForm
from alliance.portal.views.staff_conventions import found, national_only
from events.actions.doors import open_door, revoke_door
from events.actions.entries import already_words, check_in, first_entries, first_entry, recognise, undo_check_in
from events.actions.workshop_doors import take_seat
from events.models import CheckIn, Convention, Door, Registration
from events.models.door_links import door_path
from events.ticket_papers import BADGES_A_SHEET, MOST_BADGES, badges_pdf, qr_inline

SHOWN = 20
BEFORE, AFTER, RECENT = timedelta(hours=12), timedelta(hours=2), timedelta(hours=48)
Status = Registration.Status


@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request: HttpRequest, slug: str) -> HttpResponse:
    """POST opens a door. With htmx, the live part alone."""
    convention, status = found(request, slug), 200
    form = DoorForm(request.POST if request.method == "POST" else None, initial=_hours(convention))
    if form.is_bound:
        national_only(request)
        door, status = _opened(request, convention, form)
        if door is not None:
            messages.success(request, f"{door.name} a son lien : donnez-le à qui tiendra cette porte.")
            return redirect("staff_door", slug, door.public_id)
    return _attendance(request, convention, form=form, status=status)


def _attendance(
    request: HttpRequest, convention: Convention, *, form=None, entry_form=None, seat_form=None, status: int = 200
) -> HttpResponse:
    at = timezone.now()
    context = _live(convention, is_named=request.user.is_national)
    if request.headers.get("HX-Request"):
        return render(request, "admin/doors/live.html", context | {"user": request.user})
    context |= {"doors": _doors(convention), "lots": _lots(convention), "a_sheet": BADGES_A_SHEET}
    context |= {"form": form or DoorForm(initial=_hours(convention)), "is_paused": "pause" in request.GET, "now": at}
    entry_form = entry_form or EntryForm(convention=convention, at=at)
    if entry_form.is_bound or entry_form.fields["door"].queryset:
        context["entry_form"] = entry_form
    seat_form = seat_form or SeatForm(convention=convention, at=at)
    if seat_form.is_bound or (convention.starts_at - BEFORE <= at and seat_form.fields["workshop"].queryset):
        context["seat_form"] = seat_form
    return _page(request, "attendance", "Accueil", status=status, **context)


def _hours(convention: Convention) -> dict:
    return {"opens_at": convention.starts_at - BEFORE, "closes_at": convention.ends_at + AFTER}


def _page(request: HttpRequest, template: str, title: str, *, status: int = 200, **context):
    context = admin.site.each_context(request) | {"title": title} | context
    return TemplateResponse(request, f"admin/doors/{template}.html", context, status=status)


def _opened(request: HttpRequest, convention: Convention, form: DoorForm) -> tuple[Door | None, int]:
    if not form.is_valid():
        return None, 400
    try:
        return open_door(convention=convention, by=request.user, at=timezone.now(), **form.cleaned_data), 200
    except Conflict as conflict:
        form.add_error(None, conflict)
        return None, 409


def _live(convention: Convention, *, is_named: bool) -> dict:
    rows = convention.registrations
    entries = CheckIn.objects.filter(door__convention=convention).select_related("door", "registration__attendee")
    context = {
        "convention": convention,
        "present": rows.present().count(),
        "expected": rows.filter(status=Status.CONFIRMED).count(),
        "over": rows.filter(status=Status.OVER).present().count(),
        "late": entries.standing().filter(received_at__gt=timezone.now() - timedelta(minutes=10)).count(),
        "by_door": list(_counted(convention)),
        "repeated": entries.repeated().count(),
        "unknown": entries.unknown().count(),
        "is_named": is_named,
    }
    if is_named:
        repeated = list(entries.repeated().order_by("-pk")[:SHOWN])
        first = first_entries(repeated)
        context["conflicts"] = [(entry, already_words(first[entry.registration_id])) for entry in repeated]
        context["unknowns"] = list(entries.unknown().order_by("-pk")[:SHOWN])
        context["latest"] = list(entries.of_people().order_by("-pk")[:8])
    return context


def _counted(convention: Convention):
    """Doors that are not closed and those through which somebody came; each person once a door."""
    standing = Q(check_ins__undone_at__isnull=True, check_ins__registration__isnull=False)
    rows = convention.doors.annotate(people=Count("check_ins__registration", filter=standing, distinct=True))
    return rows.filter(Q(revoked_at__isnull=True) | Q(people__gt=0))


def _doors(convention: Convention) -> list[Door]:
    doors, at = list(convention.doors.filter(revoked_at__isnull=True)), timezone.now()
    for door in doors:
        door.now = door.state(at)
    return doors


def _lots(convention: Convention) -> list[dict]:
    """``[{"number", "first", "last", "count"}]``: at most as many badges as one file holds, in the order of names."""
    names = list(_seated(convention).values_list("attendee__name", flat=True))
    parts = [names[start : start + MOST_BADGES] for start in range(0, len(names), MOST_BADGES)]
    return [
        {"number": number, "first": part[0], "last": part[-1], "count": len(part)}
        for number, part in enumerate(parts, start=1)
    ]


def _seated(convention: Convention):
    rows = convention.registrations.filter(status__in=[Status.CONFIRMED, Status.OVER])
    return rows.select_related("attendee__organisation").order_by("attendee__name", "pk")


@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    """The link of a door and its QR code, to be opened on the phone that will hold it. POST closes it at once."""
    convention = found(request, slug)
    national_only(request)
    one = get_object_or_404(convention.doors, public_id=public_id)
    if request.method == "POST":
        try:
            revoke_door(door=one, at=timezone.now())
            messages.success(request, f"{one.name} est fermée : son lien n’ouvre plus rien.")
        except Conflict as conflict:
            messages.error(request, conflict.messages[0])
        return redirect("staff_attendance", slug)
    link = settings.SITE_URL + door_path(one)
    qr = mark_safe(qr_inline(link))  # noqa: S308  an address of ours, drawn by segno
    state = one.state(timezone.now())
    return _page(request, "door", one.name, convention=convention, door=one, link=link, qr=qr, state=state)


@require_POST
def desk_entry(request: HttpRequest, slug: str) -> HttpResponse:
    """An entry noted at the desk, by whoever has no phone at hand or no JavaScript."""
    convention, at = found(request, slug), timezone.now()
    national_only(request)
    form, status = EntryForm(request.POST, convention=convention, at=at), 400
    if form.is_valid():
        typed = form.cleaned_data
        try:
            made = check_in(
                door=typed["door"], key=typed["key"], means="typed", at=at, happened_at=at, found=typed["code"]
            )
        except Conflict as conflict:
            form.add_error(None, conflict)
            status = 409
        else:
            first, name = first_entry(made), typed["code"].attendee.name
            messages.success(request, f"{name} : {already_words(first)}." if first else f"{name} est là.")
            return redirect("staff_attendance", slug)
    return _attendance(request, convention, entry_form=form, status=status)


@require_POST
def seat(request: HttpRequest, slug: str) -> HttpResponse:
    """A free place of a workshop, on the day, for whoever shows the code of their ticket."""
    convention, at = found(request, slug), timezone.now()
    national_only(request)
    form, status = SeatForm(request.POST, convention=convention, at=at), 400
    if form.is_valid():
        typed = form.cleaned_data
        try:
            take_seat(registration=typed["code"], workshop=typed["workshop"], at=at, leaving=typed["leaving"])
        except Conflict as conflict:
            form.add_error(None, conflict)
            status = 409
        else:
            name, title = typed["code"].attendee.name, typed["workshop"].item.title
            messages.success(request, f"{name} a une place dans « {title} ».")
            return redirect(f"{reverse('staff_attendance', args=[slug])}#ateliers")
    return _attendance(request, convention, seat_form=form, status=status)


@require_POST
def entry(request: HttpRequest, slug: str, key) -> HttpResponse:
    """An entry undone, or somebody recognised by the code of their ticket."""
    convention = found(request, slug)
    national_only(request)
    one = get_object_or_404(CheckIn, key=key, door__convention=convention)
    try:
        if request.POST.get("act") == "undo":
            undo_check_in(check_in=one, by=request.user, at=timezone.now())
            messages.success(request, "L’entrée est annulée.")
        else:
            who = Registration.objects.of_code(convention, request.POST.get("code", "")).first()
            if who is None:
                raise ValidationError("Aucun billet de cette Convention n’a ce code.")
            recognise(check_in=one, registration=who, by=request.user)
            messages.success(request, f"{who.attendee.name} est bien là.")
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("staff_attendance", slug)


@require_safe
def badges(request: HttpRequest, slug: str) -> HttpResponse:
    """``par``: 8 or 10 a sheet; ``lot``: which part of the alphabet; ``recents``: confirmed in the last two days."""
    convention, at = found(request, slug), timezone.now()
    national_only(request)
    asked = request.GET
    a_sheet = next((number for number in BADGES_A_SHEET if str(number) == asked.get("par")), BADGES_A_SHEET[0])
    rows = _seated(convention)
    if asked.get("recents"):
        rows = rows.filter(Q(confirmed_at__gte=at - RECENT) | Q(status=Status.OVER, registered_at__gte=at - RECENT))
    lot = int(asked["lot"]) if asked.get("lot", "").isdecimal() and len(asked["lot"]) < 5 else 1
    chosen = list(rows[max(lot - 1, 0) * MOST_BADGES : max(lot, 1) * MOST_BADGES])
    if not chosen:
        raise Http404
    content = badges_pdf(convention, chosen, a_sheet=a_sheet, at=at)
    headers = {"Content-Disposition": f'attachment; filename="badges-{convention.slug}-{lot}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
