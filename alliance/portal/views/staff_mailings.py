"""Bulk mail: choose and write, see the exact list and each letter, confirm, follow, pause, stop."""

from collections import Counter
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.lib.errors import Conflict
from alliance.portal.mailing_forms import (
    MailingForm,
    choice_in_words,
    initial_of,
    organisations_of,
    selection_in_words,
)
from alliance.portal.views.staff_campaigns import agent_only, typed
from alliance.portal.views.staff_mails import page
from partners import mailing_letters
from partners.actions import mailings as acts
from partners.actions.mailing_lists import select
from partners.models import Mailing, MailingSelection, Membership, Organisation, User
from partners.models.mailing import Aside, Outcome

ROWS = 50
LISTS = {Organisation: ("organisation", "pk"), User: ("person", "pk"), Membership: ("person", "user")}
ACTS = {
    "pause": (acts.pause_mailing, "L’envoi est en pause : ce qui n’est pas parti attend."),
    "reprendre": (acts.resume_mailing, "L’envoi reprend."),
    "arreter": (acts.cancel_mailing, "L’envoi est arrêté : ce qui n’était pas parti ne partira pas."),
    "supprimer": (acts.drop_mailing, "Le brouillon est supprimé."),
}


class ConfirmForm(forms.Form):
    motive = forms.CharField(label="Motif de l’envoi", max_length=300, help_text="Gardé avec l’envoi.")
    shown = forms.CharField(widget=forms.HiddenInput)


@require_safe
def mailings(request: HttpRequest) -> HttpResponse:
    agent_only(request)
    rows = Mailing.objects.visible_to(request.user).select_related("written_by")
    return page(request, "mailings", "Envois groupés", rows=Paginator(rows, ROWS).get_page(request.GET.get("page")))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """``?selection=``: the rows that this agent has ticked in a list."""
    agent_only(request)
    asked, selection = typed(request, "selection"), None
    if asked:
        if not is_uuid(asked):
            raise Http404
        selection = get_object_or_404(MailingSelection, public_id=asked, made_by=request.user)
    return writing(request, None, selection)


def is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def begin_letter(model_admin, request: HttpRequest, queryset) -> HttpResponse | None:
    """From a list of the back office: keep the ticked rows, and open the composer upon them."""
    noun, column = LISTS[model_admin.model]
    try:
        selection = select(by=request.user, noun=noun, keys=queryset.values_list(column, flat=True))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return None
    return redirect(f"{reverse('staff_mailing_new')}?selection={selection.public_id}")


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id) -> HttpResponse:
    agent_only(request)
    return writing(request, found(request, public_id))


def found(request: HttpRequest, public_id) -> Mailing:
    rows = Mailing.objects.visible_to(request.user).select_related("written_by", "confirmed_by", "selection")
    return get_object_or_404(rows, public_id=public_id)


def writing(request: HttpRequest, mailing: Mailing | None, selection: MailingSelection | None = None) -> HttpResponse:
    """Text and choice; saved, the list is made at once and shown."""
    initial = initial_of(mailing) if mailing else {"roles": ["administrator"]}
    selection = mailing.selection if mailing else selection
    form = MailingForm(request.POST if request.method == "POST" else None, initial=initial, selection=selection)
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            mailing = acts.draft_mailing(by=request.user, mailing=mailing, selection=selection, **form.fields_of_act())
            listed(request, mailing)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            status = 409 if isinstance(refusal, Conflict) else 400
        else:
            return redirect("staff_mailing", mailing.public_id)
    title = "Modifier l’envoi" if mailing else "Nouvel envoi groupé"
    known, choice = mailing_letters.FIELDS.items(), selection_in_words(selection) if selection else ""
    return page(request, "write", title, form=form, mailing=mailing, known=known, choice=choice, status=status)


def listed(request: HttpRequest, mailing: Mailing) -> Mailing:
    chosen, _ = organisations_of(mailing, request.user)
    return acts.list_recipients(mailing=mailing, organisations=chosen, by=request.user, at=timezone.now())


@require_http_methods(["GET", "HEAD", "POST"])
def mailing(request: HttpRequest, public_id) -> HttpResponse:
    """Before: the exact list, each letter, the confirmation that pins both. After: what became of each."""
    agent_only(request)
    shown = found(request, public_id)
    form, status = ConfirmForm(request.POST if request.method == "POST" else None), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                confirm(request, shown, form)
            except ValidationError as refusal:
                status = 409 if isinstance(refusal, Conflict) else 400
                if getattr(refusal, "code", "") == "changed":
                    shown = listed(request, shown)
                form = ConfirmForm({"motive": form.cleaned_data["motive"], "shown": shown.digest})
                form.is_valid()
                form.add_error(None, refusal)
            else:
                messages.success(request, "C’est confirmé : les courriels partent peu à peu.")
                return redirect("staff_mailing", shown.public_id)
    else:
        form = ConfirmForm(initial={"shown": shown.digest})
    return page(request, "mailing", shown.subject, form=form, status=status, **context_of(request, shown))


def confirm(request: HttpRequest, mailing: Mailing, form: ConfirmForm) -> None:
    chosen, _ = organisations_of(mailing, request.user)
    acts.confirm_mailing(
        mailing=mailing, organisations=chosen, by=request.user, at=timezone.now(), **form.cleaned_data
    )  # fmt: skip


def context_of(request: HttpRequest, mailing: Mailing) -> dict:
    tally = mailing.tally()
    rows = mailing.recipients.select_related("organisation__commune", "organisation__region", "person").order_by("pk")
    outcome = typed(request, "suite")
    shown = rows.filter(outcome=outcome) if outcome in Outcome.values else rows
    picked = typed(request, "apercu")
    key = int(picked) if picked.isascii() and picked.isdigit() and len(picked) < 18 else 0
    preview = rows.leaving().filter(pk=key).first() or rows.leaving().first()
    leaving = sum(tally.values()) - tally.get(Outcome.ASIDE, 0)
    waiting = tally.get(Outcome.LISTED, 0) + tally.get(Outcome.OWED, 0)
    aside = Counter(mailing.recipients.filter(outcome=Outcome.ASIDE).values_list("aside", flat=True))
    reasons = [(Aside(reason).label, aside[reason]) for reason in Aside.values if aside[reason]]
    return {
        "mailing": mailing,
        "choice": choice_in_words(mailing),
        "to_people": mailing.selection and mailing.selection.is_of_people,
        "roles": [label for value, label in Membership.Role.choices if value in mailing.roles],
        "recipients": Paginator(shown, ROWS).get_page(request.GET.get("page")),
        "tally": [(value, Outcome(value).label, count) for value, count in sorted(tally.items())],
        "outcome": outcome,
        "leaving": leaving,
        "gone": leaving - waiting,
        "is_over": mailing.state != Mailing.State.DRAFT and not waiting,
        "reasons": reasons,
        "preview": preview,
        "letter": mailing_letters.letter(mailing, preview) if preview else None,
    }


@require_POST
def act(request: HttpRequest, public_id, name: str) -> HttpResponse:
    agent_only(request)
    mailing = found(request, public_id)
    if name not in ACTS:
        raise Http404
    change, told = ACTS[name]
    try:
        change(mailing=mailing, by=request.user)
    except Conflict as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("staff_mailing", public_id)
    messages.success(request, told)
    return redirect("staff_mailings") if name == "supprimer" else redirect("staff_mailing", public_id)
