"""Spreadsheets: export, deposit, recognise the columns, see what would change, tick, apply, take back."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.lib.errors import Conflict
from alliance.lib.exports import send
from alliance.lib.undo import LASTS
from alliance.portal.sheets import acts
from alliance.portal.sheets.columns import IDENTITY, VERSION
from alliance.portal.sheets.nouns import NOUNS, TITLES, errors, place
from alliance.portal.views.staff_campaigns import agent_only
from partners.models import SheetExport, SheetImport, SheetRow, User

ROWS, RECENT, MATCHED = 15, 12, 60
TABS = {"changed": "À changer", "created": "À créer", "conflict": "En conflit", "error": "En erreur",
        "unchanged": "Inchangées"}  # fmt: skip
APPLIED = {"changed": "Changements", "created": "Créations"}


def page(request: HttpRequest, template: str, title: str, *, status: int = 200, **context) -> TemplateResponse:
    context = admin.site.each_context(request) | {"title": title} | context
    return TemplateResponse(request, f"admin/sheets/{template}.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def sheets(request: HttpRequest) -> HttpResponse:
    """What may be exported, a form to bring a file, and the last ones."""
    agent_only(request)
    refusal, upload, noun = "", request.FILES.get("file"), request.POST.get("noun", "")
    if request.method == "POST":
        try:
            if upload is None or noun not in NOUNS:
                raise ValidationError("Choisissez une liste et un fichier.")
            return redirect("staff_sheet", acts.deposit(noun=noun, upload=upload, by=request.user).public_id)
        except ValidationError as error:
            refusal = " ".join(error.messages)
    asked = request.POST.get("noun") or request.GET.get("liste", "")
    context = {"nouns": NOUNS.values(), "asked": asked, "recent": recent(request.user), "refusal": refusal}
    return page(request, "sheets", "Tableurs", status=400 if refusal else 200, **context)


def recent(user: User) -> list[dict]:
    """The last files of both ways, newest first; two queries."""
    brought = SheetImport.objects.visible_to(user).select_related("by")[:RECENT]
    asked = SheetExport.objects.visible_to(user).select_related("by")[:RECENT]
    rows = [{"at": each.uploaded_at, "name": each.name, "sheet": each} for each in brought]
    rows += [{"at": each.asked_at, "name": "", "sheet": each} for each in asked]
    for row in rows:
        row["noun"] = NOUNS[row["sheet"].noun].title
    return sorted(rows, key=lambda row: row["at"], reverse=True)[:RECENT]


def found(request: HttpRequest, public_id) -> SheetImport:
    agent_only(request)
    return get_object_or_404(SheetImport.objects.visible_to(request.user).select_related("by"), public_id=public_id)


@require_safe
def sheet(request: HttpRequest, public_id) -> HttpResponse:
    """Asked by the page itself while the work goes on, only how far it is; then the page is read anew."""
    sheet = found(request, public_id)
    if not request.htmx:
        return show(request, sheet)
    if not sheet.is_working:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"sheet": sheet, "progress": sheet.progress}
    return TemplateResponse(request, "admin/sheets/progress.html", context)


def show(request: HttpRequest, sheet: SheetImport, refusal: str = "", status: int = 200) -> HttpResponse:
    counts = sheet.counts()
    kind = request.GET.get("quoi", "")
    kind = kind if kind in TABS else next((each for each in TABS if counts.get(each)), "changed")
    shown = Paginator(sheet.rows.filter(kind=kind).order_by("line"), ROWS).get_page(request.GET.get("page"))
    context = {
        "sheet": sheet, "noun": NOUNS[sheet.noun], "refusal": refusal, "kind": kind, "page": shown,
        "progress": sheet.progress if sheet.is_working else None, "mine": sheet.by_id == request.user.pk,
        "stopped": acts.has_stopped(sheet),
        "tabs": tabs(sheet, counts), "ready": counts.get("changed", 0) + counts.get("created", 0),
        "asked": sheet.state == "compared" and acts.remembered(sheet).exists(),
        "lines": [line(sheet, row) for row in shown], "matching": fields(sheet) if sheet.state == "matching" else [],
        "chosen": sheet.rows.filter(is_chosen=True).count(),
        "outcomes": outcomes(sheet), "failed": counts.get("error", 0) + counts.get("conflict", 0),
        "undo_until": sheet.applied_at + LASTS if sheet.applied_at else None, "now": timezone.now(),
    }  # fmt: skip
    return page(request, "sheet", sheet.name, status=status, **context)


def tabs(sheet: SheetImport, counts: dict[str, int]) -> list[tuple[str, str, int]]:
    labels = TABS | APPLIED if sheet.applied_at else TABS
    return [(key, label, counts.get(key, 0)) for key, label in labels.items()]


def outcomes(sheet: SheetImport) -> dict[str, int]:
    if sheet.applied_at is None:
        return {}
    return {name: sheet.rows.filter(outcome=name).count() for name in ("applied", "refused", "undone", "kept")}


def line(sheet: SheetImport, row: SheetRow) -> dict:
    """What a line would do, in words."""
    titles = {column.key: column.title for column in NOUNS[sheet.noun].columns}
    changes = [(titles.get(key, key), before, after) for key, (before, after) in row.changes.items()]
    wrong = [place(sheet, row.line, int(column)) + words for column, words in row.wrong.items()]
    return {"row": row, "changes": changes, "wrong": wrong}


def fields(sheet: SheetImport) -> list[dict]:
    """One choice for each column of the file, with the first values to recognise it by."""
    first = list(sheet.rows.order_by("line")[1:4]) or list(sheet.rows.all()[:3])
    choices = [(column.key, column.title) for column in NOUNS[sheet.noun].columns if column.read]
    choices += [(IDENTITY, "Identifiant du portail"), (VERSION, "Version du portail")]
    found = []
    for n, header in enumerate(sheet.headers[:MATCHED]):
        values = [row.cells[n][:40] for row in first if n < len(row.cells) and row.cells[n]]
        chosen = sheet.matching.get(str(n), "")
        found.append({"name": f"c{n}", "header": header, "values": values, "choices": choices, "chosen": chosen})
    return found


@require_POST
def sheet_act(request: HttpRequest, public_id, act: str) -> HttpResponse:
    sheet = found(request, public_id)
    if sheet.by_id != request.user.pk or act not in ACTS:
        raise Http404
    try:
        told = ACTS[act](request, sheet)
    except ValidationError as error:
        return show(request, sheet, " ".join(error.messages), 409 if isinstance(error, Conflict) else 400)
    if told:
        messages.success(request, told)
    query = f"?{request.POST['back']}" if request.POST.get("back", "").startswith(("quoi=", "page=")) else ""
    return redirect(f"{sheet_address(sheet)}{query}")


def sheet_address(sheet: SheetImport) -> str:
    return f"/gestion/tableurs/{sheet.public_id}/"


def match(request: HttpRequest, sheet: SheetImport) -> str:
    keys = {*TITLES, *(column.key for column in NOUNS[sheet.noun].columns)}
    typed = {str(n): request.POST.get(f"c{n}", "") for n in range(len(sheet.headers))}
    acts.match(sheet=sheet, matching={n: key for n, key in typed.items() if key in keys})
    return ""


def match_again(request: HttpRequest, sheet: SheetImport) -> str:
    acts.match_again(sheet=sheet)
    return ""


def choose(request: HttpRequest, sheet: SheetImport) -> str:
    ticked_of(request, sheet)
    return "Le choix de ces lignes est gardé."


def ticked_of(request: HttpRequest, sheet: SheetImport) -> None:
    """The lines of the page that is sent, if it shows any."""
    numbers = ([each for each in request.POST.getlist(name) if each.isdecimal()] for name in ("shown", "line"))
    shown, ticked = ([int(each) for each in found if len(each) < 10][:ROWS] for found in numbers)
    if shown:
        acts.choose(sheet=sheet, shown=shown, ticked=ticked)


def apply(request: HttpRequest, sheet: SheetImport) -> str:
    ticked_of(request, sheet)
    acts.begin(sheet=sheet, motive=request.POST.get("motive", "").replace("\x00", ""))
    return ""


def give_up(request: HttpRequest, sheet: SheetImport) -> str:
    acts.give_up(sheet=sheet)
    return ""


def resume(request: HttpRequest, sheet: SheetImport) -> str:
    acts.resume(sheet=sheet)
    return ""


def take_back(request: HttpRequest, sheet: SheetImport) -> str:
    acts.begin_undo(sheet=sheet)
    return ""


ACTS = {"colonnes": match, "choisir": choose, "appliquer": apply, "abandonner": give_up, "annuler": take_back,
        "reprendre": resume, "revoir-les-colonnes": match_again}  # fmt: skip


@require_safe
def sheet_errors(request: HttpRequest, public_id) -> HttpResponseBase:
    """The lines that were not taken, to correct and bring again."""
    sheet = found(request, public_id)
    return send(errors(sheet), form="xlsx", filename=f"{sheet.noun}-erreurs", head=request.method == "HEAD")
