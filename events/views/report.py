"""The bilan of a gathering: it writes itself, and each figure opens its list. No person is named."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from events import stats
from events.models import Convention, Registration
from events.models.after_links import after_path

ROWS, SHOWN_ACTIONS = 50, 12


@login_not_required
@require_safe
def report(request: HttpRequest, slug: str) -> HttpResponse:
    convention, at = past_one(slug), timezone.now()
    found = stats.report(convention, at)
    if found.is_empty:
        raise Http404
    actions = stats.roadmap_of(convention)
    context = {
        "convention": convention,
        "report": found,
        "figures": figures(found),
        "workshops": stats.by_workshop(convention),
        "actions": actions[:SHOWN_ACTIONS],
        "more_actions": max(0, len(actions) - SHOWN_ACTIONS),
        "mine": own_page(request.user, convention),
    }
    return render(request, "events/report.html", context)


@login_not_required
@require_safe
def organisations(request: HttpRequest, slug: str) -> HttpResponse:
    """Those that came, of the directory; told from as many people as the rest of the bilan."""
    convention = past_one(slug)
    if not stats.attendance(convention).is_told:
        raise Http404
    page = Paginator(stats.organisations_present(convention), ROWS).get_page(request.GET.get("page"))
    return render(request, "events/report_organisations.html", {"convention": convention, "page": page})


def past_one(slug: str) -> Convention:
    """A gathering that took place; the bilan of a cancelled one, or of one to come, does not exist."""
    held = Convention.objects.filter(state=Convention.State.PUBLISHED, ends_at__lt=timezone.now())
    return get_object_or_404(held, slug=slug)


def figures(found: stats.Report) -> list[dict]:
    """What stands on top, each number with the way to what it counts."""
    slug, attendance, said = found.convention.slug, found.attendance, found.proposals
    here = reverse("events:proposals", args=[slug])
    rows = []
    if attendance.is_told:
        came = "personnes présentes"
        rows.append({"value": attendance.present, "label": came, "url": "#venus", "link": "D’où viennent-elles\u00a0?"})
        if attendance.organisations:
            label = "organisation représentée" if attendance.organisations == 1 else "organisations représentées"
            url = reverse("events:report_organisations", args=[slug])
            rows.append({"value": attendance.organisations, "label": label, "url": url, "link": "Lesquelles\u00a0?"})
    told = (("said", "proposition", ""), ("retained", "retenue", "?etat=retenues"))
    for name, word, query in (*told, ("launched", "lancée", "?etat=lancees")):
        if said["said"]:
            label = word if said[name] < 2 else f"{word}s"
            rows.append({"value": said[name], "label": label, "url": f"{here}{query}", "link": "Les lire"})
    return rows


def own_page(user, convention: Convention) -> str:
    """Where somebody who is signed in and came finds their certificate and the survey; nothing for others."""
    if not user.is_authenticated:
        return ""
    mine = Registration.objects.filter(convention=convention, attendee__user=user).present().first()
    return after_path(mine) if mine else ""
