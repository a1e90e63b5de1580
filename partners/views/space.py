"""The projects of an organisation, in the partner space: a list by what they ask for, and one form."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from alliance.lib.errors import Conflict
from alliance.lib.pages import error_page
from partners.actions.projects import confirm_project, may_write_for
from partners.models import Organisation, Project, ProjectDraft, ProposedChange
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
    Upkeep.CONFIRM: "Sans nouvelles depuis plus de six mois. Au bout d’un an, un projet quitte la carte et la liste.",
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
    tell_changes(page.object_list)
    shown = {upkeep: [project for project in page if project.upkeep == upkeep] for upkeep in Upkeep}
    context = {
        "organisation": organisation,
        "space_section": "projets",
        "writes": writes,
        "refusal": refusal,
        "page": page,
        "groups": [(upkeep, counts[upkeep], WHY[upkeep], found) for upkeep, found in shown.items() if found],
        "drafts": ProjectDraft.objects.of(request.user, organisation) if writes else [],
        "to_complete": counts.get(Upkeep.COMPLETE, 0),
        "to_confirm": counts.get(Upkeep.CONFIRM, 0),
    }
    return render(request, "partners/space_projects.html", context, status=status)


def tell_changes(shown: list[Project]) -> None:
    """Each with the ``change`` that waits or came back, when there is one; one query."""
    changes = ProposedChange.objects.told().filter(project__in=shown).order_by("decided_at", "pk")
    found = {change.project_id: change for change in changes.defer("values", "decided")}
    for project in shown:
        project.change = found.get(project.pk)
