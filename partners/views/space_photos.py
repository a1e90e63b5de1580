"""Photos of a project: added and taken away in the partner space, streamed after the access check."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.lib.errors import Conflict
from alliance.lib.pages import error_page
from partners.actions.photos import add_photo, drop_photo
from partners.actions.projects import may_write_for
from partners.forms.profiles import PhotoForm
from partners.models import Project, ProjectPhoto
from partners.models.project_parts import PHOTOS_MAX
from partners.views.space import READS_ONLY, own_organisation


@login_not_required
@require_safe
def photo(request: HttpRequest, slug: str, public_id: uuid.UUID, width: int) -> FileResponse:
    """Everyone's once accepted; before, that of the organisation's people and of the staff of the perimeter."""
    rows = ProjectPhoto.objects.filter(project__slug=slug, public_id=public_id)
    found = rows.public().first()
    public = found is not None
    if found is None and request.user.is_authenticated:
        found = rows.visible_to(request.user).first()
    if found is None or width not in found.widths or not default_storage.exists(found.path(width)):
        raise Http404
    response = FileResponse(default_storage.open(found.path(width)), content_type="image/webp")
    response.headers["Cache-Control"] = "public, max-age=86400" if public else "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def photos(request: HttpRequest, slug: str, project_slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    project = get_object_or_404(Project, lead=organisation, slug=project_slug)
    if not may_write_for(request.user, organisation):
        return error_page(request, 403, READS_ONLY)
    form = PhotoForm(*([request.POST, request.FILES] if request.method == "POST" else []))
    status = 200
    if form.is_bound:
        status = _add(request, form, project)
        if status == 302:
            return redirect("partners:space_project_photos", slug, project_slug)
    shown = list(project.photos.all())
    context = {
        "organisation": organisation,
        "space_section": "projets",
        "project": project,
        "photos": shown,
        "form": form if len(shown) < PHOTOS_MAX or form.errors else None,
        "most": PHOTOS_MAX,
    }
    return render(request, "partners/space_photos.html", context, status=status)


def _add(request: HttpRequest, form: PhotoForm, project: Project) -> int:
    if not form.is_valid():
        return 400
    typed = form.cleaned_data
    try:
        add_photo(project=project, upload=typed["photo"], alt=typed["alt"], credit=typed["credit"], by=request.user)
    except Conflict as conflict:
        form.add_error(None, conflict)
        return 409
    except ValidationError as error:
        form.add_error("photo", error)
        return 400
    messages.success(request, "La photo est gardée. Elle paraîtra une fois relue par La Poste.")
    return 302


@require_POST
def drop(request: HttpRequest, slug: str, project_slug: str, public_id: uuid.UUID) -> HttpResponse:
    organisation = own_organisation(request, slug)
    rows = ProjectPhoto.objects.filter(project__lead=organisation, project__slug=project_slug)
    found = get_object_or_404(rows.select_related("project__lead"), public_id=public_id)
    if not may_write_for(request.user, organisation):
        return error_page(request, 403, READS_ONLY)
    drop_photo(photo=found, by=request.user)
    messages.success(request, "La photo est retirée.")
    return redirect("partners:space_project_photos", slug, project_slug)
