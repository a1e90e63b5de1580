"""The link of the monthly letter: GET shows, POST records. No account, and nothing else opens with it.

No CSRF token, hence no cookie: nothing here acts for an account, and the link is the only key. Programs that open
links, by GET or HEAD, change nothing. A link that is wrong, over or revoked, and one whose person has left, are the
same page.
"""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alliance.lib.errors import Conflict
from partners.actions.follow_up import record_news, set_follow_up
from partners.actions.projects import WRITERS
from partners.forms.follow_up import VERDICTS, NewsForm
from partners.models import Membership, Project, UpdateLink

ONE_CLICK = "One-Click"


def by_link(view):
    """``view(request, link, projects)`` for a live link, of a person who still writes for one of its projects."""

    @csrf_exempt
    @login_not_required
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        link = UpdateLink.objects.of_token(token, timezone.now())
        projects = projects_of(link) if link else []
        only_needs = link is not None and not link.projects
        response = view(request, link, projects) if projects or only_needs else gone(request)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return opened


def gone(request: HttpRequest) -> HttpResponse:
    return render(request, "partners/follow_up_gone.html", status=404)


def projects_of(link: UpdateLink) -> list[Project]:
    """The published projects of the letter that its person may still write, in the order of the letter."""
    own = Membership.objects.live().filter(user=link.person, role__in=WRITERS).values("organisation")
    rows = Project.objects.public().filter(pk__in=link.projects, lead__in=own)
    rows = rows.select_related("lead", "commune").prefetch_related("figures").defer("search", "keywords")
    return sorted(rows, key=lambda project: link.projects.index(project.pk))


@by_link
def news(request: HttpRequest, link: UpdateLink, projects: list[Project]) -> HttpResponse:
    if not projects:  # a letter that spoke of needs only: its link stops the letters, nothing else
        return gone(request)
    if request.method != "POST":
        return _page(request, link, projects)
    chosen = request.POST.get("project", "")
    about = _unanswered(link, projects) if chosen == "all" else [each for each in projects if each.slug == chosen]
    verdict = request.POST.get("verdict", "")
    if verdict not in VERDICTS or not about or (chosen == "all" and verdict != "same"):
        return _page(request, link, projects, refusal="Répondez par l’un des boutons d’un projet.", status=400)
    forms = [NewsForm(request.POST if chosen != "all" else {}, project=project) for project in about]
    for form in forms:
        status = _record(form, link, verdict)
        if status != 302:
            return _page(request, link, projects, wrong=form, status=status)
    return redirect("partners:follow_up", link.token)


def _record(form: NewsForm, link: UpdateLink, verdict: str) -> int:
    if not form.is_valid():
        return 400
    note = form.cleaned_data["note"]
    try:
        record_news(
            link=link, project=form.project, verdict=verdict, reached=form.reached, note=note, at=timezone.now()
        )
    except Conflict as conflict:
        form.add_error(None, conflict)
        return 409
    except ValidationError as error:
        form.add_error("note" if error.code == "note" else None, error)
        return 400
    return 302


def _answered(link: UpdateLink, project: Project) -> bool:
    return project.confirmed_on >= timezone.localdate(link.made_at)


def _unanswered(link: UpdateLink, projects: list[Project]) -> list[Project]:
    return [project for project in projects if not _answered(link, project)]


def _page(request, link: UpdateLink, projects: list[Project], *, wrong=None, refusal="", status=200) -> HttpResponse:
    left = _unanswered(link, projects)
    forms = [wrong if wrong and wrong.project.pk == each.pk else NewsForm(project=each) for each in left]
    context = {
        "link": link,
        "forms": forms,
        "answered": [project for project in projects if project not in left],
        "wrong": wrong,
        "refusal": refusal,
    }
    return render(request, "partners/follow_up.html", context, status=status)


@by_link
def stop(request: HttpRequest, link: UpdateLink, projects: list[Project]) -> HttpResponse:
    """Stop the letters, or take them up again. One POST is enough, from a mail program too (RFC 8058)."""
    if request.method == "POST":
        set_follow_up(person=link.person, wanted=request.POST.get("act") == "resume", at=timezone.now())
        if request.POST.get("List-Unsubscribe") != ONE_CLICK:
            return redirect("partners:follow_up_stop", link.token)
    agreed = getattr(link.person, "follow_up", None)
    return render(request, "partners/follow_up_stop.html", {"link": link, "agreed": agreed})
