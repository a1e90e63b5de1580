"""Somebody invited: by the link of their letter, without an account; or asking for such a link.

As for offers, the link is the only key: no cookie, no CSRF token; GET shows, POST answers.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alliance.lib import throttle
from alliance.lib.errors import Conflict
from events.actions import cancel
from events.actions.guests import ask_invitation, come, decline
from events.forms import AskedInvitationForm, GuestForm
from events.models import Convention, Guest, Registration
from events.models.needs_links import needs_path
from events.models.offer_links import offer_path

ASKS_AN_HOUR, LETTERS_A_DAY = 20, 3


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def guest(request: HttpRequest, token: str) -> HttpResponse:
    """Come, decline, give the seat back: one person's own page."""
    invited = Guest.objects.of_token(token)
    if invited is None:
        raise Http404
    form = GuestForm(request.POST if request.POST.get("act") == "come" else None, initial={"name": invited.name})
    status, refusal = 200, ""
    if request.method == "POST":
        status, refusal = _answered(request, invited, form)
        if status == 302:
            return redirect("events:guest", token)
        invited = Guest.objects.of_token(token)
    context = _page(invited) | {"form": form, "refusal": refusal}
    return render(request, "events/guest.html", context, status=status)


def _answered(request: HttpRequest, invited: Guest, form: GuestForm) -> tuple[int, str]:
    at, act = timezone.now(), request.POST.get("act")
    try:
        if act == "come":
            if not form.is_valid():
                return 400, ""
            come(guest=invited, name=form.cleaned_data["name"], at=at)
        elif act == "decline":
            decline(guest=invited, at=at)
        elif act == "cancel" and invited.registration:
            cancel(registration=invited.registration, by=invited.person, at=at)
        else:
            return 400, "Choisissez l’un des boutons de la page."
    except Conflict as conflict:
        return 409, conflict.messages[0]
    return 302, ""


def _page(invited: Guest) -> dict:
    """``state``: what they can still do here."""
    at, convention = timezone.now(), invited.convention
    rows = Registration.objects.with_rank().select_related("attendee__organisation")
    mine = rows.live().filter(convention=convention).of_address(invited.email).first() if invited.email else None
    if convention.state == Convention.State.CANCELLED or convention.ends_at <= at:
        state = "over"
    elif mine:
        state = "registered"
    elif not invited.is_standing(at):
        state = "ended"
    elif invited.answer == Guest.Answer.DECLINES:
        state = "declined"
    else:
        gave_back = invited.registration and invited.registration.status == Registration.Status.CANCELLED
        state = "left" if gave_back else "invited"
    own = mine is not None and mine.pk == invited.registration_id
    convention.registration = convention.registration_state(at)
    return {
        "guest": invited,
        "convention": convention,
        "state": state,
        "mine": mine,
        "own": own,
        "needs_path": needs_path(mine) if own else "",
        "offer_path": offer_path(mine) if own and mine.status == Registration.Status.OFFERED else "",
        "is_open": convention.is_open(at),
    }


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Without an account: the answer is the same for everybody, the letter tells the rest."""
    convention = get_object_or_404(Convention.objects.public(), slug=slug)
    if convention.open_to != Convention.OpenTo.PUBLIC or not convention.is_open(timezone.now()):
        raise Http404
    form, status, asked = AskedInvitationForm(request.POST or None), 200, "envoye" in request.GET
    if request.method == "POST":
        status = 400
        if form.is_valid():
            email = form.cleaned_data["email"].lower()
            throttle.take("ask-invitation", throttle.client_ip(request), amount=ASKS_AN_HOUR, seconds=3600)
            throttle.take("invitation-letter", email, amount=LETTERS_A_DAY, seconds=86_400)
            ask_invitation(convention=convention, email=email, at=timezone.now())
            return redirect(f"{request.path}?envoye")
    context = {"convention": convention, "form": form, "asked": asked}
    return render(request, "events/guest_ask.html", context, status=status)
