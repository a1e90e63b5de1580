"""Workshops of a Convention in the back office: wishes, trials of an allocation side by side, the one to publish."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from alliance.lib.errors import Conflict
from events.actions.allocation import drop_allocation, publish_allocation, try_allocation, workshops_of
from events.models import AllocationRun, Convention, Registration, Wish, Workshop, WorkshopPlace, WorkshopWait

FIGURES = {
    "served": "Au moins un atelier",
    "first": "Leur premier vœu",
    "first_or_second": "Leur premier ou deuxième vœu",
    "wishes": "Places données en tout",
    "short_of_floors": "Places manquant aux régions",
}
SHOWN_RUNS = 6


class TrialForm(forms.Form):
    seed = forms.CharField(
        label="Graine du tirage",
        max_length=64,
        help_text="Un mot, une date, un nombre tiré en public. Elle sera publiée ; la même donne les mêmes places.",
    )
    organisation_cap = forms.IntegerField(
        label="Au plus, par organisation et par atelier",
        required=False,
        min_value=1,
        max_value=999,
        help_text="Vide : ce que dit chaque atelier.",
    )
    region_floor = forms.IntegerField(
        label="Places gardées à chaque région, par atelier",
        required=False,
        min_value=0,
        max_value=99,
        help_text="Vide : ce que dit chaque atelier.",
    )
    kept = forms.IntegerField(
        label="Places gardées pour l’accueil, par atelier", required=False, min_value=0, max_value=999, initial=0
    )

    @property
    def parameters(self) -> dict:
        chosen = self.cleaned_data
        names = ("organisation_cap", "region_floor")
        return {name: chosen[name] for name in names} | {"kept": chosen["kept"] or 0}


@require_http_methods(["GET", "HEAD", "POST"])
def workshops(request: HttpRequest, slug: str) -> HttpResponse:
    """Every agent reads; the national team tries."""
    convention = _found(request, slug)
    if request.method == "POST":
        _national_only(request)
    form = TrialForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                try_allocation(
                    convention=convention,
                    seed=form.cleaned_data["seed"],
                    parameters=form.parameters,
                    by=request.user,
                    at=timezone.now(),
                )
            except Conflict as conflict:
                form.add_error(None, conflict)
                status = 409
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, "L’essai est en calcul : il sera ici dans quelques secondes.")
                return redirect("staff_workshops", slug)
    return TemplateResponse(request, "admin/workshops/workshops.html", _page(request, convention, form), status=status)


def _found(request: HttpRequest, slug: str) -> Convention:
    if not request.user.is_staff:
        raise Http404
    return get_object_or_404(Convention, slug=slug)


def _national_only(request: HttpRequest) -> None:
    if not request.user.is_national:
        raise PermissionDenied


def _page(request: HttpRequest, convention: Convention, form: TrialForm) -> dict:
    runs = convention.allocation_runs.exclude(state=AllocationRun.State.DROPPED).select_related("made_by")
    runs = list(runs.order_by("-pk")[:SHOWN_RUNS])
    done = [run for run in runs if run.is_proven is not None]
    confirmed = convention.registrations.filter(status=Registration.Status.CONFIRMED)
    counted = confirmed.aggregate(
        seated=Count("pk", distinct=True), wishing=Count("pk", distinct=True, filter=Q(wishes__isnull=False))
    )
    return admin.site.each_context(request) | counted | {
        "title": "Ateliers",
        "convention": convention,
        "wishes_state": convention.wishes_state(timezone.now()),
        "form": form,
        "runs": runs,
        "done": done,
        "table": [(label, [_cell(run, name) for run in done]) for name, label in FIGURES.items()],
        "published": next((run for run in runs if run.state == AllocationRun.State.PUBLISHED), None),
        "workshops": _counted(convention),
    }  # fmt: skip


def _counted(convention: Convention) -> list[Workshop]:
    """With ``wished``, ``first``, ``held`` and ``awaited``: a query for each, whatever the number of workshops."""
    rows = list(workshops_of(convention))
    of = {"workshop__item__convention": convention}
    counts = {
        "wished": Wish.objects.filter(**of),
        "first": Wish.objects.filter(rank=1, **of),
        "held": WorkshopPlace.objects.live().filter(**of),
        "awaited": WorkshopWait.objects.filter(**of, registration__status=Registration.Status.CONFIRMED),
    }
    for name, counting in counts.items():
        numbers = dict(counting.order_by().values_list("workshop").annotate(Count("pk")))
        for row in rows:
            setattr(row, name, numbers.get(row.pk, 0))
    return rows


def _cell(run: AllocationRun, name: str) -> dict:
    best, plain = run.figures["best"][name], run.figures["draw"][name]
    people = run.figures["people"]
    share = round(100 * best / people) if people and name in {"served", "first", "first_or_second"} else None
    return {"best": best, "draw": plain, "share": share}


@require_POST
def decide(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    """Publish a trial, or set it aside."""
    run = get_object_or_404(_found(request, slug).allocation_runs, public_id=public_id)
    _national_only(request)
    try:
        if request.POST.get("act") == "publish":
            publish_allocation(run=run, by=request.user, at=timezone.now())
            messages.success(request, "L’attribution est publiée : chaque personne confirmée reçoit un courriel.")
        elif request.POST.get("act") == "drop":
            drop_allocation(run=run)
            messages.success(request, "L’essai est écarté.")
        else:
            messages.error(request, "Choisissez l’un des boutons de la page.")
    except Conflict as conflict:
        messages.error(request, conflict.messages[0])
    return redirect("staff_workshops", slug)
