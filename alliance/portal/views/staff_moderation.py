"""Moderation: the queue of what partners wrote, and one page to accept, correct and accept, or return it."""

from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.back_office_lists import CappedPaginator
from alliance.lib.errors import Conflict
from alliance.portal import moderation
from alliance.portal.staff_moderation_forms import CorrectionForm, ReturnForm
from alliance.portal.views.staff_campaigns import agent_only
from partners.actions.moderation import accept_change, return_change, seen_of, standing_values
from partners.actions.projects import first_values, publish_project, return_project
from partners.models import Project, ProposedChange

ROWS = 25
TOLD = {"accept": "« {} » est en ligne.", "correct": "« {} » est en ligne, corrigé.", "return": "« {} » est retourné."}


def page(request: HttpRequest, template: str, title: str, *, status: int = 200, **context) -> TemplateResponse:
    context = admin.site.each_context(request) | {"title": title} | context
    return TemplateResponse(request, f"admin/moderation/{template}.html", context, status=status)


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """All that this agent may decide, the oldest first."""
    agent_only(request)
    noun = request.GET.get("quoi", "")
    noun = noun if noun in moderation.NOUNS else ""
    shown = CappedPaginator(moderation.queue(request.user, noun), ROWS).get_page(request.GET.get("page"))
    context = {"page": shown, "lines": moderation.lines(shown.object_list), "nouns": moderation.NOUNS, "noun": noun}
    return page(request, "queue", "Modération", **context)


@dataclass
class Case:
    """What waits on one page: a project that was never published, or a change of what is."""

    request: HttpRequest
    project: Project | None = None
    change: ProposedChange | None = None

    @property
    def proposed(self) -> dict:
        if self.change:
            return {name: each["after"] for name, each in self.change.values.items()}
        return first_values(self.project)

    @property
    def now(self) -> dict:
        return standing_values(self.change) if self.change else {}

    @property
    def seen(self) -> str:
        """The mark of all that is on the page."""
        return seen_of({"now": self.now, "then": self.proposed}) if self.change else seen_of(self.proposed)

    @property
    def labels(self) -> dict[str, str]:
        profile = self.change and self.change.organisation_id
        return moderation.LABELS | (moderation.PROFILE_LABELS if profile else {})

    @property
    def fields(self) -> list[moderation.Field]:
        if self.change is None:
            filled = {name: value for name, value in self.proposed.items() if value not in (None, "", [])}
            return moderation.fields_of({}, filled)
        before = {name: each["before"] for name, each in self.change.values.items()}
        profile = bool(self.change.organisation_id)
        return moderation.fields_of(self.now, self.proposed, before=before, profile=profile)

    def accept(self, final: dict | None, motive: str = "") -> None:
        by, seen = self.request.user, self.request.POST.get("seen") or "nothing"
        if self.change:
            accept_change(change=self.change, by=by, final=final, seen=seen, motive=motive)
        else:
            publish_project(project=self.project, by=by, final=final, seen=seen)

    def give_back(self, motive: str) -> None:
        if self.change:
            return_change(change=self.change, by=self.request.user, motive=motive)
        else:
            return_project(project=self.project, by=self.request.user, motive=motive)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, public_id) -> HttpResponse:
    agent_only(request)
    rows = ProposedChange.objects.visible_to(request.user).select_related(
        "project__lead", "project__commune__department", "project__region", "organisation__region", "proposed_by",
        "decided_by",
    )  # fmt: skip
    found = get_object_or_404(rows, public_id=public_id)
    writes = ProposedChange.objects.writable_by(request.user).filter(pk=found.pk).exists()
    return decide(Case(request, change=found), str(found), writes=writes, open=found.is_open)


@require_http_methods(["GET", "HEAD", "POST"])
def project(request: HttpRequest, slug: str) -> HttpResponse:
    agent_only(request)
    rows = Project.objects.visible_to(request.user).exclude(moderation="draft")
    rows = rows.select_related("lead", "commune__department", "region", "submitted_by")
    found = get_object_or_404(rows, slug=slug)
    writes = Project.objects.writable_by(request.user).filter(pk=found.pk).exists()
    return decide(Case(request, project=found), found.title, writes=writes, open=found.moderation == "submitted")


def decide(case: Case, title: str, *, writes: bool, open: bool) -> HttpResponse:
    request, act = case.request, case.request.POST.get("act", "")
    typed = request.POST if request.method == "POST" else None
    correction = CorrectionForm(
        typed if act == "correct" else None, proposed=case.proposed, labels=case.labels, first=case.change is None
    )
    back = ReturnForm(typed if act == "return" else None)
    refusal, status = "", 200
    if typed is not None:
        try:
            if done(case, act, correction, back):
                messages.success(request, TOLD[act].format(title))
                return redirect("staff_moderation")
            status = 400
        except ValidationError as error:
            refusal, status = " ".join(error.messages), 409 if isinstance(error, Conflict) else 400
    context = {
        "case": case, "seen": case.seen, "fields": case.fields, "correction": correction, "back": back,
        "refusal": refusal, "writes": writes, "open": open, "now": timezone.now(),
        "line": moderation.of_change(case.change, case.change.proposed_at) if case.change else moderation.of_project(
            case.project, case.project.submitted_at or case.project.updated_at
        ),
    }  # fmt: skip
    return page(request, "case", title, status=status, **context)


def done(case: Case, act: str, correction: CorrectionForm, back: ReturnForm) -> bool:
    """Whether the act took place; what is wrong is said by its form, or raised."""
    if act == "accept":
        case.accept(None)
    elif act == "correct" and correction.is_valid():
        case.accept(correction.final, correction.cleaned_data["motive"])
    elif act == "return" and back.is_valid():
        case.give_back(back.cleaned_data["motive"])
    elif act not in TOLD:
        raise ValidationError("Choisissez l’une des trois décisions.")
    else:
        return False
    return True
