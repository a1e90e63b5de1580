"""After a gathering, by one's own link and without an account: the certificate of attendance, and the survey.

GET shows, POST acts. No token of our pages is asked for, hence no cookie: nothing here acts for an account.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.lib.errors import Conflict
from events import certificates
from events.actions.certificates import certify_attendance
from events.actions.survey import answer_survey
from events.forms import SurveyForm
from events.models import Certificate, Convention, Registration, SurveyMark
from events.models.after_links import of_after_token
from events.models.survey import survey_ends_at, survey_state


@login_not_required
@never_cache
@require_safe
def after(request: HttpRequest, token: str) -> HttpResponse:
    return render(request, "events/after.html", _page(_of_link(token), token))


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def ask_certificate(request: HttpRequest, token: str) -> HttpResponse:
    registration = _of_link(token)
    try:
        certify_attendance(registration=registration, at=timezone.now())
    except Conflict as conflict:
        page = _page(registration, token) | {"refused": conflict.messages[0]}
        return render(request, "events/after.html", page, status=409)
    return redirect("events:after", token)


@login_not_required
@never_cache
@require_safe
def certificate_file(request: HttpRequest, token: str) -> HttpResponse:
    certificate = Certificate.objects.filter(registration=_of_link(token)).first()
    if certificate is None:
        raise Http404
    certificate = certificates.whole(certificate.pk)
    name = certificates.file_name(certificate)
    return HttpResponse(
        certificates.read(certificate),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: str) -> HttpResponse:
    registration = _of_link(token)
    form, status = SurveyForm(request.POST if request.method == "POST" else None), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            words = form.cleaned_data["words"]
            try:
                answer_survey(registration=registration, marks=form.marks, words=words, at=timezone.now())
            except Conflict as conflict:
                form.add_error(None, conflict)
                status = 409
            else:
                return redirect("events:survey", token)
    return render(request, "events/survey.html", _page(registration, token) | {"form": form}, status=status)


def _of_link(token: str) -> Registration:
    registration = of_after_token(token)
    if registration is None or registration.convention.state == Convention.State.DRAFT:
        raise Http404
    return registration


def _page(registration: Registration, token: str) -> dict:
    """``state``: "before", "absent", "called_off" or "present": what this page can do for this person."""
    convention, at = registration.convention, timezone.now()
    if convention.state == Convention.State.CANCELLED:
        state = "called_off"
    elif convention.ends_at > at:
        state = "before"
    else:
        state = "present" if registration.entered_at else "absent"
    return {
        "registration": registration,
        "convention": convention,
        "token": token,
        "state": state,
        "certificate": Certificate.objects.filter(registration=registration).first(),
        "survey": survey_state(convention, at),
        "survey_ends_at": survey_ends_at(convention),
        "answered": SurveyMark.objects.filter(registration=registration).exists(),
    }
