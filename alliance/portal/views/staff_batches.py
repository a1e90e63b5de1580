"""Acts upon many rows: the last ones, one of them at each of its steps."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_POST, require_safe

from alliance.lib.errors import Conflict
from alliance.lib.undo import LASTS
from alliance.portal.lists import batches
from alliance.portal.lists.doing import sites_verb
from alliance.portal.lists.saved import list_address
from alliance.portal.views.staff_campaigns import agent_only
from alliance.portal.views.staff_lists import page
from partners.models import BulkAct

ROWS = 25
TABS = {
    "ready": "À faire", "done": "Faites", "refused": "Refusées", "undone": "Annulées", "kept": "Gardées telles quelles",
    "waiting": "Choisies",
}  # fmt: skip


@require_safe
def batches_page(request: HttpRequest) -> HttpResponse:
    agent_only(request)
    rows = BulkAct.objects.visible_to(request.user).select_related("by")
    shown = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    for act in shown:
        act.title = title_of(act)
    return page(request, "batches", "Actions groupées", page=shown)


def title_of(act: BulkAct) -> str:
    site, verb = sites_verb(act)
    return (
        f"{verb.label if verb else act.action} · {capfirst(str(site.opts.verbose_name_plural)) if site else act.noun}"
    )


def found(request: HttpRequest, public_id, rows=BulkAct.objects.visible_to) -> BulkAct:
    agent_only(request)
    return get_object_or_404(rows(request.user).select_related("by"), public_id=public_id)


@require_safe
def batch(request: HttpRequest, public_id) -> HttpResponse:
    """Asked by the page itself while the work goes on, only how far it is; then the page is read anew."""
    act = found(request, public_id)
    if not request.htmx:
        return show(request, act)
    if not act.is_working:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return TemplateResponse(request, "admin/lists/progress.html", {"act": act} | progress(act, act.outcomes()))


def progress(act: BulkAct, counts: dict[str, int]) -> dict[str, int]:
    """How many lines are behind, and of how many."""
    left = {"checking": "waiting", "running": "ready", "undoing": "done"}.get(act.state, "")
    total = sum(counts.values())
    return {"total": total, "past": total - counts.get(left, 0)}


def show(request: HttpRequest, act: BulkAct, *, form=None, refusal: str = "", status: int = 200) -> HttpResponse:
    counts = act.outcomes()
    tabs = [(key, label, counts[key]) for key, label in TABS.items() if counts.get(key)]
    kind = request.GET.get("quoi", "")
    kind = kind if counts.get(kind) else tabs[0][0] if tabs else "ready"
    _, verb = sites_verb(act)
    if form is None and verb and verb.form:
        form = verb.form(act.by, act.values or None)
    shown = Paginator(act.lines.filter(outcome=kind), ROWS).get_page(request.GET.get("page"))
    context = {
        "act": act, "verb": verb, "form": form, "refusal": refusal, "mine": act.by_id == request.user.pk,
        "tabs": tabs, "kind": kind, "page": shown, "counts": counts, "list_url": list_address(act.noun),
        "undo_until": act.done_at + LASTS if act.done_at else None, "now": timezone.now(),
        "typed": request.POST.get("motive", act.motive).replace("\x00", ""),
    } | progress(act, counts)  # fmt: skip
    return page(request, "batch", title_of(act), status=status, **context)


@require_POST
def batch_act(request: HttpRequest, public_id, name: str) -> HttpResponse:
    act = found(request, public_id, BulkAct.objects.writable_by)
    if name not in ACTS:
        raise Http404
    try:
        told = ACTS[name](request, act)
    except ValidationError as refusal:
        status = 409 if isinstance(refusal, Conflict) else 400
        return show(
            request, act, form=getattr(refusal, "form", None), refusal=" ".join(refusal.messages), status=status
        )
    if told:
        messages.success(request, told)
    return redirect("staff_batches") if act.pk is None or name == "abandonner" else redirect("staff_batch", public_id)


def motive_of(request: HttpRequest) -> str:
    typed = request.POST.get("motive", "").replace("\x00", "").strip()
    if len(typed) > 500:
        raise ValidationError(f"Le motif compte {len(typed)} caractères : raccourcissez-le à 500.")
    return typed


def look(request: HttpRequest, act: BulkAct) -> str:
    _, verb = sites_verb(act)
    if verb is None:
        raise Conflict("Cet acte n’existe plus.", code="gone")
    values: dict[str, str] = {}
    if verb.form:
        form = verb.form(act.by, request.POST)
        if not form.is_valid():
            refusal = ValidationError([error for errors in form.errors.values() for error in errors])
            refusal.form = form
            raise refusal
        values = {name: request.POST[name] for name in form.fields if name in request.POST}
    batches.look(act=act, values=values, motive=motive_of(request))
    return ""


def run(request: HttpRequest, act: BulkAct) -> str:
    batches.begin(act=act)
    return ""


def take_back(request: HttpRequest, act: BulkAct) -> str:
    batches.take_back(act=act, motive=motive_of(request))
    return ""


def give_up(request: HttpRequest, act: BulkAct) -> str:
    running = act.state == BulkAct.State.RUNNING
    batches.give_up(act=act)
    return "Le travail est arrêté : ce qui est fait le reste." if running else "Rien n’a changé."


ACTS = {"apercu": look, "executer": run, "annuler": take_back, "abandonner": give_up}


def begin_batch(model_admin: admin.ModelAdmin, request: HttpRequest, action: str, queryset) -> HttpResponse:
    """From a list: keep the chosen rows, whatever the page that they stand on."""
    noun = model_admin.opts.label_lower
    try:
        act = batches.choose(by=request.user, noun=noun, action=action, rows=queryset)
    except ValidationError as refusal:
        model_admin.message_user(request, " ".join(refusal.messages), messages.ERROR)
        return redirect(request.get_full_path())
    return redirect(reverse("staff_batch", args=[act.public_id]))
