"""What people need on the day: by name for the national team alone, in numbers for the caterer."""

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from alliance.lib import csv
from alliance.portal.views.staff_conventions import found, national_only, page
from events.models import AttendeeNeeds, Convention
from events.models.needs import KEPT, Access, Diet


@never_cache
@require_safe
def attendee_needs(request: HttpRequest, slug: str) -> HttpResponse:
    convention = found(request, slug)
    national_only(request)
    rows = list(expected(convention).select_related("registration__attendee__organisation"))
    rows.sort(key=lambda row: row.registration.attendee.name.casefold())
    return page(
        request, "needs", "Repas et accueil", convention,
        rows=rows, diet=counted(Diet, (row.diet for row in rows)), access=counted(Access, (row.access for row in rows)),
        words=sum(bool(row.diet_words) for row in rows), kept_until=convention.ends_at + KEPT,
    )  # fmt: skip


@never_cache
@require_safe
def caterer_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Numbers and nothing else: no name, no free words."""
    convention = found(request, slug)
    national_only(request)
    lines = counted(Diet, expected(convention).values_list("diet", flat=True))
    content = "".join(csv.stream(["regime", "personnes"], lines))
    headers = {"Content-Disposition": f'attachment; filename="repas-{slug}.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def expected(convention: Convention):
    return AttendeeNeeds.objects.expected().filter(registration__convention=convention)


def counted(choices, lists) -> list[tuple[str, int]]:
    """(words, how many), of what at least one person asked for, in the order of the form."""
    numbers = Counter(value for each in lists for value in each)
    return [(choice.label, numbers[choice.value]) for choice in choices if numbers[choice.value]]
