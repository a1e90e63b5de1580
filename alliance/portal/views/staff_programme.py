"""The programme in the back office: as it is, as it will be, and what publishing it would do."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.lib import french
from alliance.lib.errors import Conflict
from alliance.portal.staff_programme_forms import ItemForm, PlacesForm, PublishForm
from alliance.portal.views.staff_conventions import found, national_only, page
from events.actions.programme import add_item, change_item, drop_change, publish_programme, withdraw_item
from events.actions.programme_plan import Plan, as_drafted, drafted, on_other_days, plan_of
from events.actions.workshop_places import change_places
from events.models import Convention, ProgrammeItem
from events.views.conventions import by_day_and_hours


@require_safe
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    """Every agent reads; the national team writes."""
    convention = found(request, slug)
    items = drafted(convention)
    return page(
        request,
        "programme",
        "Programme",
        convention,
        programme=by_day_and_hours(items),
        strays=on_other_days(convention, items),
        pending=sum(1 for item in items if item.pending),
        version=convention.programme_versions.defer("content", "links").last(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def new_item(request: HttpRequest, slug: str) -> HttpResponse:
    convention = found(request, slug)
    national_only(request)
    form = ItemForm(request.POST if request.method == "POST" else None, convention=convention)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            typed = form.cleaned_data
            try:
                add_item(
                    convention=convention,
                    kind=typed["kind"],
                    words=form.words,
                    axis=typed["axis"],
                    capacity=typed["capacity"] or 0,
                    by=request.user,
                    at=timezone.now(),
                )
            except ValidationError as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, f"« {typed['title']} » est ajouté.{_when_seen(convention)}")
                return redirect("staff_programme", slug)
    return page(request, "item", "Nouveau temps", convention, status=status, form=form, item=None)


def add_refusal(form, refusal: ValidationError) -> None:
    """Of the rows, by field: hours are asked as times."""
    names = {"starts_at": "starts", "ends_at": "ends"}
    for name, told in getattr(refusal, "error_dict", {None: refusal}).items():
        name = names.get(name, name)
        form.add_error(name if name in form.fields else None, told)


def _when_seen(convention: Convention) -> str:
    return "" if convention.state == Convention.State.DRAFT else " Le public le lira à la prochaine publication."


def item_of(convention: Convention, public_id) -> ProgrammeItem:
    rows = ProgrammeItem.everything.filter(convention=convention).exclude(stage=ProgrammeItem.Stage.WITHDRAWN)
    return get_object_or_404(rows.select_related("change__axis", "workshop__axis"), public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    convention = found(request, slug)
    row = as_drafted(item_of(convention, public_id))
    form, status = ItemForm(request.POST if request.method == "POST" else None, convention=convention, item=row), 200
    if form.is_bound:
        national_only(request)
        status = 400
        if form.is_valid():
            axis = form.cleaned_data.get("axis")
            try:
                change_item(item=row, words=form.words, axis=axis, by=request.user, at=timezone.now())
            except ValidationError as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, f"C’est noté.{_when_seen(convention)}")
                return redirect("staff_programme", slug)
    return item_page(request, convention, row, form, status)


def item_page(
    request: HttpRequest, convention: Convention, row: ProgrammeItem, form: ItemForm, status: int, places=None
) -> HttpResponse:
    is_workshop = hasattr(row, "workshop")
    if is_workshop and places is None:
        places = PlacesForm(initial={"capacity": row.workshop.capacity})
    return page(
        request,
        "item",
        row.title,
        convention,
        status=status,
        form=form,
        item=row,
        places=places,
        held=row.workshop.places.live().count() if is_workshop else 0,
        awaited=row.workshop.waits.count() if is_workshop else 0,
        speakers=row.speakers.all(),
    )


@require_POST
def item_act(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    """Withdraw it, leave it as it is published, or change the places of a workshop: these at once."""
    convention = found(request, slug)
    row = item_of(convention, public_id)
    national_only(request)
    act = request.POST.get("act")
    if act == "places" and hasattr(row, "workshop"):
        return _places(request, convention, row)
    try:
        if act == "withdraw":
            withdraw_item(item=row, by=request.user, at=timezone.now())
            messages.success(request, f"« {row.title} » est retiré.{_when_seen(convention)}")
        elif act == "keep":
            drop_change(item=row)
            messages.success(request, "Le changement est abandonné : le temps reste comme il est publié.")
        else:
            messages.error(request, "Choisissez l’un des boutons de la page.")
    except Conflict as conflict:
        messages.error(request, conflict.messages[0])
    return redirect("staff_programme", slug)


def _places(request: HttpRequest, convention: Convention, row: ProgrammeItem) -> HttpResponse:
    places, status = PlacesForm(request.POST), 400
    if places.is_valid():
        try:
            change_places(workshop=row.workshop, capacity=places.cleaned_data["capacity"], at=timezone.now())
        except Conflict as conflict:
            places.add_error("capacity", conflict)
            status = 409
        else:
            messages.success(request, "C’est fait : les places en plus vont à celles et ceux qui attendent.")
            return redirect("staff_programme_item", convention.slug, row.public_id)
    row = as_drafted(row)
    return item_page(request, convention, row, ItemForm(convention=convention, item=row), status, places)


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """What would change, for whom, and what would be given back; then, read, it is published."""
    convention = found(request, slug)
    national_only(request)
    form, status = PublishForm(request.POST if request.method == "POST" else None), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                version = publish_programme(
                    convention=convention, by=request.user, at=timezone.now(), **form.cleaned_data
                )
            except Conflict as conflict:
                form.add_error(None, conflict)
                status = 409
            else:
                messages.success(request, f"La version {version.number} du programme est publiée.")
                return redirect("staff_programme", slug)
    plan = plan_of(convention, timezone.now())
    typed = request.POST.get("note", "") if form.is_bound else ""
    again = PublishForm(initial={"seen": plan.digest, "note": typed})
    return page(
        request,
        "publish",
        "Publier le programme",
        convention,
        status=status,
        form=again,
        refusals=form.non_field_errors() if form.is_bound else [],
        plan=plan,
        mails=_mails(plan),
    )


def _mails(plan: Plan) -> str:
    if not plan.told:
        return "Aucun courriel ne part : personne n’est concerné par une heure ou une salle qui change."
    people = french.count(len(plan.told), "personne concernée reçoit", "personnes concernées reçoivent")
    return f"{people} un courriel qui dit tout ce qui change pour elle." if len(plan.told) == 1 else (
        f"{people} chacune un courriel, qui dit tout ce qui change pour elle."
    )  # fmt: skip
