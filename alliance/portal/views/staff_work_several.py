"""Several things that wait, confided to one colleague at once."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from alliance.portal.actions.work import Ticked, assign_each, colleagues_of_any
from alliance.portal.views.staff_campaigns import agent_only
from alliance.portal.views.staff_work import Choice, address_of, chosen
from alliance.portal.work_items import WHOSE, Item, items
from alliance.portal.work_sources import GROUPS, SOURCES
from partners.models import User

MOST = 100
NONE_TICKED = "Cochez au moins une ligne."


class HandSeveralForm(forms.Form):
    to = Choice(
        queryset=User.objects.none(), label="Confier les lignes cochées à", empty_label="Choisissez une personne"
    )

    def __init__(self, *args, found: list[Item], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues_of_any(found)


@require_http_methods(["GET", "HEAD", "POST"])
def several(request: HttpRequest) -> HttpResponse:
    """The lines of the first page, to tick; each that cannot be confided is told, the others are."""
    agent_only(request)
    kept = chosen(request.POST or request.GET)
    found = items(request.user, whose=kept["a"], group=kept["quoi"])
    posted = request.POST if request.method == "POST" else None
    form = HandSeveralForm(posted, found=found)
    if posted is None:
        return sheet(request, found, kept, form)
    lines = [line for typed in posted.getlist("ligne")[:MOST] if (line := ticked(typed))]
    if not form.is_valid() or not lines:
        return sheet(request, found, kept, form, refusal="" if lines else NONE_TICKED, status=400)
    to = form.cleaned_data["to"]
    done, refused = assign_each(lines=lines, to=to, by=request.user)
    for sentence in refused:
        messages.error(request, sentence)
    if done:
        count = "1 ligne est confiée" if len(done) == 1 else f"{len(done)} lignes sont confiées"
        messages.success(request, f"{count} à {to}.")
    return redirect(address_of(kept))


def ticked(typed: str) -> Ticked | None:
    """« signature.12.5 »: the sort, the row, and whom the page showed it as confided to."""
    key, _, rest = typed.partition(".")
    row, _, seen = rest.partition(".")
    if key not in SOURCES or not is_key(row):
        return None
    return Ticked(SOURCES[key], int(row), int(seen) if is_key(seen) else None)


def is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


def sheet(
    request: HttpRequest, found: list[Item], kept: dict, form: HandSeveralForm, *, refusal: str = "", status: int = 200
) -> TemplateResponse:
    lines = [(f"{each.source.key}.{each.pk}.{each.agent_id or ''}", each) for each in found]
    told = [label for label in (GROUPS.get(kept["quoi"]), WHOSE[kept["a"]] if kept["a"] else "") if label]
    context = admin.site.each_context(request) | {
        "title": "Confier plusieurs lignes",
        "lines": lines,
        "ticks": set(request.POST.getlist("ligne")),
        "form": form,
        "kept": kept,
        "told": told,
        "refusal": refusal,
        "back": address_of(kept),
    }
    return TemplateResponse(request, "admin/queue/several.html", context, status=status)
