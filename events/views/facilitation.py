"""For whoever facilitates a workshop: by its own link, open the table, show its QR, follow, write the minutes."""

import segno
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alliance.lib.errors import Conflict
from events.actions.tables import close_table, minutes_stamp, open_table, write_minutes
from events.models import WorkshopTable
from events.views.tables import heard


class MinutesForm(forms.Form):
    minutes = forms.CharField(
        label="Compte rendu",
        required=False,
        max_length=20_000,
        help_text="Ce qui s’est dit, en quelques paragraphes, sans nom de personne. L’équipe nationale le relit.",
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    read_at = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def facilitator(request: HttpRequest, token: str) -> HttpResponse:
    """No account acts here, the link is the only key: hence no CSRF token."""
    found = WorkshopTable.objects.of_link(token, "animation")
    if found is None:
        raise Http404
    form = MinutesForm(initial={"minutes": found.minutes, "read_at": minutes_stamp(found)})
    refusal, status, saved = "", 200, "garde" in request.GET
    if request.method == "POST":
        try:
            _act(request, found)
        except Conflict as conflict:
            refusal, status = conflict.messages[0], 409
            found = WorkshopTable.objects.of_link(token, "animation")
            found.written_meanwhile = found.minutes if request.POST.get("act") == "minutes" else ""
            form = _again(request, found, form)
        except ValidationError as error:
            refusal, status = error.messages[0], 400
            form = _again(request, found, form)
        else:
            here = redirect("events:table_facilitator", token)
            if request.POST.get("act") == "minutes":
                here["Location"] += "?garde#compte-rendu"
            return here
    context = {
        "table": found,
        "item": found.workshop.item,
        "convention": found.workshop.item.convention,
        "form": form,
        "refusal": refusal,
        "is_saved": saved,
        "proposals": heard(found, None),
        "qr": qr_of(found.path),
    }
    return render(request, "events/facilitator.html", context, status=status)


def _act(request: HttpRequest, found: WorkshopTable) -> None:
    at, act = timezone.now(), request.POST.get("act")
    if act == "open":
        open_table(table=found, at=at)
    elif act == "close":
        close_table(table=found, at=at)
    elif act == "minutes":
        form = MinutesForm(request.POST)
        if not form.is_valid():
            raise ValidationError("Le compte rendu fait 20 000 signes au plus : raccourcissez-le.")
        typed = form.cleaned_data
        write_minutes(table=found, text=typed["minutes"], read_at=typed["read_at"], at=at)
    else:
        raise ValidationError("Choisissez l’un des boutons de la page.")


def _again(request: HttpRequest, found: WorkshopTable, form: MinutesForm) -> MinutesForm:
    """What was typed is not lost: it stands in the field, beside what was written meanwhile, which the page shows."""
    if request.POST.get("act") != "minutes":
        return form
    found.written_meanwhile = found.minutes
    return MinutesForm(initial={"minutes": request.POST.get("minutes", ""), "read_at": minutes_stamp(found)})


def qr_of(path: str) -> str:
    code = segno.make(settings.SITE_URL + path, error="m", micro=False)
    return code.svg_inline(border=2, omitsize=True, dark="#000", light="#fff")
