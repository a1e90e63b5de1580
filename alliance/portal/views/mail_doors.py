"""Doors of mail without an account. GET shows, POST acts; programs that open links change nothing.

No CSRF token, hence no cookie: nothing here acts for an account, and the link is the only key.
"""

from hmac import compare_digest

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from partners import bounces
from partners.actions.mail_wishes import accept_mails, refuse_mails
from partners.actions.steering import stop_reading
from partners.mailing_letters import read_stop
from partners.models import MailRefusal, SteeringReader, User
from partners.models.mailing import REFUSABLE, MailKind

ONE_CLICK = "One-Click"
RETURN_MAX = 1_000_000


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """No more bulk mails of a kind, or again; RFC 8058 wants no redirection for the mail program's own POST."""
    person, kind = person_of(token)
    if request.method == "POST":
        wish = accept_mails if request.POST.get("act") == "again" else refuse_mails
        wish(person=person, kind=kind)
        if request.POST.get("List-Unsubscribe") != ONE_CLICK:
            return redirect("mail:stop", token)
    refused = MailRefusal.objects.filter(person=person, kind=kind).exists()
    context = {"kind": MailKind(kind).label, "refused": refused}
    return render(request, "portal/mail_stop.html", context)


def person_of(token: str) -> tuple[User, str]:
    read = read_stop(token)
    if read is None or read[1] not in REFUSABLE:
        raise Http404
    return get_object_or_404(User, pk=read[0], is_active=True), read[1]


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_report(request: HttpRequest, public_id) -> HttpResponse:
    """No more of a steering report, in one click of the letter's link."""
    reader = get_object_or_404(SteeringReader.objects.select_related("report"), public_id=public_id)
    if request.method == "POST":
        stop_reading(reader=reader, at=timezone.now())
        if request.POST.get("List-Unsubscribe") != ONE_CLICK:
            return redirect("mail:stop_report", reader.public_id)
        reader.refresh_from_db()
    return render(request, "portal/report_stop.html", {"reader": reader})


@csrf_exempt
@login_not_required
@require_POST
def returns(request: HttpRequest) -> HttpResponse:
    """A mail that came back, as the mail server gives it (message/rfc822), with the key of the settings."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.RETURNS_SECRET or not compare_digest(given.encode(), settings.RETURNS_SECRET.encode()):
        raise Http404
    if int(request.headers.get("Content-Length") or 0) > RETURN_MAX:
        return JsonResponse({"errors": [{"code": "too_large", "detail": "Un mégaoctet au plus."}]}, status=413)
    return JsonResponse({"noted": len(bounces.ingest(request.body))})
