"""What was said and what became of it, for everybody: proposals of a gathering, the roadmap. No person is named."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from events import stats
from events.models import Convention, Proposal, RoadmapItem, WorkshopTable
from events.models.proposal_families import Families
from partners.models import Project

ROWS = 15
PUBLIC_PROJECT = Q(project__moderation=Project.Moderation.PUBLISHED)
CHOICES = {
    "retenues": ("retenues", Q(state="retained")),
    "lancees": ("lancées", Q(roadmap_item__state__in=["launched", "done"])),
    "etude": ("à l’étude", Q(state="to_study")),
    "non-retenues": ("non retenues", Q(state="not_retained")),
}
ITEM_CHOICES = {
    "prevues": ("prévues", "planned"),
    "lancees": ("lancées", "launched"),
    "realisees": ("réalisées", "done"),
    "abandonnees": ("abandonnées", "dropped"),
}


@login_not_required
@require_safe
def proposal_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Those that were decided about; those still to be read are only counted."""
    convention = get_object_or_404(Convention.objects.public(), slug=slug)
    rows = Proposal.objects.of(convention)
    counted = rows.counted()
    which = request.GET.get("etat", "")
    shown = rows.public()
    if which in CHOICES:
        shown = shown.filter(CHOICES[which][1])
    workshop = request.GET.get("atelier", "")
    if workshop.isascii() and workshop.isdigit() and len(workshop) < 10:
        shown = shown.filter(workshop__item=int(workshop))
    shown = shown.select_related("workshop__item", "workshop__axis", "roadmap_item").order_by(
        "workshop__item__starts_at", "workshop__item", "pk"
    )
    page = Paginator(shown, ROWS).get_page(request.GET.get("page"))
    Families(convention).count(page.object_list)
    context = {
        "convention": convention,
        "page": page,
        "counted": counted,
        "became": stats.became(counted),
        "choices": [(key, words) for key, (words, _) in CHOICES.items()],
        "which": which if which in CHOICES else "",
        "has_minutes": WorkshopTable.objects.filter(
            workshop__item__convention=convention, minutes_published_at__isnull=False
        ).exists(),
    }
    return render(request, "events/proposals.html", context)


@login_not_required
@require_safe
def proposal(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    """One proposal, step by step. One that was merged leads to the one it was merged into."""
    convention = get_object_or_404(Convention.objects.public(), slug=slug)
    rows = Proposal.objects.of(convention).select_related("workshop__item", "workshop__axis", "roadmap_item")
    found = get_object_or_404(rows, public_id=public_id)
    if found.merged_into_id:
        head = rows.get(pk=Families(convention).head[found.pk])
        if head.is_public:
            return redirect("events:proposal", slug, head.public_id)
    if not found.is_public:
        raise Http404
    Families(convention).count([found])
    item, steps = found.roadmap_item, found.steps.exclude(kind="merged").select_related("roadmap_item")
    context = {
        "convention": convention,
        "proposal": found,
        "steps": steps.order_by("happened_at", "pk"),
        "joined": found.merged.count(),
        "item": item,
        "projects": public_projects(item) if item else [],
    }
    return render(request, "events/proposal.html", context)


@login_not_required
@require_safe
def minutes(request: HttpRequest, slug: str) -> HttpResponse:
    """The minutes of workshops, once they have been read and published."""
    convention = get_object_or_404(Convention.objects.public(), slug=slug)
    tables = WorkshopTable.objects.filter(
        workshop__item__convention=convention, minutes_published_at__isnull=False
    ).select_related("workshop__item")
    tables = list(tables.order_by("workshop__item__starts_at", "pk"))
    if not tables:
        raise Http404
    return render(request, "events/minutes.html", {"convention": convention, "tables": tables})


@login_not_required
@require_safe
def roadmap(request: HttpRequest) -> HttpResponse:
    """All that is being done with what was retained, the latest first."""
    rows = RoadmapItem.objects.select_related("axis").annotate(
        said=Count("proposals", distinct=True),
        carried=Count("project_links", distinct=True, filter=Q(project_links__project__moderation="published")),
    )
    which = request.GET.get("etat", "")
    if which in ITEM_CHOICES:
        rows = rows.filter(state=ITEM_CHOICES[which][1])
    counts = dict(RoadmapItem.objects.order_by().values_list("state").annotate(Count("pk")))
    context = {
        "page": Paginator(rows.order_by("-created_at", "-pk"), ROWS).get_page(request.GET.get("page")),
        "which": which if which in ITEM_CHOICES else "",
        "choices": [(key, words, counts.get(state, 0)) for key, (words, state) in ITEM_CHOICES.items()],
        "total": sum(counts.values()),
    }
    return render(request, "events/roadmap.html", context)


@login_not_required
@require_safe
def roadmap_item(request: HttpRequest, public_id) -> HttpResponse:
    """One line: what it answers, what is done, the projects that carry it."""
    item = get_object_or_404(RoadmapItem.objects.select_related("axis"), public_id=public_id)
    steps = item.steps.annotate(shown=F("project__moderation")).select_related("project").order_by("happened_at", "pk")
    context = {
        "item": item,
        "proposals": item.proposals.select_related("workshop__item__convention"),
        "projects": public_projects(item),
        "steps": steps,
    }
    return render(request, "events/roadmap_item.html", context)


def public_projects(item: RoadmapItem) -> list:
    links = item.project_links.filter(PUBLIC_PROJECT).select_related("project__lead", "project__commune__department")
    return list(links)
