"""The page of a Convention in the back office: what it is, and the way to each of its screens."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.portal.convention_lines import LINES
from events.models import Convention


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
