"""/gestion/pilotage/: figures of the perimeter, the lists behind them, and who receives them by mail."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.lib.back_office_lists import KeysFirst
from alliance.lib.errors import Conflict
from alliance.portal import charts, statistics, steering
from alliance.portal.views.staff_campaigns import agent_only, national_only, typed
from partners.actions.steering import add_reader, create_report, stop_reading, stop_report
from partners.models import SteeringReader, SteeringReport, SteeringSending, User
from partners.models.agreement_review import DIMENSIONS, Mark

ROWS = 50


def page(request: HttpRequest, template: str, title: str, *, status: int = 200, **context) -> TemplateResponse:
    context = admin.site.each_context(request) | {"title": title} | context
    return TemplateResponse(request, f"admin/steering/{template}.html", context, status=status)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    agent_only(request)
    user, today, now = request.user, timezone.localdate(), timezone.now()
    axes, lines = steering.sheet(user, today)
    activity, places = steering.activity(user, today)
    reviewed, marks, means = steering.reviews(user)
    campaign = steering.campaign_of(today)
    tables = [steering.freshness(user, today), *([steering.funnel(user, campaign, now)] if campaign else [])]
    return page(
        request, "figures", "Pilotage", today=today, axes=axes, lines=lines,
        grid=charts.grid([(region.name, cells) for region, cells in lines], [str(axis.number) for axis in axes]),
        blanks=statistics.blanks(axes, lines), activity=activity, places=places,
        states=steering.ACTIVITY.values(), reviewed=reviewed, marks=marks, mark_labels=[mark.label for mark in Mark],
        means=means, tables=[(table, charts.bars(table.rows)) for table in tables],
    )  # fmt: skip


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """The list that a figure of activity counts."""
    agent_only(request)
    state, region = typed(request, "etat"), typed(request, "region")
    rows = steering.organisation_rows(request.user, timezone.localdate(), state, region)
    shown = KeysFirst(rows, ROWS).get_page(request.GET.get("page"))
    title = steering.ACTIVITY.get(state, "organisations").capitalize()
    return page(request, "organisations", title, rows=shown, definition=ACTIVE)


ACTIVE = (
    "Active : porte un projet publié, confirmé depuis moins d’un an et non abandonné, ou a un accord en vigueur. "
    "Signataire : signature contresignée de la version en vigueur."
)


@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """The shared reviews that a figure counts."""
    agent_only(request)
    name, mark = typed(request, "sur"), typed(request, "note")
    mark = int(mark) if mark in [str(value) for value in Mark.values] else None
    rows = Paginator(steering.review_rows(request.user, name, mark), ROWS).get_page(request.GET.get("page"))
    about = f"{name.capitalize()} : {Mark(mark).label}" if name in DIMENSIONS and mark else "Bilans à deux réponses"
    return page(request, "reviews", about, rows=rows)


class Agents(forms.ModelMultipleChoiceField):
    def label_from_instance(self, person: User) -> str:
        return f"{person} ({person.email})" if person.full_name else person.email


class ReportForm(forms.Form):
    name = forms.CharField(label="Nom", max_length=80)
    rhythm = forms.ChoiceField(label="Quand", choices=SteeringReport.Rhythm.choices)
    form = forms.ChoiceField(label="Format", choices=SteeringReport.Form.choices)
    readers = Agents(
        label="Lecteurs", queryset=User.objects.none(),
        help_text="Des agents seulement : chacun reçoit les nombres de son propre périmètre.",
    )  # fmt: skip

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["readers"].queryset = agents()


class ReaderForm(forms.Form):
    person = forms.ModelChoiceField(label="Ajouter un lecteur", queryset=User.objects.none(), empty_label="Choisissez")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = agents()


def agents():
    return User.objects.filter(is_staff=True, is_active=True).order_by("full_name", "email")


@require_http_methods(["GET", "HEAD", "POST"])
def reports(request: HttpRequest) -> HttpResponse:
    """The reports that leave by mail; a new one."""
    national_only(request)
    form = ReportForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            report = create_report(by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "Le tableau de bord est programmé : il part à la prochaine échéance.")
            return redirect("staff_report", report.public_id)
    rows = SteeringReport.objects.annotate(sent=Count("readers__sendings")).select_related("created_by")
    return page(
        request, "reports", "Tableaux de bord envoyés", form=form, rows=rows, status=400 if form.is_bound else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, public_id) -> HttpResponse:
    """Its readers, each stopped in one click, and every sending."""
    national_only(request)
    live = SteeringReader.objects.select_related("person")
    rows = SteeringReport.objects.prefetch_related(Prefetch("readers", live)).select_related("stopped_by")
    shown = get_object_or_404(rows, public_id=public_id)
    form, status = ReaderForm(request.POST if request.method == "POST" else None), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                add_reader(report=shown, person=form.cleaned_data["person"], by=request.user)
            except Conflict as refusal:
                form.add_error(None, refusal)
                status = 409
            else:
                messages.success(request, "Cette personne recevra le tableau de bord, dans son périmètre.")
                return redirect("staff_report", public_id)
    sendings = SteeringSending.objects.filter(reader__report=shown).select_related("reader__person")
    sendings = Paginator(sendings, ROWS).get_page(request.GET.get("page"))
    return page(request, "report", shown.name, report=shown, form=form, sendings=sendings, status=status)


@require_POST
def report_stop(request: HttpRequest, public_id) -> HttpResponse:
    """For one reader (``lecteur``), or for all."""
    national_only(request)
    shown = get_object_or_404(SteeringReport, public_id=public_id)
    key = request.POST.get("lecteur", "")
    reader = shown.readers.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 18 else None
    try:
        if reader:
            stop_reading(reader=reader, at=timezone.now())
        else:
            stop_report(report=shown, by=request.user, at=timezone.now())
    except Conflict as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "C’est arrêté : plus rien ne part.")
    return redirect("staff_report", public_id)
