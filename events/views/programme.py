"""What changed in a programme, for everybody; and a speaker's own answer, by the link of their letter."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.errors import Conflict
from events.actions.speakers import give_consent, withdraw_consent
from events.models import Convention, Speaker
from events.models.programme_content import differences
from events.models.speaker_links import read_speaker, words_digest

VERSIONS_SHOWN, LINES_SHOWN = 12, 60


@login_not_required
@require_safe
def programme_changes(request: HttpRequest, slug: str) -> HttpResponse:
    """Each version with its date and what it changed, the last first."""
    convention = get_object_or_404(Convention.objects.public(), slug=slug)
    versions = list(convention.programme_versions.order_by("-number")[: VERSIONS_SHOWN + 1])
    if not versions:
        raise Http404
    left = LINES_SHOWN
    for version, former in zip(versions, [*versions[1:], None], strict=True):
        found = differences(former.content, version.content, former.links, version.links) if former else []
        version.changes = [each for each in found if each.sentences][:left]
        version.more = len(found) - len(version.changes)
        left -= len(version.changes)
    context = {"convention": convention, "versions": versions[:VERSIONS_SHOWN], "last": versions[0]}
    return render(request, "events/programme_changes.html", context)


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def speaker(request: HttpRequest, token: str) -> HttpResponse:
    """Whether to be named. GET shows, POST answers: programs that open the links of letters change nothing."""
    rows = Speaker.objects.select_related("item__convention")
    found = get_object_or_404(rows, public_id=read_speaker(token))
    refusal, status = "", 200
    if request.method == "POST":
        try:
            _answered(request, found)
        except Conflict as conflict:
            refusal, status = conflict.messages[0], 409
            found = rows.get(pk=found.pk)
        else:
            return redirect("events:speaker", token)
    context = {
        "speaker": found,
        "convention": found.item.convention,
        "words": words_digest(found),
        "refusal": refusal,
    }
    return render(request, "events/speaker.html", context, status=status)


def _answered(request: HttpRequest, found: Speaker) -> None:
    answer, at = request.POST.get("answer"), timezone.now()
    if answer == "yes":
        give_consent(speaker=found, words=request.POST.get("words", ""), at=at)
    elif answer == "no":
        withdraw_consent(speaker=found, at=at)
    else:
        raise Conflict("Choisissez l’un des deux boutons.", code="no_answer")
