"""Open data: which files, what is in them, under which licence; their catalogue; what search engines may read."""

from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alliance.lib import exports
from alliance.lib.json_ld import dumped
from alliance.portal import catalogue as catalogues
from alliance.portal import dumps, sitemaps
from alliance.portal.open_data import DATA_SETS
from alliance.portal.views.kept import unless_known

DAYS_SHOWN = 7


@login_not_required
@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    latest = dumps.latest()
    context = {
        "data_sets": DATA_SETS,
        "rows": [(data, latest.get(data.key, [])) for data in DATA_SETS],
        "day": date.fromisoformat(next(iter(latest.values()))[0].day) if latest else None,
    }
    return render(request, "portal/donnees.html", context)


@login_not_required
@require_safe
def published(request: HttpRequest) -> HttpResponse:
    """The diary: what was published each day, how many rows, with which digest."""
    told = dumps.diary()
    kept = {dump.path for dump in dumps.available(told)}
    days: dict[str, list] = {}
    for dump in told:
        days.setdefault(dump.day, []).append((dump, dump.path in kept))
    shown = [
        (date.fromisoformat(day), rows, day_difference(told, day)) for day, rows in list(days.items())[:DAYS_SHOWN]
    ]
    return render(request, "portal/donnees_fichiers.html", {"days": shown})


def day_difference(told: list[dumps.Dump], day: str) -> str:
    """« projets +3, accords −1 » since the file before; nothing when no count has moved."""
    rows = {dump.dataset: dump.rows for dump in told if dump.day == day}
    before = max((dump.day for dump in told if dump.day < day), default="")
    old = {dump.dataset: dump.rows for dump in told if dump.day == before}
    moved = {key: count - old[key] for key, count in rows.items() if key in old and count != old[key]}
    return ", ".join(f"{key} {'+' if by > 0 else '−'}{abs(by)}" for key, by in moved.items())


@login_not_required
@require_safe
def download(request: HttpRequest, day: str, name: str) -> HttpResponse:
    """One file, streamed. Its ETag is its digest."""
    dump = next((each for each in dumps.diary() if (each.day, each.name) == (day, name)), None)
    if dump is None or not default_storage.exists(dump.stored):
        raise Http404
    etag = f'"{dump.digest}"'
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified(headers={"ETag": etag})
    response = FileResponse(default_storage.open(dump.stored), content_type=dump.media_type, filename=dump.name)
    told = {"ETag": etag, "Content-Encoding": "identity", "Access-Control-Allow-Origin": "*"}  # zipped once is enough
    for header, value in told.items():
        response.headers[header] = value
    return response if request.method == "HEAD" else exports.bounded(response)


@login_not_required
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    content = dumped(catalogues.catalogue(dumps.latest())).encode()
    return unless_known(request, content, "application/ld+json")


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return render(
        request, "portal/robots.txt", {"site_url": settings.SITE_URL}, content_type="text/plain; charset=utf-8"
    )


@login_not_required
@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    return unless_known(request, sitemaps.index(), "application/xml; charset=utf-8")


@login_not_required
@require_safe
def sitemap_part(request: HttpRequest, section: str, number: int) -> HttpResponse:
    content = sitemaps.part(section, number)
    if content is None:
        raise Http404
    return unless_known(request, content, "application/xml; charset=utf-8")
