"""The page of a Convention in the back office: what it is, and the way to each of its screens."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.portal.convention_lines import LINES
from alliance.portal.staff_programme_forms import AfterForm
from events.actions.after import prepare_after
from events.models import Convention
from events.views.conventions import convention_page, read_for_page


def found(request: HttpRequest, slug: str) -> Convention:
    """Every agent reads every Convention, prepared ones too; others see nothing here."""
    if not request.user.is_staff:
        raise Http404
    return get_object_or_404(Convention.objects.with_seats().select_related("modelled_on"), slug=slug)


def national_only(request: HttpRequest) -> None:
    if not request.user.is_national:
        raise PermissionDenied


def page(
    request: HttpRequest, template: str, title: str, convention: Convention | None, *, status: int = 200, **context
) -> TemplateResponse:
    context = admin.site.each_context(request) | {"title": title, "convention": convention} | context
    return TemplateResponse(request, f"admin/conventions/{template}.html", context, status=status)


@require_safe
def convention_hub(request: HttpRequest, slug: str) -> HttpResponse:
    convention = found(request, slug)
    lines = [
        {"url": reverse(line.route, args=[slug]), "title": line.title, "told": line.told(convention)} for line in LINES
    ]
    registration = convention.registration_state(timezone.now())
    return page(request, "hub", convention.title, convention, lines=lines, registration=registration)


@require_safe
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """The public page of one in preparation, as it will be read once published, at the same cost; links lead nowhere.

    For whoever reads its sheet here; a published one has its own page.
    """
    if not request.user.is_staff:
        raise Http404
    at = timezone.now()
    convention = read_for_page(Convention.objects.all(), slug, at)
    if convention.state != Convention.State.DRAFT:
        return redirect(convention)
    convention.state = Convention.State.PUBLISHED  # in this page alone: the row is not written
    response = convention_page(request, convention, at, preview=True)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: HttpRequest, slug: str) -> HttpResponse:
    """A new one after this one."""
    model = found(request, slug)
    national_only(request)
    form, status = AfterForm(request.POST if request.method == "POST" else None, model=model), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                made = prepare_after(model=model, by=request.user, at=timezone.now(), **form.cleaned_data)
            except ValidationError as refusal:
                for name, told in refusal.error_dict.items():
                    form.add_error(name if name in form.fields else None, told)
            else:
                messages.success(request, "La Convention est en préparation : relisez ses textes et ses dates.")
                return redirect("convention_hub", made.slug)
    items = model.programme.count()
    return page(request, "after", "Préparer la suivante", model, status=status, form=form, items=items)
