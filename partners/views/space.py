"""The projects of an organisation, in the partner space: a list by what they ask for, and one form."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from alliance.lib.errors import Conflict
from alliance.lib.idempotency import once_per_form
from alliance.lib.pages import error_page
from partners.actions.projects import confirm_project, may_write_for, save_project
from partners.forms.projects import ProjectForm
from partners.models import Organisation, Project
from partners.models.upkeep import Upkeep, by_upkeep

PAGE_SIZE = 50
VERDICTS = {"same": None, "done": Project.State.DONE, "resumed": Project.State.ONGOING}
TOLD = {
    "same": "« {} » est confirmé : c’est noté à la date d’aujourd’hui.",
    "done": "« {} » est terminé. Il reste dans le registre.",
    "resumed": "« {} » est de nouveau en cours.",
}
WHY = {
    Upkeep.COMPLETE: "Ils ne sont pas publiés. Complétez-les, puis soumettez-les : ils repartent en relecture.",
    Upkeep.CONFIRM: "Sans nouvelle depuis plus de six mois. Au bout d’un an, un projet quitte la carte et la liste.",
    Upkeep.AWAITED: "La Poste relit, puis publie. Un courriel prévient la personne qui a soumis le projet.",
    Upkeep.FRESH: "Rien à faire : ils seront à confirmer six mois après leur dernière nouvelle.",
    Upkeep.ENDED: "Ils restent dans le registre, consultables de tous.",
}
READS_ONLY = (
    "Votre rôle dans cette organisation permet de lire ses projets, pas de les écrire. "
    "Pour changer de rôle, adressez-vous à qui administre l’espace."
)


def own_organisation(request: HttpRequest, slug: str) -> Organisation:
    """One of the organisations of whoever asks; for anybody else it does not exist here."""
    rows = Organisation.objects.select_related("commune").filter(pk__in=request.user.organisation_ids)
    return get_object_or_404(rows, slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
def projects(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    writes = may_write_for(request.user, organisation)
    if request.method != "POST":
        return _list(request, organisation, writes)
    if not writes:
        return error_page(request, 403, READS_ONLY)
    return _confirm(request, organisation)


def _confirm(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    project = get_object_or_404(Project, lead=organisation, slug=request.POST.get("project", ""))
    verdict = request.POST.get("verdict", "")
    if verdict not in VERDICTS:
        refusal = "Dites si le projet est toujours en cours ou terminé, par l’un des boutons de sa ligne."
        return _list(request, organisation, True, refusal=refusal, status=400)
    try:
        confirm_project(project=project, by=request.user, state=VERDICTS[verdict])
    except Conflict as conflict:
        return _list(request, organisation, True, refusal=conflict.messages[0], status=409)
    messages.success(request, TOLD[verdict].format(project.title))
    return redirect(f"{request.get_full_path()}#suite")


def _list(request, organisation, writes, *, refusal="", status=200) -> HttpResponse:
    rows = by_upkeep(Project.objects.filter(lead=organisation), timezone.localdate())
    counts = dict(rows.order_by().values_list("upkeep").annotate(Count("pk")))
    page = Paginator(rows.select_related("commune__department").defer("search", "keywords", "description"), PAGE_SIZE)
    page = page.get_page(request.GET.get("page"))
    shown = {upkeep: [project for project in page if project.upkeep == upkeep] for upkeep in Upkeep}
    context = {
        "organisation": organisation,
        "space_section": "projets",
        "writes": writes,
        "refusal": refusal,
        "page": page,
        "groups": [(upkeep, counts[upkeep], WHY[upkeep], found) for upkeep, found in shown.items() if found],
        "to_complete": counts.get(Upkeep.COMPLETE, 0),
        "to_confirm": counts.get(Upkeep.CONFIRM, 0),
    }
    return render(request, "partners/space_projects.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def new_project(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    if not may_write_for(request.user, organisation):
        return error_page(request, 403, READS_ONLY)
    form = ProjectForm(request.POST if request.method == "POST" else None, lead=organisation)
    return _answer(request, organisation, form, Project(lead=organisation))


@require_http_methods(["GET", "HEAD", "POST"])
def edit_project(request: HttpRequest, slug: str, project_slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    rows = Project.objects.filter(lead=organisation).select_related("commune").prefetch_related("axes", "figures")
    project = get_object_or_404(rows, slug=project_slug)
    if not may_write_for(request.user, organisation):
        return error_page(request, 403, READS_ONLY)
    form = ProjectForm(request.POST if request.method == "POST" else None, lead=organisation, project=project)
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
    except Conflict as conflict:
        form.refuse(conflict, Project.objects.filter(pk=project.pk).select_related("commune").first())
        return _form_page(request, organisation, form, status=409)
    except ValidationError as error:
        form.add_error(None, error)
        return _form_page(request, organisation, form, status=400)
    messages.success(request, f"« {saved['title']} » est soumis. La Poste le relit ; un courriel vous dira la suite.")
    return redirect(reverse("partners:space_projects", args=[organisation.slug]) + "#suite")


def _save(request, form: ProjectForm, project: Project) -> dict:
    saved = save_project(
        project=form.written_on(project),
        axes=form.chosen_axes,
        by=request.user,
        figures=form.figures,
        read_at=form.cleaned_data["read_at"],
    )
    return {"slug": saved.slug, "title": saved.title}


def _form_page(request, organisation, form: ProjectForm, *, status=200) -> HttpResponse:
    context = {"organisation": organisation, "space_section": "projets", "form": form, "project": form.project}
    return render(request, "partners/space_project_form.html", context, status=status)
