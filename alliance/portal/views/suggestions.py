"""What the search box offers while one types: each thing with its kind. Without a script, the box searches."""

from collections.abc import Iterator

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.portal.search_pages import pages_named
from events.models import Convention
from partners.filters.places import plain, search_communes
from partners.models import Axis, Department, Organisation, Region

EACH, LIMIT, SHORTEST, LONGEST = 3, 8, 2, 80
MAX_AGE = 300
KINDS = {"network": "Réseau national", "region": "Région", "department": "Département"}


@login_not_required
@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """``{"results": [{"label", "kind", "url"}]}``, eight at most: places, axes, organisations, Conventions, pages."""
    typed = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST]
    found = list(offered(typed))[:LIMIT] if len(typed) >= SHORTEST else []
    response = JsonResponse({"results": [dict(zip(("label", "kind", "url"), each, strict=True)) for each in found]})
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    return response


def offered(typed: str) -> Iterator[tuple[str, str, str]]:
    """(label, kind, address). Names that begin as typed, or have a word that does."""
    name = plain(typed)
    yield from territories(name)
    yield from axes(name)
    yield from organisations(name)
    for commune in search_communes(typed, EACH):
        yield str(commune), "Commune", f"{reverse('partners:projects')}?commune={commune.code}"
    yield from conventions(name)
    for page in pages_named(typed)[:EACH]:
        yield page.title, page.kind, page.url


def begins(text: str, name: str) -> bool:
    """Whether the text, or one of its words, begins so."""
    return f" {name}" in f" {plain(text)}".replace("-", " ").replace("’", " ").replace("'", " ")


def territories(name: str) -> Iterator[tuple[str, str, str]]:
    rows = (*Region.objects.only("code", "name"), *Department.objects.only("code", "name"))
    for row in [row for row in rows if begins(row.name, name)][:EACH]:
        kind = "region" if isinstance(row, Region) else "department"
        yield row.name, KINDS[kind], reverse(f"partners:{kind}", args=[row.code])


def axes(name: str) -> Iterator[tuple[str, str, str]]:
    known = Axis.objects.current().exclude(status=Axis.Status.TO_FILL_IN).order_by("number")
    for axis in [axis for axis in known if begins(axis.label, name)][:EACH]:
        yield axis.label[:1].upper() + axis.label[1:], "Axe d’action", reverse("partners:axis", args=[axis.number])


def organisations(name: str) -> Iterator[tuple[str, str, str]]:
    """Networks first, then by name."""
    like = Q(search_name__startswith=name) | Q(search_name__contains=f" {name}")
    rows = Organisation.objects.public().filter(like).only("slug", "name", "kind")
    for row in sorted(rows[: EACH * 10], key=lambda row: row.kind != Organisation.Kind.NETWORK)[:EACH]:
        kind = KINDS.get(row.kind, "Organisation")
        yield row.name, kind, reverse("partners:organisation", args=[row.slug])


def conventions(name: str) -> Iterator[tuple[str, str, str]]:
    known = Convention.objects.public().order_by("-starts_at").only("slug", "title", "starts_at")
    for row in [row for row in known if begins(row.title, name)][:EACH]:
        year = timezone.localtime(row.starts_at).year
        label = row.title if str(year) in row.title else f"{row.title} ({year})"
        yield label, "Convention", reverse("events:convention", args=[row.slug])
