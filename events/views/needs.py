"""What somebody needs on the day, by the link of their letters: no account, no cookie, the link is the only key."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alliance.lib.errors import Conflict
from events.actions.needs import forget_needs, say_needs
from events.forms import NeedsForm
from events.models import AttendeeNeeds, Registration
from events.models.needs import KEPT
from events.models.needs_links import read_needs


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def needs(request: HttpRequest, token: str) -> HttpResponse:
    """Say, change, take back. What was said is shown again only here, to whoever holds the link."""
    public_id = read_needs(token)
    if public_id is None:
        raise Http404
    registration = get_object_or_404(Registration.objects.select_related("convention", "attendee"), public_id=public_id)
    said = AttendeeNeeds.objects.filter(registration=registration).first()
    if request.method == "POST" and request.POST.get("act") == "forget":
        forget_needs(registration=registration)
        return redirect("events:needs", token)
    form, status = NeedsForm(request.POST if request.method == "POST" else None, initial=_initial(said)), 200
    if form.is_bound:
        status = _kept(form, registration)
        if status == 302:
            return redirect("events:needs", token)
    at = timezone.now()
    context = {
        "form": form,
        "said": said,
        "registration": registration,
        "convention": registration.convention,
        "is_open": registration.is_live and registration.convention.ends_at > at,
        "kept_until": timezone.localdate(registration.convention.ends_at + KEPT),
    }
    return render(request, "events/needs.html", context, status=status)


def _initial(said: AttendeeNeeds | None) -> dict:
    """Consent is given again with each change: the box is never ticked beforehand."""
    names = ("diet", "diet_words", "access", "access_words")
    return {name: getattr(said, name) for name in names} if said else {}


def _kept(form: NeedsForm, registration: Registration) -> int:
    if not form.is_valid():
        return 400
    try:
        say_needs(registration=registration, at=timezone.now(), **form.cleaned_data)
    except Conflict as conflict:
        form.add_error(None, conflict)
        return 409
    except ValidationError as error:
        form.add_error(None, error)
        return 400
    return 302
