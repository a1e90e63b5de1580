"""« Réutiliser cette vue »: one page for each list, its feed, its embedded form, its calendar."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.csp import CSP
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import format_html
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib import atom, throttle
from alliance.lib.errors import Conflict
from alliance.lib.french import number, plural
from alliance.portal.kept import alerts, changes
from alliance.portal.kept.forms import AlertForm
from alliance.portal.kept.nouns import BY_KEY, View
from events import calendars
from events.models import Convention

EMBEDDED = 10
FRAME = '<iframe src="{}" title="{}" width="100%" height="520" loading="lazy"></iframe>'
HOUR, DAY = 3600, 86_400
ALERTS_BY_READER, ALERTS_BY_ADDRESS = 20, 5
# The only page that other sites may frame: it asks for nothing, it can be pressed nowhere but on links.
EMBED_POLICY = settings.SECURE_CSP | {"script-src": [CSP.NONE], "form-action": [CSP.NONE], "frame-ancestors": ["*"]}


def view_of(request: HttpRequest, noun: str) -> View:
    if noun not in BY_KEY:
        raise Http404
    return BY_KEY[noun].read(request.GET)


def counted(view: View, count: int, exact: bool) -> str:
    """« 14 projets », « plus de 10 000 projets »."""
    words = f"{number(count)} {plural(count, *view.noun.unit)}"
    return words if exact else f"plus de {words}"


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def reuse(request: HttpRequest, noun: str) -> HttpResponse:
    """All that one may do with a view. POST asks for an alert; without CSRF token, hence no cookie: see ``alerts``."""
    view = view_of(request, noun)
    if request.method == "POST":
        return ask(request, view, AlertForm(request.POST))
    return render(request, "portal/reuse.html", reuse_context(view, AlertForm()))


def ask(request: HttpRequest, view: View, form: AlertForm) -> HttpResponse:
    """The answer is the same whether the address already follows the view or not."""
    if form.is_valid():
        email = form.cleaned_data["email"]
        throttle.take("alert", throttle.client_ip(request), amount=ALERTS_BY_READER, seconds=HOUR)
        throttle.take("alert-address", email.lower(), amount=ALERTS_BY_ADDRESS, seconds=DAY)
        try:
            alerts.ask(view=view, email=email, at=timezone.now())
        except Conflict:
            return redirect("kept:asked")
        except ValidationError as error:
            form.add_error(None, error.messages[0])
        else:
            return redirect("kept:asked")
    return render(request, "portal/reuse.html", reuse_context(view, form), status=400)


def reuse_context(view: View, form: AlertForm) -> dict:
    embed_url, first = f"{settings.SITE_URL}{view.path('integrer/')}", embedded(view)
    return {
        "view": view,
        "form": form,
        "count": first["count"],
        "site_url": settings.SITE_URL,
        "embed_url": embed_url,
        "embed_code": format_html(FRAME, embed_url, view.title),
        "static_html": render_to_string("portal/parts/embed_static.html", first),
        "feed_path": view.path("flux.atom"),
        "files": [(label, view.api(format=form)) for form, label in files_of(view)],
    }


def files_of(view: View) -> list[tuple[str, str]]:
    found = [("csv", "CSV"), ("xlsx", "Tableur (XLSX)"), ("json", "JSON")]
    return [*found, ("geojson", "GeoJSON")] if view.noun.geo else found


def embedded(view: View) -> dict:
    """The first rows of the list, in its order."""
    count, exact, keys = view.window.page(0, EMBEDDED)
    return {
        "view": view,
        "items": view.noun.items(keys),
        "count": counted(view, count, exact),
        "site_url": settings.SITE_URL,
        "today": timezone.localdate(),
    }


@login_not_required
@require_safe
@xframe_options_exempt
@csp_override(EMBED_POLICY)
def embed(request: HttpRequest, noun: str) -> HttpResponse:
    response = render(request, "portal/embed.html", embedded(view_of(request, noun)))
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@login_not_required
@require_safe
def feed(request: HttpRequest, noun: str) -> HttpResponse:
    """``since``, a day or a moment, keeps what changed after it."""
    content = atom.write(
        changes.feed(view_of(request, noun), timezone.now(), since=moment(request.GET.get("since", "")))
    )
    return unless_known(request, content, atom.MEDIA_TYPE)


def unless_known(request: HttpRequest, content: bytes, media_type: str) -> HttpResponse:
    """The content with its ETag, or 304."""
    etag = atom.etag_of(content)
    response = HttpResponse(content, content_type=media_type, headers={"ETag": etag})
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    return get_conditional_response(request, etag=etag, response=response)


def moment(raw: str) -> datetime | None:
    """A moment or the beginning of a day, in Paris when nothing else is said; None when it is neither."""
    try:
        day = parse_date(raw)
        found = datetime(day.year, day.month, day.day) if day else parse_datetime(raw)  # noqa: DTZ001  made aware below
    except ValueError:
        return None
    return timezone.make_aware(found) if found and timezone.is_naive(found) else found


@login_not_required
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    conventions = Convention.objects.public().order_by("starts_at", "pk")
    return unless_known(request, calendars.of_conventions(conventions), "text/calendar; charset=utf-8")
