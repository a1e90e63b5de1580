"""The gatherings as everybody reads them."""

from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import conditional_page, require_safe

from events import calendars, stats
from events.models import Convention, ProgrammeItem, Registration
from events.models.after_links import after_path
from events.models.programme import last_version
from events.models.programme_content import axis_number
from events.models.speaker import named_speakers


@login_not_required
@require_safe
def convention_list(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    upcoming = list(Convention.objects.upcoming(at).with_seats())
    for convention in upcoming:
        convention.registration = convention.registration_state(at)
    return render(request, "events/conventions.html", {"upcoming": upcoming, "past": Convention.objects.past(at)})


@login_not_required
@require_safe
def convention_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    return convention_page(request, read_for_page(Convention.objects.public(), slug, at), at)


def read_for_page(rows, slug: str, at) -> Convention:
    rows = rows.with_seats().select_related("commune").annotate(**last_version(), **stats.opening(at))
    return get_object_or_404(rows, slug=slug)


def convention_page(request: HttpRequest, convention: Convention, at, **more) -> HttpResponse:
    """The page of a Convention ``read_for_page``."""
    convention.registration = convention.registration_state(at)
    items = list(convention.programme.select_related("workshop__axis").annotate(named=named_speakers()))
    mine = own_registration(request.user, convention)
    context = {
        "convention": convention,
        "programme": by_day_and_hours(items),
        "workshops": [item for item in items if item.kind == ProgrammeItem.Kind.WORKSHOP],
        "mine": mine,
        "parts": parts_of(items, mine),
        **what_became(convention, at),
        "after": after_path(mine) if mine and convention.ends_at < at else "",
    }
    return render(request, "events/convention.html", context | more)


PARTS = {"plenary": "Les plénières", "round_table": "Les tables rondes", "workshop": "Les ateliers"}


def parts_of(items: list[ProgrammeItem], mine: Registration | None) -> list[tuple[str, str]]:
    """What of the programme may be put in one's calendar alone: its words, and the filter of ``programme.ics``."""
    kinds = {item.kind for item in items}
    found = [(words, f"kind={kind}") for kind, words in PARTS.items() if kind in kinds and len(kinds) > 1]
    axes = {item.workshop.axis.number: item.workshop.axis for item in items if axis_number(item)}
    if len(axes) > 1:
        found += [(f"Les ateliers « {axes[number].label} »", f"axis={number}") for number in sorted(axes)]
    return [*([("Ce à quoi je viens", "mine=1")] if mine and items else []), *found]


def what_became(convention: Convention, at) -> dict:
    """Of a Convention read with ``stats.opening``: its own bilan once it took place, until then the one before's."""
    if convention.ends_at < at:
        return {"became": stats.became(convention.counts)}
    former = convention.former
    return {"former": former and former | {"became": stats.became(former["counts"])}}


@login_not_required
@require_safe
@conditional_page
def convention_ics(request: HttpRequest, slug: str) -> HttpResponse:
    convention = get_object_or_404(Convention.objects.public(), slug=slug)
    return calendar_response(calendars.of_convention(convention), f"{convention.slug}.ics")


def calendar_response(content: bytes, filename: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def own_registration(user, convention: Convention) -> Registration | None:
    if not user.is_authenticated:
        return None
    own = convention.registrations.live().filter(attendee__user=user)
    mine = own.with_rank().select_related("attendee__organisation").first()
    if mine is not None:
        mine.offered = mine.is_offered(timezone.now())
        mine.due = mine.rank is not None and mine.rank <= convention.registrations.lapsed(timezone.now()).count()
    return mine


def by_day_and_hours(items: list[ProgrammeItem]) -> list[dict]:
    """``[{"day", "slots": [{"hours", "items", "is_break"}]}]``: what happens at the same hours stands together."""
    return [
        {"day": day, "slots": [_slot(hours, list(same)) for hours, same in groupby(of_day, _hours)]}
        for day, of_day in groupby(items, _day)
    ]


def _slot(hours: str, items: list[ProgrammeItem]) -> dict:
    return {"hours": hours, "items": items, "is_break": all(item.kind == ProgrammeItem.Kind.BREAK for item in items)}


def _day(item: ProgrammeItem):
    return timezone.localdate(item.starts_at)


def _hours(item: ProgrammeItem) -> str:
    return item.hours
