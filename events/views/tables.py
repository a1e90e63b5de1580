"""The table of a workshop, on any phone: one says who one is by the code of one's ticket, proposes, supports.

The link of the room is the key; no account. A cookie of this page alone, signed, remembers for the day whose ticket it
is. Other sites cannot send it with a form of theirs (SameSite), so no CSRF token is asked: what a device kept for want
of a network is sent as it is.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alliance.lib.errors import Conflict
from alliance.lib.throttle import client_ip, take
from events.actions.table_talk import propose, support, withdraw_support
from events.actions.workshop_doors import free_places, take_seat
from events.models import Proposal, Registration, WorkshopTable
from events.models.proposal import LONGEST
from events.models.proposal_families import Families

COOKIE, SALT = "portail_table", "events.table.person"
DAY = timedelta(hours=14)
CODES = (150, 300)
"""So many codes in so many seconds at one table, from one address, which a whole room may share."""
UNKNOWN = "Aucun billet de cette Convention ne porte ce code. Il a huit signes et se lit sous le QR du billet."


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Le code de votre billet",
        max_length=20,
        help_text="Huit signes, sous le QR de votre billet ou sur votre badge.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class ProposalForm(forms.Form):
    text = forms.CharField(
        label="Votre proposition",
        max_length=LONGEST,
        help_text=f"Une idée à la fois, en {LONGEST} signes au plus, sans nom de personne.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    codes = forms.CharField(
        label="Vous êtes plusieurs à la porter ?",
        required=False,
        max_length=120,
        help_text="Les codes de billet des autres, séparés par des virgules.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def table(request: HttpRequest, token: str) -> HttpResponse:
    found = WorkshopTable.objects.of_link(token, "table")
    if found is None:
        raise Http404
    person = _person(request, found)
    if request.method != "POST":
        return _page(request, found, person)
    act = request.POST.get("act", "")
    if act == "identify":
        return _identify(request, found, token)
    if act == "leave":
        response = redirect("events:table", token)
        response.delete_cookie(COOKIE, path="/table/")
        return response
    if person is None:
        status = 401 if _is_json(request) else 400
        return _refused(request, found, None, "unknown", "Dites d’abord qui vous êtes, par votre billet.", status)
    try:
        return _act(request, found, person, act, token)
    except Conflict as conflict:
        return _refused(request, found, person, conflict.code, conflict.messages[0], 409)
    except ValidationError as error:
        return _refused(request, found, person, "invalid", error.messages[0], 400)


def _act(request: HttpRequest, found: WorkshopTable, person: Registration, act: str, token: str) -> HttpResponse:
    at = timezone.now()
    if act == "propose":
        made = propose(
            table=found,
            authors=[person, *_others(request, found)],
            text=request.POST.get("text", ""),
            key=_key(request),
            at=at,
            typed_at=_typed_at(request, at),
        )
        if _is_json(request):
            return JsonResponse({"id": made.public_id.hex, "text": made.text}, status=201)
    elif act in {"support", "unsupport"}:
        proposal = get_object_or_404(Proposal, workshop=found.workshop, public_id=_uuid(request.POST.get("proposal")))
        (support if act == "support" else withdraw_support)(table=found, proposal=proposal, by=person, at=at)
        if _is_json(request):
            return JsonResponse({"id": proposal.public_id.hex})
    elif act in {"seat", "move"}:
        take_seat(registration=person, workshop=found.workshop, at=at, leaving=act == "move")
    else:
        raise ValidationError("Choisissez l’un des boutons de la page.")
    return redirect("events:table", token)


def _identify(request: HttpRequest, found: WorkshopTable, token: str) -> HttpResponse:
    take("table-code", client_ip(request), found.pk, amount=CODES[0], seconds=CODES[1])
    convention = found.workshop.item.convention
    person = Registration.objects.of_code(convention, request.POST.get("code", "")[:20]).first()
    form = CodeForm(request.POST)
    if person is None or not form.is_valid():
        form.add_error("code", UNKNOWN) if form.is_valid() else None
        return _page(request, found, None, code_form=form, status=400)
    if not person.comes:
        form.add_error("code", "L’inscription de ce billet n’est pas confirmée : voyez l’accueil.")
        return _page(request, found, None, code_form=form, status=409)
    response = redirect("events:table", token)
    response.set_signed_cookie(
        COOKIE, person.public_id.hex, salt=SALT, max_age=DAY, path="/table/", httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


def _person(request: HttpRequest, found: WorkshopTable) -> Registration | None:
    kept = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=DAY)
    rows = Registration.objects.coming().select_related("attendee")
    return rows.filter(public_id=kept, convention=found.workshop.item.convention_id).first() if kept else None


def _others(request: HttpRequest, found: WorkshopTable) -> list[Registration]:
    """Those who say it too. An unknown code refuses the whole: nobody is left out without a word."""
    typed = [code for code in request.POST.get("codes", "")[:120].replace(";", ",").split(",") if code.strip()]
    people = []
    for code in typed:
        person = Registration.objects.of_code(found.workshop.item.convention, code).first()
        if person is None:
            raise ValidationError(f"Aucun billet de cette Convention ne porte le code « {code.strip()} ».")
        people.append(person)
    return people


def _refused(
    request: HttpRequest, found: WorkshopTable, person: Registration | None, code: str, words: str, status: int
) -> HttpResponse:
    if _is_json(request):
        return JsonResponse({"errors": [{"code": code, "detail": words}]}, status=status)
    return _page(request, found, person, refusal=words, status=status)


def _page(
    request: HttpRequest,
    found: WorkshopTable,
    person: Registration | None,
    *,
    code_form: CodeForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    item = found.workshop.item
    typed = request.POST if request.POST.get("act") == "propose" else {}
    context = {
        "table": found,
        "item": item,
        "convention": item.convention,
        "person": person,
        "proposals": heard(found, person) if person else [],
        "code_form": code_form or CodeForm(),
        "form": ProposalForm(initial={"text": typed.get("text", ""), "codes": typed.get("codes", "")}),
        "key": typed.get("key") or uuid4(),
        "refusal": refusal,
        "seat": _seat(found, person) if person and found.is_allotted else None,
        "hours": int(DAY.total_seconds() // 3600),
    }
    template = "events/table.html#proposals" if "liste" in request.GET and person else "events/table.html"
    return render(request, template, context, status=status)


def _seat(found: WorkshopTable, person: Registration) -> dict | None:
    """Where places are allotted: theirs if it was taken on the day; else how many are free, what they would leave."""
    workshop = found.workshop
    if workshop.item.ends_at <= timezone.now():
        return None
    held = list(person.places.live().at_the_hours_of(workshop).select_related("workshop__item"))
    mine = next((place for place in held if place.workshop_id == workshop.pk), None)
    if mine:
        return {"mine": mine} if mine.source == mine.Source.WALK_IN else None
    return {"free": free_places(workshop), "other": held[0] if held else None}


def heard(found: WorkshopTable, person: Registration | None) -> list[Proposal]:
    """What was said at this table, the latest first, with its supports and whether it is one's own."""
    rows = list(Proposal.objects.filter(workshop=found.workshop).standing().order_by("-said_at", "-pk"))
    families = Families(found.workshop.item.convention)
    families.count(rows)
    own = person.pk if person else None
    for row in rows:
        row.is_mine, row.is_supported = own in families.authors[row.pk], own in families.supporters[row.pk]
    return rows


def _typed_at(request: HttpRequest, at: datetime) -> datetime | None:
    """The device tells how long ago it was typed: its clock may be wrong, how long something took is not."""
    age = request.POST.get("age_ms", "")
    return at - timedelta(milliseconds=int(age)) if age.isascii() and age.isdigit() and len(age) < 10 else None


def _key(request: HttpRequest) -> UUID:
    if key := _uuid(request.POST.get("key")):
        return key
    raise ValidationError("Rechargez la page, puis envoyez de nouveau.")


def _uuid(typed: str | None) -> UUID | None:
    try:
        return UUID(typed or "")
    except ValueError:
        return None


def _is_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"
