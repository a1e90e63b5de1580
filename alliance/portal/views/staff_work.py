"""What waits, one thing at a time: take it, hand it to a colleague, give it back."""

from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from alliance.lib.errors import Conflict
from alliance.portal.actions.work import assign, colleagues
from alliance.portal.views.staff_campaigns import agent_only
from alliance.portal.work_items import WHOSE, Item, item, items
from alliance.portal.work_sources import GROUPS, SOURCES
from partners.models import User

TOLD = {
    "take": "« {} » : c’est à vous.",
    "hand": "« {} » est confié à {}.",
    "release": "« {} » n’est plus à personne en particulier.",
}


class Choice(forms.ModelChoiceField):
    def label_from_instance(self, person: User) -> str:
        return str(person)


class HandForm(forms.Form):
    to = Choice(queryset=User.objects.none(), label="Confier à", empty_label="Choisissez une personne")

    def __init__(self, *args, found: Item, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues(found)


def chosen(given) -> dict[str, str]:
    """The filters of the list, as far as they are ours."""
    whose, group = given.get("a", ""), given.get("quoi", "")
    return {"a": whose if whose in WHOSE else "", "quoi": group if group in GROUPS else ""}


def work_list(request: HttpRequest) -> dict:
    """What the first page shows of it."""
    kept = chosen(request.GET)
    found = items(request.user, whose=kept["a"], group=kept["quoi"])
    whose = [(label, address_of({**kept, "a": key}), key == kept["a"]) for key, label in WHOSE.items()]
    return {"items": found, "kept": kept, "whose": whose, "groups": GROUPS, "whole": not any(kept.values())}


def address_of(filters: dict[str, str]) -> str:
    query = urlencode({key: value for key, value in filters.items() if value})
    return reverse("admin:index") + (f"?{query}" if query else "")


@require_http_methods(["GET", "HEAD", "POST"])
def work(request: HttpRequest, source: str, pk: int) -> HttpResponse:
    agent_only(request)
    found = item(SOURCES[source], pk, request.user) if source in SOURCES and pk < 2**63 else None
    if found is None:
        raise Http404
    act = request.POST.get("act", "")
    form = HandForm(request.POST if act == "hand" else None, found=found)
    if request.method != "POST":
        return sheet(request, found, form)
    try:
        if act not in TOLD:
            raise ValidationError("Choisissez ce qu’il faut faire.")
        if act == "hand" and not form.is_valid():
            return sheet(request, found, form, status=400)
        to = form.cleaned_data["to"] if act == "hand" else request.user if act == "take" else None
        assign(found=found, to=to, by=request.user, seen=_seen(request))
    except ValidationError as refusal:
        status = 409 if isinstance(refusal, Conflict) else 400
        return sheet(request, item(found.source, pk, request.user) or found, form, " ".join(refusal.messages), status)
    messages.success(request, TOLD[act].format(found.subject, to))
    return redirect(address_of(chosen(request.POST)))


def _seen(request: HttpRequest) -> int | None:
    """Whom the page showed it as confided to. In the list one takes what is nobody's, gives back what is one's own."""
    typed = request.POST.get("seen")
    if typed is None:
        return request.user.pk if request.POST.get("act") == "release" else None
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else None


def sheet(request: HttpRequest, found: Item, form: HandForm, refusal: str = "", status: int = 200) -> TemplateResponse:
    kept = chosen(request.POST or request.GET)
    context = {"title": found.subject or found.source.label, "item": found, "form": form, "refusal": refusal}
    context = admin.site.each_context(request) | context | {"kept": kept, "back": address_of(kept)}
    return TemplateResponse(request, "admin/queue/item.html", context, status=status)
