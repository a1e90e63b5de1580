"""Describing a project, and changing it: one form, a draft that saves itself, projects that look the same."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.lib import french
from alliance.lib.errors import Conflict
from alliance.lib.idempotency import once_per_form
from alliance.lib.pages import error_page
from partners.actions.drafts import drop_draft, save_draft
from partners.actions.projects import may_write_for, save_project
from partners.actions.proposals import told_change, withdraw_change
from partners.forms.communes import commune_typed
from partners.forms.projects import ProjectForm
from partners.models import Organisation, Project, ProjectDraft
from partners.models.resemblance import resembling
from partners.views.space import READS_ONLY, own_organisation

SUBMITTED = "« {} » est soumis. La Poste le relit ; un courriel vous dira la suite."
WAITS = "Vos changements de « {} » sont soumis. Le projet reste en ligne tel quel ; un courriel vous dira la suite."
CONFIRMED = "« {} » est confirmé : rien d’autre n’a changé."
NOTHING_TO_KEEP = "Rien à garder pour l’instant : donnez au moins un titre ou une phrase."


class LooksTheSame(Conflict):
    def __init__(self, projects: list[Project]):
        super().__init__("Ce projet y est peut-être déjà.", code="looks_the_same")
        self.projects = projects


@require_http_methods(["GET", "HEAD", "POST"])
def new_project(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    if not may_write_for(request.user, organisation):
        return error_page(request, 403, READS_ONLY)
    data = request.POST if request.method == "POST" else None
    form = ProjectForm(data, lead=organisation, draft=_draft(request, organisation))
    return _answer(request, organisation, form, Project(lead=organisation))


def _draft(request: HttpRequest, organisation: Organisation) -> ProjectDraft | None:
    asked = request.GET.get("brouillon")
    if not asked:
        return None
    try:
        return get_object_or_404(ProjectDraft.objects.of(request.user, organisation), token=asked)
    except ValidationError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def edit_project(request: HttpRequest, slug: str, project_slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    rows = Project.objects.filter(lead=organisation).select_related("commune").prefetch_related("axes", "figures")
    project = get_object_or_404(rows, slug=project_slug)
    if not may_write_for(request.user, organisation):
        return error_page(request, 403, READS_ONLY)
    data = request.POST if request.method == "POST" else None
    form = ProjectForm(data, lead=organisation, project=project, change=told_change(project))
    return _answer(request, organisation, form, project)


def _answer(request, organisation: Organisation, form: ProjectForm, project: Project) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, organisation, form)
    if not form.is_valid():
        return _form_page(request, organisation, form, status=400)
    try:
        saved = once_per_form(
            request.user, form.cleaned_data["token"], form.typed, lambda: _save(request, form, project)
        )
    except LooksTheSame as refusal:
        return _form_page(request, organisation, form, alike=refusal.projects, status=409)
    except Conflict as conflict:
        standing = Project.objects.filter(pk=project.pk).select_related("commune").first()
        form.refuse(conflict, standing, told_change(standing) if standing else None)
        return _form_page(request, organisation, form, status=409)
    except ValidationError as error:
        form.add_error(None, error)
        return _form_page(request, organisation, form, status=400)
    messages.success(request, saved["told"].format(saved["title"]))
    return redirect(reverse("partners:space_projects", args=[organisation.slug]) + "#suite")


def _refuse_unknown(request, form: ProjectForm, lead: Organisation) -> None:
    """Ask, when projects look like the new one and the page did not show them all before it was sent."""
    title, commune = form.cleaned_data["title"], form.cleaned_data["commune"]
    alike = resembling(title, user=request.user, lead=lead, commune=commune)
    if not {project.slug for project in alike} <= set(request.POST.getlist("known")):
        raise LooksTheSame(alike)


def _save(request, form: ProjectForm, project: Project) -> dict:
    if project.pk is None:
        _refuse_unknown(request, form, project.lead)
    saved = save_project(
        project=form.written_on(project),
        axes=form.chosen_axes,
        by=request.user,
        figures=form.figures,
        read_at=form.cleaned_data["read_at"],
    )
    drop_draft(token=form.cleaned_data["token"], author=request.user, title=saved.title)
    if saved.moderation == Project.Moderation.SUBMITTED:
        return {"title": saved.title, "told": SUBMITTED}
    waits = saved.proposed_changes.waiting().exists()
    return {"title": saved.title, "told": WAITS if waits else CONFIRMED}


def _form_page(request, organisation, form: ProjectForm, *, alike=(), status=200) -> HttpResponse:
    context = {
        "organisation": organisation,
        "space_section": "projets",
        "form": form,
        "project": form.project,
        "change": form.change,
        "alike": alike,
    }
    return render(request, "partners/space_project_form.html", context, status=status)


@require_safe
def alike(request: HttpRequest, slug: str) -> HttpResponse:
    """A piece of page: the projects that look like what is being typed."""
    organisation = own_organisation(request, slug)
    try:
        commune = commune_typed(request.GET.get("commune", "").replace("\x00", "")[:80])
    except ValidationError:
        commune = None
    title = request.GET.get("title", "").replace("\x00", "")[:160]
    found = resembling(title, user=request.user, lead=organisation, commune=commune)
    return render(request, "partners/space_alike.html", {"alike": found})


@require_POST
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep what is typed: by itself while one types, or with the button where nothing runs in the page."""
    organisation = own_organisation(request, slug)
    if not may_write_for(request.user, organisation):
        return error_page(request, 403, READS_ONLY)
    form = ProjectForm(request.POST, lead=organisation)
    kept = None
    if token := _uuid(request.POST.get("token", "")):
        answers = {name: request.POST.getlist(name) for name in form.fields if name in request.POST}
        typed = {name: [value.replace("\x00", "") for value in values] for name, values in answers.items()}
        kept = save_draft(token=token, author=request.user, organisation=organisation, typed=typed)
    if "HX-Request" in request.headers:
        told = f"Brouillon enregistré à {french.hour(kept.saved_at)}." if kept else ""
        return HttpResponse(told, content_type="text/plain; charset=utf-8")
    if kept is None:
        messages.warning(request, NOTHING_TO_KEEP)
        return redirect("partners:space_project_new", organisation.slug)
    messages.success(request, f"Le brouillon « {kept} » est enregistré. Il n’est visible que de vous.")
    return redirect(reverse("partners:space_projects", args=[organisation.slug]) + "#suite")


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_POST
def drop(request: HttpRequest, slug: str, public_id: uuid.UUID) -> HttpResponse:
    """Throw a draft away."""
    organisation = own_organisation(request, slug)
    found = get_object_or_404(ProjectDraft.objects.of(request.user, organisation), token=public_id)
    drop_draft(token=found.token, author=request.user)
    messages.success(request, f"Le brouillon « {found} » est supprimé.")
    return redirect(reverse("partners:space_projects", args=[organisation.slug]) + "#suite")


@require_POST
def withdraw(request: HttpRequest, slug: str, project_slug: str) -> HttpResponse:
    """Give up the change that waits, or that came back."""
    organisation = own_organisation(request, slug)
    project = get_object_or_404(Project, lead=organisation, slug=project_slug)
    if not may_write_for(request.user, organisation):
        return error_page(request, 403, READS_ONLY)
    change = told_change(project)
    try:
        if change is None:
            raise Conflict("Aucune modification n’attend pour ce projet.", code="not_waiting")
        withdraw_change(change=change, by=request.user)
    except Conflict as conflict:
        return error_page(request, 409, conflict.messages[0])
    messages.success(request, f"La modification de « {project.title} » est retirée. Le projet reste tel qu’il est.")
    return redirect(reverse("partners:space_projects", args=[organisation.slug]) + "#suite")
