"""Spreadsheets that an agent asks for: the worker makes them, the page says how far it is, the file is fetched."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from alliance.lib import french
from alliance.lib.exports import send
from alliance.portal.sheets import exporting
from alliance.portal.sheets.nouns import NOUNS
from alliance.portal.views.staff_campaigns import agent_only
from alliance.portal.views.staff_sheets import page
from partners.models import SheetExport

ROWS_MAX = 50_000


def found(request: HttpRequest, public_id) -> SheetExport:
    agent_only(request)
    return get_object_or_404(SheetExport.objects.visible_to(request.user), public_id=public_id)


@require_POST
def ask_sheet(request: HttpRequest) -> HttpResponse:
    agent_only(request)
    noun = request.POST.get("noun", "")
    if noun not in NOUNS:
        raise Http404
    return redirect("staff_sheet_export", exporting.ask(noun=noun, by=request.user).public_id)


def begin_sheet(model_admin, request: HttpRequest, queryset) -> HttpResponse:
    """The ticked rows of a list, or all those of the view, as a spreadsheet."""
    noun = next(noun for noun in NOUNS.values() if noun.model is model_admin.model)
    keys = sorted(queryset.order_by().values_list("pk", flat=True)[: ROWS_MAX + 1])
    if not 0 < len(keys) <= ROWS_MAX:
        most = f"Un tableur compte {french.number(ROWS_MAX)} lignes au plus : filtrez la liste davantage."
        words = most if keys else "Aucune ligne n’est choisie."
        model_admin.message_user(request, words, messages.ERROR)
        return redirect(request.get_full_path())
    return redirect("staff_sheet_export", exporting.ask(noun=noun.key, by=request.user, keys=keys).public_id)


@require_safe
def sheet_export(request: HttpRequest, public_id) -> HttpResponse:
    """Asked by the page itself while the file is made, only how far it is; then the page is read anew."""
    export = found(request, public_id)
    context = {"export": export, "sheet": export, "progress": export, "noun": NOUNS[export.noun]}
    context["chosen"] = len(export.keys or ())
    if not request.htmx:
        until = export.asked_at + exporting.KEPT
        return page(request, "export", f"Tableur : {NOUNS[export.noun].title}", until=until, **context)
    if not export.is_working:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return TemplateResponse(request, "admin/sheets/progress.html", context)


@require_safe
def sheet_file(request: HttpRequest, public_id) -> HttpResponseBase:
    export = found(request, public_id)
    if export.state != SheetExport.State.READY or export.asked_at < timezone.now() - exporting.KEPT:
        raise Http404
    content = iter(()) if request.method == "HEAD" else blocks(export)
    filename = f"{NOUNS[export.noun].title} {timezone.localtime(export.ready_at):%Y-%m-%d %Hh%M}"
    return send(content, form="xlsx", filename=filename, head=request.method == "HEAD")


def blocks(export: SheetExport):
    with export.file.open("rb") as file:
        yield from file.chunks()


@require_POST
def stop_sheet(request: HttpRequest, public_id) -> HttpResponse:
    export = found(request, public_id)
    exporting.give_up(export=export)
    messages.success(request, "La préparation de ce tableur s’arrête.")
    return redirect("staff_sheets")
