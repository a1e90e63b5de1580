"""A door on a phone: no account, no cookie; the link is the only key, of one Convention and of some hours.

The page holds nothing personal, so that it may stay on the device and open without network. What it asks and sends
is JSON: entries (through the queue of the device), names looked for, the marks of the tickets that are expected.
"""

import re
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Value
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition, require_POST, require_safe

from alliance.lib import french
from alliance.lib.db import LowerUnaccent
from alliance.lib.errors import Conflict
from alliance.lib.headers import PERMISSIONS_POLICY
from alliance.lib.throttle import permit
from events.actions.doors import CLOSED, refuse_unless_heard
from events.actions.entries import already_words, check_in, first_entry, undo_check_in
from events.actions.walk_ins import let_in, walk_in
from events.models import CheckIn, Door, Registration
from events.models.door_links import door_of
from events.models.ticket_codes import in_two
from events.views.door_seats import seats_of

SEARCH_LETTERS, SEARCH_SHOWN = 3, 6
SEARCHES = ((40, 60), (600, 3600))  # so many in so many seconds, for a door
STANDS_AT_THE_DOOR = timedelta(seconds=3)  # sent later than that, they have been let through without an answer
OLDEST_NEWS = timedelta(days=7)
CAMERA = re.sub(r"\b(camera|screen-wake-lock)=\(\)", r"\1=(self)", PERMISSIONS_POLICY)
SCRIPTS = settings.BASE_DIR / "alliance" / "static" / "alliance" / "js"


@login_not_required
@never_cache
@require_safe
def door(request: HttpRequest, token: str) -> HttpResponse:
    """The door itself, or why it is closed."""
    found, at = _of_link(token), timezone.now()
    state = found.state(at)
    context = {"door": found, "convention": found.convention, "state": state, "token": token}
    if state != "open":
        return render(request, "events/door_closed.html", context, status=200 if state == "not_yet" else 410)
    response = render(request, "events/door.html", context)
    response.headers["Permissions-Policy"] = CAMERA
    return response


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of all doors, or tables: under their address, since a worker serves only what lies below."""
    content = (SCRIPTS / "page_worker.js").read_bytes()
    return HttpResponse(content, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def enter(request: HttpRequest, token: str) -> JsonResponse:
    """Somebody comes in. 200: written down; 409: they may not, or nobody knows them; 410: this door is closed."""
    found, at, sent = _of_link(token), timezone.now(), request.POST
    happened_at = at - _age(sent)
    known = {
        "door": found,
        "at": at,
        "happened_at": happened_at,
        "device": sent.get("device", ""),
        "is_inside": sent.get("inside") == "1" or at - happened_at > STANDS_AT_THE_DOOR,
    }
    try:
        entry = _act(found, sent, known | {"key": _uuid(sent.get("key", ""))})
    except Conflict as conflict:
        status = 410 if conflict.code in CLOSED else 409
        return JsonResponse({"code": conflict.code, "sentence": conflict.messages[0]}, status=status)
    except ValidationError as error:
        return JsonResponse({"code": "unreadable", "sentence": error.messages[0]}, status=400)
    return JsonResponse(told(entry))


def _act(door: Door, sent, known: dict) -> CheckIn:
    means = sent.get("means", "typed")
    if means == "walk_in" and not sent.get("person") and not sent.get("code"):
        typed = {name: sent.get(name, "") for name in ("name", "email", "affiliation")}
        return walk_in(**known, **typed)
    registration = _whose(door, sent)
    if means == "walk_in":
        if registration is None:
            raise Conflict("Personne de cette Convention n’a ce billet.", code="unknown")
        return let_in(**known, registration=registration)
    if means not in {"scan", "typed", "name"}:
        raise ValidationError("La demande n’a pas été comprise.")
    return check_in(**known, means=means, found=registration, said=sent.get("code", "")[:20])


def _whose(door: Door, sent) -> Registration | None:
    rows = Registration.objects.select_related("attendee__organisation")
    if person := sent.get("person"):
        return rows.filter(convention=door.convention_id, public_id=_uuid(person)).first()
    return rows.of_code(door.convention_id, sent.get("code", "")).first()


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def undo(request: HttpRequest, token: str) -> JsonResponse:
    """It was somebody else: the entry that this door wrote with the key ``entry`` counts no more."""
    found, at = _of_link(token), timezone.now()
    try:
        refuse_unless_heard(found, at=at, happened_at=at - _age(request.POST))
        entry = get_object_or_404(CheckIn, key=_uuid(request.POST.get("entry", "")), door=found)
        undo_check_in(check_in=entry, by=None, at=at)
    except Conflict as conflict:
        if conflict.code in CLOSED:
            return JsonResponse({"code": conflict.code, "sentence": conflict.messages[0]}, status=410)
    except ValidationError as error:
        return JsonResponse({"code": "unreadable", "sentence": error.messages[0]}, status=400)
    except Http404:  # never reached us under this key: nothing to undo, nothing for the device to keep
        return JsonResponse({"code": "unknown", "sentence": "Cette entrée n’est pas de cette porte."}, status=409)
    return JsonResponse({"result": "undone"} | _counts(found))


@login_not_required
@never_cache
@require_safe
def people(request: HttpRequest, token: str) -> JsonResponse:
    """At most six of those who hold a seat here: name, organisation, whether they are in. Never an address."""
    found = _of_link(token)
    refused = _closed(found)
    if refused is not None:
        return refused
    words = request.GET.get("q", "").replace("\x00", " ").split()[:6]
    if sum(map(len, words)) < SEARCH_LETTERS:
        return JsonResponse({"people": [], "sentence": "Tapez au moins trois lettres du nom."})
    for amount, seconds in SEARCHES:
        if wait := permit("door-search", found.pk, seconds, amount=amount, seconds=seconds):
            sentence = "Trop de recherches à cette porte : attendez un instant."
            return JsonResponse({"code": "throttled", "sentence": sentence}, status=429, headers={"Retry-After": wait})
    rows = found.convention.registrations.filter(status=Registration.Status.CONFIRMED).with_entry()
    rows = rows.alias(folded=LowerUnaccent("attendee__name"))
    for word in words:
        rows = rows.filter(folded__contains=LowerUnaccent(Value(word)))
    rows = list(rows.select_related("attendee__organisation").order_by("attendee__name", "pk")[: SEARCH_SHOWN + 1])
    sentence = "" if rows else "Personne de ce nom n’a de place ici."
    if len(rows) > SEARCH_SHOWN:
        sentence = "Il y en a d’autres : tapez le nom plus complet."
    return JsonResponse({"people": [_person(row) for row in rows[:SEARCH_SHOWN]], "sentence": sentence})


def _person(row: Registration) -> dict:
    return {
        "person": row.public_id.hex,
        "name": row.attendee.name,
        "organisation": organisation_of(row),
        "entered": french.hour(row.entered_at) if row.entered_at else "",
    }


def _marks_stamp(request: HttpRequest, token: str) -> str:
    """One who comes in the place of another changes no number: the hour of the last confirmation tells."""
    found = _of_link(token)
    entries = CheckIn.objects.filter(door__convention=found.convention_id)
    entered = entries.aggregate(last=Max("pk"), undone=Count("undone_at"), known=Count("registration"))
    confirmed = found.convention.registrations.filter(status=Registration.Status.CONFIRMED)
    expected = confirmed.aggregate(last=Max("confirmed_at"), number=Count("pk"))
    told = [found.pk, *entered.values(), *expected.values(), _closed(found) is None]
    return f'"{sha256(repr(told).encode()).hexdigest()[:24]}"'


@login_not_required
@require_safe
@condition(etag_func=_marks_stamp)
def marks(request: HttpRequest, token: str) -> JsonResponse:
    """For the device without network: a digest of each ticket that is expected, and whether it has come. No name."""
    found = _of_link(token)
    refused = _closed(found)
    if refused is not None:
        return refused
    rows = found.convention.registrations.filter(status=Registration.Status.CONFIRMED).with_entry()
    codes = rows.order_by().values_list("code", "entered_at")
    known = {mark(found, code): french.hour(entered) if entered else "" for code, entered in codes}
    return JsonResponse({"marks": known} | _counts(found), headers={"Cache-Control": "private, no-cache"})


def mark(door: Door, code: str) -> str:
    return sha256(f"{door.public_id.hex}:{code}".encode()).hexdigest()[:16]


def told(entry: CheckIn) -> dict:
    """What the door shows of an entry that is written."""
    registration, first = entry.registration, first_entry(entry)
    if registration is None:
        return {"result": "noted", "sentence": "Notée : l’équipe cherchera qui c’est."} | _counts(entry.door)
    over = registration.status == Registration.Status.OVER
    return {
        "result": "again" if first else "over" if over else "in",
        "name": registration.attendee.name,
        "organisation": organisation_of(registration),
        "code": in_two(registration.code),
        "sentence": already_words(first) if first else "",
    } | (_counts(entry.door) | ({"seats": seats_of(entry)} if entry.means == CheckIn.Means.WALK_IN else {}))


def organisation_of(registration: Registration) -> str:
    attendee = registration.attendee
    return str(attendee.organisation) if attendee.organisation else attendee.affiliation


def _counts(door: Door) -> dict:
    rows = door.convention.registrations
    expected = rows.filter(status=Registration.Status.CONFIRMED).count()
    return {"present": rows.present().count(), "expected": expected}


def _closed(door: Door) -> JsonResponse | None:
    state = door.state(timezone.now())
    return None if state == "open" else JsonResponse({"code": state, "sentence": CLOSED[state]}, status=410)


def _of_link(token: str) -> Door:
    found = door_of(token)
    if found is None:
        raise Http404
    return found


def _age(sent) -> timedelta:
    age = sent.get("age_ms", "0")
    if not (age.isascii() and age.isdigit()):
        return timedelta()
    return min(timedelta(milliseconds=int(age[:12])), OLDEST_NEWS)  # longer is older than that


def _uuid(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        raise ValidationError("La demande n’a pas été comprise.") from None
