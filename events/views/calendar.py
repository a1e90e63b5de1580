"""Calendars to subscribe to: the programme of a gathering, filtered; one's own, at a secret address."""

import uuid
from hashlib import sha256

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from events import calendars
from events.actions.feeds import close_feed, renew_feed
from events.models import CalendarFeed, Convention, ProgrammeItem, Registration, WorkshopPlace
from events.views.conventions import calendar_response, own_registration

Kind, Stage = ProgrammeItem.Kind, ProgrammeItem.Stage
FILTERS = ("kind", "axis", "workshop", "mine")


@login_not_required
@require_safe
def programme_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """Of the programme, what the filters leave: ``kind``, ``axis``, ``workshop``, repeated or not; ``mine=1``."""
    convention = get_object_or_404(Convention.objects.public(), slug=slug)
    if unknown := _unknown(request):
        return HttpResponse(f"Filtre inconnu : {unknown}.", status=400, content_type="text/plain; charset=utf-8")
    wanted = ProgrammeItem.everything.filter(convention=convention).exclude(stage=Stage.DRAFT)
    wanted = wanted.filter(_filters(request)).order_by("starts_at", "ends_at", "pk")
    mine = None
    if "mine" in request.GET:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        mine = own_registration(request.user, convention)
        wanted = wanted.filter(_of_mine(mine)) if mine else wanted.none()
    seated = mine is not None and mine.status == Registration.Status.CONFIRMED
    return _subscribed(request, calendars.of_programme(convention, list(wanted), with_links=seated), f"{slug}.ics")


def _unknown(request: HttpRequest) -> str:
    """The first thing asked for that is none of ours; empty when all is known."""
    asked = request.GET
    if odd := [name for name in asked if name not in FILTERS]:
        return odd[0][:40]
    wrong = {
        "kind": [value for value in asked.getlist("kind") if value not in Kind.values],
        "axis": [
            value for value in asked.getlist("axis") if not (value.isascii() and value.isdigit()) or len(value) > 3
        ],
        "workshop": [value for value in asked.getlist("workshop") if _uuid(value) is None],
        "mine": [value for value in asked.getlist("mine") if value != "1"],
    }
    return next((f"{name}={values[0][:40]}" for name, values in wrong.items() if values), "")


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _filters(request: HttpRequest) -> Q:
    asked, found = request.GET, Q()
    if kinds := asked.getlist("kind"):
        found &= Q(kind__in=kinds)
    if axes := asked.getlist("axis"):
        found &= Q(workshop__axis__number__in=axes)
    if workshops := asked.getlist("workshop"):
        found &= Q(kind=Kind.WORKSHOP, public_id__in=[_uuid(value) for value in workshops])
    return found


def _of_mine(registration: Registration) -> Q:
    """Of the workshops, those where they have a place; withdrawn ones too where they had one, to be told cancelled."""
    places = WorkshopPlace.objects.filter(registration=registration)
    had = Q(stage=Stage.WITHDRAWN, pk__in=places.values("workshop__item"))
    return ~Q(kind=Kind.WORKSHOP) | Q(pk__in=places.live().values("workshop__item")) | had


@login_not_required
@require_safe
def personal_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """What the person of this address comes to. An address that was renewed is no address any more."""
    feed = CalendarFeed.objects.of_secret(secret)
    if feed is None:
        raise Http404
    mine = Registration.objects.filter(attendee__user=feed.user).select_related("convention").order_by("pk")
    places = WorkshopPlace.objects.filter(registration__attendee__user=feed.user).order_by("pk")
    places = places.select_related("workshop__item", "registration__convention")
    response = _subscribed(request, calendars.of_person(list(mine), list(places)), "alliance-dynamique.ics")
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _subscribed(request: HttpRequest, content: bytes, filename: str) -> HttpResponse:
    """Programs ask again every hour: 304 when nothing has changed."""
    tag = f'"{sha256(content).hexdigest()[:32]}"'
    same = tag in [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]
    response = HttpResponseNotModified() if same else calendar_response(content, filename)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_calendar(request: HttpRequest) -> HttpResponse:
    """One's own address: made or renewed, it is shown once, in the answer; the database keeps its fingerprint only."""
    address, status, act = "", 200, request.POST.get("act")
    if request.method == "POST":
        if act == "close":
            if close_feed(user=request.user):
                messages.success(request, "Votre calendrier personnel est fermé : son adresse ne répond plus.")
            return redirect("events:calendar")
        status = 200 if act == "renew" else 400
    if act == "renew":
        secret = renew_feed(user=request.user, at=timezone.now())
        address = settings.SITE_URL + reverse("events:personal_feed", args=[secret])
    context = {
        "feed": CalendarFeed.objects.filter(user=request.user).first(),
        "address": address,
        "webcal": address.replace("https://", "webcal://", 1).replace("http://", "webcal://", 1),
    }
    return render(request, "events/calendar.html", context, status=status)
