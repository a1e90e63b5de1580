"""Workshops: one's wishes, then one's places and waiting lists; how they were allotted, for everybody."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.errors import Conflict
from events.actions.allocation import workshops_of
from events.actions.wishes import rank_workshops
from events.actions.workshop_places import ask_place, give_back, leave_list
from events.allocation import replay
from events.forms import WishesForm
from events.models import AllocationRun, Convention, Registration, WorkshopPlace
from events.models.workshop_keys import key_of
from events.views.conventions import own_registration
from events.views.tickets import registration_of_ticket
from events.workshop_mails import sentences, titles_of

KEPT = "Vos vœux sont gardés. Ils se changent jusqu’à la clôture."
NONE = "Vous n’avez plus de vœu d’atelier. Vous pouvez en classer jusqu’à la clôture."
DONE = {"voeux": KEPT, "aucun": NONE, "places": "C’est fait : voici vos ateliers maintenant."}
"""What the page of a ticket says after an act: it leaves no message in a cookie, the address says which."""


@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest, slug: str) -> HttpResponse:
    """One's own; whoever has no registration is led to it."""
    convention = get_object_or_404(Convention.objects.public(), slug=slug)
    mine = own_registration(request.user, convention)
    if mine is None:
        return redirect("events:register", slug)
    return _wishes(request, mine, convention)


@require_http_methods(["GET", "HEAD", "POST"])
def wishes_of(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    """A colleague's, for whoever registers them; one's own too."""
    rows = Registration.objects.cancellable_by(request.user).live().select_related("convention", "attendee")
    registration = get_object_or_404(rows, convention__slug=slug, public_id=public_id)
    return _wishes(request, registration, registration.convention)


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_ticket(request: HttpRequest, token: str) -> HttpResponse:
    """One's own without an account: the link of the ticket is the only key, so that no CSRF token is asked."""
    registration = registration_of_ticket(token)
    if not registration.is_live or registration.convention.state != Convention.State.PUBLISHED:
        raise Http404
    return _wishes(request, registration, registration.convention, by_link=True)


def _done(request: HttpRequest, what: str, words: str, *, by_link: bool) -> HttpResponse:
    if by_link:
        return redirect(f"{request.path}?fait={what}")
    messages.success(request, words)
    return redirect(request.path)


def _wishes(
    request: HttpRequest, registration: Registration, convention: Convention, *, by_link: bool = False
) -> HttpResponse:
    at = timezone.now()
    workshops = list(workshops_of(convention))
    run = AllocationRun.objects.published().filter(convention=convention).select_related("convention").first()
    if run:
        return _places(request, registration, workshops, run, by_link=by_link)
    return _ranking(request, registration, workshops, at, by_link=by_link)


def _ranking(request: HttpRequest, registration: Registration, workshops: list, at, *, by_link: bool) -> HttpResponse:
    ranked = [wish.workshop_id for wish in registration.wishes.all()]
    form = WishesForm(request.POST if request.method == "POST" else None, workshops=workshops, ranked=ranked)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                kept = rank_workshops(registration=registration, workshops=form.ranked, at=at)
            except Conflict as conflict:
                form.add_error(None, conflict)
                status = 409
            else:
                return _done(request, *(("voeux", KEPT) if kept else ("aucun", NONE)), by_link=by_link)
    state = registration.convention.wishes_state(at)
    by_pk = {workshop.pk: workshop for workshop in workshops}
    context = _about(request, registration, by_link=by_link) | {
        "form": form,
        "wishes_state": state,
        "workshops": workshops,
        "ranked": [by_pk[pk] for pk in ranked if pk in by_pk],
    }
    return render(request, "events/wishes.html", context, status=status)


def _about(request: HttpRequest, registration: Registration, *, by_link: bool) -> dict:
    return {
        "convention": registration.convention,
        "registration": registration,
        "is_mine": by_link or registration.attendee.user_id == request.user.pk,
        "by_link": by_link,
        "done": DONE.get(request.GET.get("fait", ""), "") if by_link else "",
    }


def _places(
    request: HttpRequest, registration: Registration, workshops: list, run: AllocationRun, *, by_link: bool
) -> HttpResponse:
    refusal, status = "", 200
    if request.method == "POST":
        try:
            return _done(request, "places", _acted(request, registration, workshops), by_link=by_link)
        except Conflict as conflict:
            refusal, status = conflict.messages[0], 409
    context = _about(request, registration, by_link=by_link) | {
        "run": run,
        "refusal": refusal,
        "sentences": sentences(run, registration),
        "rows": _rows(registration, workshops, run),
    }
    return render(request, "events/workshop_places.html", context, status=status)


def _acted(request: HttpRequest, registration: Registration, workshops: list) -> str:
    number, at = request.POST.get("workshop", ""), timezone.now()
    workshop = next((each for each in workshops if str(each.item_id) == number), None)
    act = request.POST.get("act")
    if workshop is None or act not in {"give_back", "ask", "leave"}:
        raise Http404
    title = workshop.item.title
    if act == "give_back":
        place = registration.places.live().filter(workshop=workshop).first()
        if place is None:
            raise Conflict("Cette place est déjà rendue.", code="already_given_back")
        give_back(place=place, at=at)
        return f"La place dans « {title} » est rendue."
    if act == "leave":
        leave_list(registration=registration, workshop=workshop)
        return f"Vous n’attendez plus de place dans « {title} »."
    got = ask_place(registration=registration, workshop=workshop, at=at)
    if isinstance(got, WorkshopPlace):
        return f"La place dans « {title} » est réservée."
    return f"« {title} » est complet : vous êtes sur sa liste d’attente, un courriel vous préviendra."


def _rows(registration: Registration, workshops: list, run: AllocationRun) -> list[dict]:
    """Each workshop with what one has there: "held", "waiting" (and the rank), "clash" or "free", and what is left."""
    convention = registration.convention
    live = WorkshopPlace.objects.live().filter(workshop__in=workshops).values_list("workshop", "registration")
    taken = {workshop.pk: [who for pk, who in live if pk == workshop.pk] for workshop in workshops}
    held = [workshop for workshop in workshops if registration.pk in taken[workshop.pk]]
    ranks = _ranks(registration)
    rows = []
    for workshop in workshops:
        clashes = [
            each
            for each in held
            if each.item.starts_at < workshop.item.ends_at and workshop.item.starts_at < each.item.ends_at
        ]
        state = "held" if workshop in held else "waiting" if workshop.pk in ranks else "clash" if clashes else "free"
        left = max(workshop.capacity - run.parameters["kept"] - len(taken[workshop.pk]), 0)
        is_over = workshop.item.starts_at <= timezone.now() or convention.state != Convention.State.PUBLISHED
        rows.append(
            {"workshop": workshop, "state": state, "left": left, "rank": ranks.get(workshop.pk), "is_over": is_over}
        )
    return sorted(rows, key=lambda row: (row["state"] != "held", row["state"] != "waiting"))


def _ranks(registration: Registration) -> dict[int, int]:
    """By workshop: one's place in its waiting list, from 1. One query for all lists."""
    mine = registration.waits.values("workshop")
    order = {}
    for workshop, who in (
        registration.waits.model.objects.in_order()
        .filter(workshop__in=mine, registration__status=Registration.Status.CONFIRMED)
        .values_list("workshop", "registration")
    ):
        order.setdefault(workshop, []).append(who)
    return {
        workshop: people.index(registration.pk) + 1 for workshop, people in order.items() if registration.pk in people
    }


def _published(slug: str) -> AllocationRun:
    rows = AllocationRun.objects.published().select_related("convention")
    return get_object_or_404(rows.exclude(convention__state=Convention.State.DRAFT), convention__slug=slug)


@login_not_required
@require_safe
def allocation(request: HttpRequest, slug: str) -> HttpResponse:
    """How places were allotted: the seed, the figures, the file to run again."""
    convention = get_object_or_404(Convention.objects.public(), slug=slug)
    runs = AllocationRun.objects.filter(convention=convention)
    mine = own_registration(request.user, convention)
    context = {
        "convention": convention,
        "run": runs.published().first(),
        "trials": runs.count(),
        "key": key_of(mine) if mine else "",
    }
    return render(request, "events/workshop_allocation.html", context)


@login_not_required
@require_safe
def allocation_file(request: HttpRequest, slug: str) -> HttpResponse:
    run = _published(slug)
    file = replay.file_of(run.input, run.seed, run.given, parameters=run.parameters, titles=titles_of(run))
    return HttpResponse(
        json.dumps(file, ensure_ascii=False, indent=1),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="attribution-{slug}.json"'},
    )
