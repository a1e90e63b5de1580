"""The roadmap in the back office: each line, its state, the projects that carry it. The national team acts."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.errors import Conflict
from alliance.portal.staff_proposal_forms import BirthForm, ItemForm, LinkForm, StepForm
from alliance.portal.views.staff_conventions import national_only, page
from events.actions.roadmap import change_state, create_project, edit_item, link_project, unlink_project
from events.models import RoadmapItem
from partners.models import Project

ROWS = 50
UNKNOWN = "Choisissez l’un des boutons de la page."
FORMS = {"edit": ItemForm, "state": StepForm, "link": LinkForm, "birth": BirthForm}


@require_safe
def roadmap(request: HttpRequest) -> HttpResponse:
    _agent_only(request)
    rows = RoadmapItem.objects.select_related("axis").annotate(
        said=Count("proposals", distinct=True), carried=Count("project_links", distinct=True)
    )
    state = request.GET.get("etat", "")
    if state in RoadmapItem.State.values:
        rows = rows.filter(state=state)
    shown = Paginator(rows.order_by("-created_at", "-pk"), ROWS).get_page(request.GET.get("page"))
    return page(request, "roadmap", "Feuille de route", None, page=shown, state=state, states=RoadmapItem.State.choices)


@require_http_methods(["GET", "HEAD", "POST"])
def roadmap_item(request: HttpRequest, public_id) -> HttpResponse:
    _agent_only(request)
    item = _item(public_id)
    act, status, refusal = request.POST.get("act", ""), 200, ""
    forms = {name: _form(name, request.POST if act == name else None, item) for name in FORMS}
    if request.method == "POST":
        national_only(request)
        status = 400
        try:
            if told := _acted(request, item, forms):
                messages.success(request, told)
                return redirect("staff_roadmap_item", public_id)
            refusal = "" if act in forms and forms[act].errors else UNKNOWN
        except Conflict as conflict:
            refusal, status = conflict.messages[0], 409
        except ValidationError as error:
            if act not in forms:
                raise
            forms[act].add_error(None, error.messages)
        item = _item(public_id)
    return page(
        request,
        "roadmap_item",
        item.title,
        None,
        status=status,
        item=item,
        proposals=item.proposals.select_related("workshop__item__convention"),
        links=item.project_links.select_related("project__lead"),
        steps=item.steps.select_related("by", "project"),
        refusal=refusal,
        **{f"{name}_form": form for name, form in forms.items()},
    )


def _agent_only(request: HttpRequest) -> None:
    if not request.user.is_staff:
        raise Http404


def _item(public_id) -> RoadmapItem:
    return get_object_or_404(RoadmapItem.objects.select_related("axis"), public_id=public_id)


def _form(name: str, data, item: RoadmapItem):
    if name == "edit":
        return ItemForm(data, item=item)
    if name == "birth":
        return BirthForm(data, initial={"title": item.title}, auto_id="projet_%s")
    return FORMS[name](data, auto_id=f"{name}_%s")


def _acted(request: HttpRequest, item: RoadmapItem, forms: dict) -> str:
    act, by, at = request.POST.get("act", ""), request.user, timezone.now()
    form = forms.get(act)
    if act == "unlink":
        unlink_project(item=item, project=_project(request), by=by, at=at)
        return "Le projet n’est plus relié ; les auteurs reçoivent un courriel."
    if form is None or not form.is_valid():
        return ""
    if act == "edit":
        edit_item(item=item, **form.values)
        return "L’action est modifiée."
    if act == "state":
        change_state(item=item, by=by, at=at, **form.cleaned_data)
        return "L’état est changé ; les auteurs reçoivent un courriel."
    if act == "link":
        link_project(item=item, project=form.cleaned_data["project"], by=by, at=at)
        return "Le projet est relié ; les auteurs reçoivent un courriel."
    link = create_project(item=item, by=by, at=at, **form.values)
    return f"« {link.project.title} » est créé, avec son origine : il attend d’être relu à la modération."


def _project(request: HttpRequest) -> Project:
    return get_object_or_404(Project, slug=request.POST.get("project", ""))
