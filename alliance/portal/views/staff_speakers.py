"""Who speaks, in the back office: written, asked, asked again, taken off. The person alone says yes."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from alliance.lib.errors import Conflict
from alliance.portal.staff_programme_forms import SpeakerForm
from alliance.portal.views.staff_conventions import found, national_only, page
from alliance.portal.views.staff_programme import item_of
from events.actions.speakers import PUBLIC_WORDS, add_speaker, ask_again, change_speaker, remove_speaker
from events.models import Convention, ProgrammeItem, Speaker

ASKED = "Un courriel lui demande son accord : rien n’est public avant sa réponse."


@require_http_methods(["GET", "HEAD", "POST"])
def new_speaker(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    convention = found(request, slug)
    item = item_of(convention, public_id)
    national_only(request)
    form, status = SpeakerForm(request.POST if request.method == "POST" else None), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                add_speaker(item=item, words=form.cleaned_data, by=request.user, at=timezone.now())
            except ValidationError as refusal:
                form.add_error("email", refusal.messages[0])
                status = 409
            else:
                messages.success(request, ASKED)
                return redirect("staff_programme_item", slug, public_id)
    return _page(request, convention, item, form, None, status)


@require_http_methods(["GET", "HEAD", "POST"])
def speaker(request: HttpRequest, slug: str, public_id, speaker_id) -> HttpResponse:
    convention = found(request, slug)
    item = item_of(convention, public_id)
    national_only(request)
    row = get_object_or_404(item.speakers, public_id=speaker_id)
    if request.method == "POST" and request.POST.get("act") in {"ask", "remove"}:
        _act(request, row)
        return redirect("staff_programme_item", slug, public_id)
    initial = {name: getattr(row, name) for name in (*PUBLIC_WORDS, "email")}
    form, status = SpeakerForm(request.POST if request.method == "POST" else None, initial=initial), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                change_speaker(speaker=row, words=form.cleaned_data, by=request.user, at=timezone.now())
            except ValidationError as refusal:
                form.add_error("email", refusal.messages[0])
                status = 409
            else:
                messages.success(request, ASKED if form.has_changed() else "Rien n’a changé.")
                return redirect("staff_programme_item", slug, public_id)
    return _page(request, convention, item, form, row, status)


def _act(request: HttpRequest, row: Speaker) -> None:
    if request.POST["act"] == "remove":
        remove_speaker(speaker=row, by=request.user)
        messages.success(request, "Cette personne ne figure plus au programme ; ce qui était gardé d’elle est effacé.")
        return
    try:
        ask_again(speaker=row, by=request.user, at=timezone.now())
    except Conflict as conflict:
        messages.error(request, conflict.messages[0])
    else:
        messages.success(request, ASKED)


def _page(
    request: HttpRequest,
    convention: Convention,
    item: ProgrammeItem,
    form: SpeakerForm,
    row: Speaker | None,
    status: int,
) -> HttpResponse:
    title = row.name if row else "Ajouter une personne"
    return page(request, "speaker", title, convention, status=status, form=form, item=item, speaker=row)
