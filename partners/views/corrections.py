"""« Signaler une erreur », on a page of its own: reading a project or an organisation sets no cookie."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib import throttle
from partners.actions.corrections import report_correction
from partners.forms.corrections import CorrectionForm
from partners.models import Organisation, Project

REPORTS_AN_HOUR = 20


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_project(request: HttpRequest, slug: str) -> HttpResponse:
    project = get_object_or_404(Project.objects.public(), slug=slug)
    return report(request, {"project": project}, project.title)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_organisation(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.public(), slug=slug)
    return report(request, {"organisation": organisation}, organisation.name)


def report(request: HttpRequest, subject: dict, title: str) -> HttpResponse:
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        throttle.take("correction", throttle.client_ip(request), amount=REPORTS_AN_HOUR, seconds=3600)
        report_correction(text=form.cleaned_data["text"], **subject)
        return redirect(f"{request.path}merci/")
    status = 400 if request.method == "POST" else 200
    return render(request, "partners/report.html", {"form": form, "title": title, **subject}, status=status)


@login_not_required
@require_safe
def thank(request: HttpRequest, slug: str, noun: str) -> HttpResponse:
    model = {"project": Project, "organisation": Organisation}[noun]
    return render(request, "partners/reported.html", {noun: get_object_or_404(model.objects.public(), slug=slug)})
