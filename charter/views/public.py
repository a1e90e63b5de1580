"""The charter as everybody reads it: the text, its versions, its signatories."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from charter.filters import read_register
from charter.models import CharterVersion, Signature
from charter.models.adhesion import adhering_only
from charter.models.difference import difference, plain, text_of
from charter.models.history import histories

PAGE_SIZE = 18


@login_not_required
@require_safe
def charter(request: HttpRequest) -> HttpResponse:
    current = CharterVersion.objects.in_force(timezone.localdate())
    text = text_of(current.articles.all()) if current else ()
    context = {
        "version": current,
        "text": plain(text),
        "versions": with_previous(published_versions()),
        "standing": Signature.objects.public().current(current).count() if current else 0,
    }
    return render(request, "charter/charter.html", context)


@login_not_required
@require_safe
def version(request: HttpRequest, slug: str) -> HttpResponse:
    """One version, with its differences from the one before unless ``?changements=non``."""
    shown = get_object_or_404(published_versions(), slug=slug)
    versions = with_previous(published_versions())
    previous = next(each.previous for each in versions if each.pk == shown.pk)
    text = text_of(shown.articles.all())
    marked = previous is not None and request.GET.get("changements") != "non"
    context = {
        "version": shown,
        "previous": previous,
        "text": difference(text_of(previous.articles.all()), text) if marked else plain(text),
        "marked": marked,
        "current": CharterVersion.objects.in_force(timezone.localdate()),
        "versions": versions,
    }
    return render(request, "charter/version.html", context)


@login_not_required
@require_safe
def compare(request: HttpRequest, slug: str, other: str) -> HttpResponse:
    """What changes from one published version to another, word by word."""
    old, new = (get_object_or_404(published_versions(), slug=each) for each in (slug, other))
    text = difference(text_of(old.articles.all()), text_of(new.articles.all()))
    context = {
        "old": old,
        "new": new,
        "text": text,
        "changed": [section for section in text.sections if section.words],
        "versions": published_versions(),
    }
    return render(request, "charter/compare.html", context)


@login_not_required
@require_safe
def compare_choice(request: HttpRequest) -> HttpResponse:
    """``?de=2014&avec=2020`` leads to the comparison; otherwise the two questions, with a sentence at what is wrong."""
    versions = {version.slug: version for version in published_versions()}
    typed = {name: request.GET.get(name, "") for name in ("de", "avec")}
    if all(slug in versions for slug in typed.values()):
        return redirect("charter:compare", typed["de"], typed["avec"])
    asked = any(typed.values())
    wrong = {name for name, slug in typed.items() if asked and slug not in versions}
    context = {"versions": list(versions.values()), "old_slug": typed["de"], "new_slug": typed["avec"], "wrong": wrong}
    return render(request, "charter/compare_choice.html", context, status=400 if asked else 200)


@login_not_required
@require_safe
def signatories(request: HttpRequest) -> HttpResponse:
    """The register: one row a signature, refused ones and hidden organisations left out."""
    versions, today = list(published_versions()), timezone.localdate()
    current = next((version for version in versions if version.effective_on <= today), None)
    criteria = read_register(request.GET, versions, current)
    page = Paginator(criteria.queryset(), PAGE_SIZE).get_page(request.GET.get("page"))
    told = histories([signature.organisation_id for signature in page], current)
    for signature in page:
        signature.history = told.get(signature.organisation_id)
    context = {"criteria": criteria, "page": page, "current": current, "adhering": adhering_only(current)}
    return render(request, "charter/signatories.html", context)


def published_versions():
    return CharterVersion.objects.published().order_by("-effective_on", "-pk")


def with_previous(versions) -> list[CharterVersion]:
    """Newest first; each knows the one it followed as ``previous``."""
    versions = list(versions)
    for position, each in enumerate(versions, 1):
        each.previous = versions[position] if position < len(versions) else None
    return versions
