"""A seat that is offered: by the link of the letter, without an account, or from one's own page.

GET shows, POST answers: programs that open the links of letters change nothing. The link of a letter asks no CSRF
token, hence no cookie: nothing there acts for an account, and the link is the only key.
"""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alliance.lib.errors import Conflict
from events.actions import accept_offer, decline_offer
from events.models import Convention, Registration
from events.models.offer_links import read_offer
from events.views.registration import one_registration, way_back

ANSWERS = {"accept": accept_offer, "decline": decline_offer}
TOLD = {
    "accept": "La place est confirmée : un courriel l’écrit, avec un fichier pour l’agenda.",
    "decline": "C’est noté : la place va à la personne suivante.",
}


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """Take or leave the seat of a letter. The link of an offer that is past says what became of it."""
    registration, offered_at = _of_link(token)
    status = 200
    if request.method == "POST":
        status = _answered(request, registration, None) if registration.offered_at == offered_at else 409
        if status == 302:
            return redirect("events:offer", token)
        registration, _ = _of_link(token)
    page = _page(registration, offered_at) | {"by_link": True}
    return render(request, "events/offer.html", page, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_offer(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    """The same for those who are signed in: their own, or a colleague's of their organisation."""
    registration = one_registration(Registration.objects.cancellable_by(request.user), slug, public_id)
    back, status = way_back(request.user, registration), 200
    if request.method == "POST":
        status = _answered(request, registration, request.user)
        if status == 302:
            messages.success(request, TOLD[request.POST["answer"]])
            return redirect(back)
        registration = one_registration(Registration.objects.with_rank(), slug, public_id)
    page = _page(registration, registration.offered_at) | {"back": back}
    return render(request, "events/offer.html", page, status=status)


def _answered(request: HttpRequest, registration: Registration, by) -> int:
    """302 when it is done; 409 when it is too late, 400 when nothing was answered: the page says where things are."""
    act = ANSWERS.get(request.POST.get("answer", ""))
    if act is None:
        return 400
    try:
        act(registration=registration, by=by, at=timezone.now())
    except Conflict:
        return 409
    return 302


def _of_link(token: str) -> tuple[Registration, datetime]:
    read = read_offer(token)
    if read is None:
        raise Http404
    public_id, offered_at = read
    rows = Registration.objects.with_rank().select_related("convention", "attendee__organisation")
    return get_object_or_404(rows, public_id=public_id), datetime.fromisoformat(offered_at)


def _page(registration: Registration, offered_at) -> dict:
    """``state``: what became of *this* offer; one that was withdrawn or replaced is "gone"."""
    at, convention = timezone.now(), registration.convention
    state = registration.status if registration.offered_at == offered_at else "gone"
    if state == Registration.Status.OFFERED and not registration.is_offered(at):
        state = Registration.Status.EXPIRED
    if convention.state == Convention.State.CANCELLED or convention.ends_at <= at:
        state = "over"
    return {"registration": registration, "convention": convention, "state": state, "at": at}
