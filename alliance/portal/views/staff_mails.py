"""Mails of the portal: what is owed, what left, what was refused; addresses that fail; sending again."""

from collections.abc import Callable

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.lib.back_office_lists import KeysFirst
from alliance.lib.errors import Conflict
from alliance.portal.mail_kinds import LETTERS, label_of, said
from alliance.portal.mail_rows import (
    STATES,
    Letter,
    LetterPaginator,
    letters,
    notices_of,
    recipient_of,
    seen_postings,
    told,
)
from alliance.portal.sheets.columns import plain
from alliance.portal.views.staff_campaigns import agent_only, typed
from partners.actions.mail_wishes import confirm_bounce, dismiss_bounce, lift_bounce, resend
from partners.models import Bounce, Resending

ROWS = 50


class MotiveForm(forms.Form):
    motive = forms.CharField(label="Motif", max_length=300, help_text="Gardé avec votre nom et la date.")


def page(request: HttpRequest, template: str, title: str, *, status: int = 200, **context) -> TemplateResponse:
    context = admin.site.each_context(request) | {"title": title} | context
    return TemplateResponse(request, f"admin/mails/{template}.html", context, status=status)


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    agent_only(request)
    state, work, words = typed(request, "etat"), typed(request, "nature"), typed(request, "q")
    asked = letters(request.user, state=state, work=work, words=words)
    rows = LetterPaginator(asked, ROWS).get_page(request.GET.get("page"))
    lines = [Letter(owed) for owed in told(rows.object_list, request.user)]
    tabs = [("", "Tous", state not in STATES)] + [(key, label, key == state) for key, (label, _) in STATES.items()]
    failing = Bounce.objects.visible_to(request.user).unsettled().count()
    return page(
        request, "mails", "Courriels", rows=rows, lines=lines, tabs=tabs, state=state, work=work, words=words,
        kinds=sorted(LETTERS.items(), key=lambda kind: plain(kind[1])), failing=failing, now=timezone.now(),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter: each time that it was given to the post; to send it again, with a motive."""
    agent_only(request)
    owed = get_object_or_404(told(letters(request.user), request.user), pk=pk)
    form = MotiveForm(request.POST if request.method == "POST" else None)
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            again = resend(owed=owed, motive=form.cleaned_data["motive"], by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            status = 409 if isinstance(refusal, Conflict) else 400
        else:
            messages.success(request, f"Le courriel repart : {label_of(again.work).lower()}, sous un nouveau numéro.")
            return redirect("staff_mail", owed.pk)
    given = list(seen_postings(request.user).filter(owed=owed).order_by("pk"))
    notices = notices_of(given)
    posted = [(each, said(each.code, each.words), notices.get(each.pk, [])) for each in given]
    resent = Resending.objects.filter(owed=owed).select_related("by")
    return page(
        request, "mail", label_of(owed.work), letter=Letter(owed), posted=posted, resent=resent, form=form,
        recipient=recipient_of(owed), may_resend=owed.state != "pending", status=status,
    )  # fmt: skip


@require_safe
def bounces(request: HttpRequest) -> HttpResponse:
    agent_only(request)
    all_rows = Bounce.objects.visible_to(request.user).with_organisation().select_related("person")
    past = request.GET.get("etat") == "retablies"
    rows = all_rows.filter(lifted_at__isnull=False).select_related("lifted_by") if past else all_rows.unsettled()
    rows = KeysFirst(rows, ROWS).get_page(request.GET.get("page"))
    return page(request, "bounces", "Adresses en échec", rows=rows, past=past)


@require_http_methods(["GET", "HEAD", "POST"])
def bounce(request: HttpRequest, pk: int) -> HttpResponse:
    """An address that fails: correct it, or say that it works again."""
    if request.method == "POST":
        return _settled(request, pk, lift_bounce, "L’adresse est rétablie : les envois groupés y repartent.")
    agent_only(request)
    return _bounce_page(request, _bounce(request, pk), MotiveForm())


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """A notice that proves nothing says true."""
    return _settled(request, pk, confirm_bounce, "L’échec est confirmé : plus aucun envoi groupé n’y part.")


@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """A notice that proves nothing says false."""
    return _settled(request, pk, dismiss_bounce, "L’avis est écarté : rien ne change pour cette adresse.")


def _bounce(request: HttpRequest, pk: int) -> Bounce:
    rows = Bounce.objects.visible_to(request.user).with_organisation()
    return get_object_or_404(rows.select_related("person", "lifted_by", "confirmed_by"), pk=pk)


def _settled(request: HttpRequest, pk: int, act: Callable[..., Bounce], told: str) -> HttpResponse:
    """What an agent says of an address, with the motive; the page again when it is refused."""
    agent_only(request)
    found, form, status = _bounce(request, pk), MotiveForm(request.POST), 400
    if found.lifted_at is None and not _may_settle(request, found):
        raise PermissionDenied
    if form.is_valid():
        try:
            act(bounce=found, motive=form.cleaned_data["motive"], by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            status = 409 if isinstance(refusal, Conflict) else 400
        else:
            messages.success(request, told)
            return redirect("staff_bounces")
    return _bounce_page(request, found, form, status=status)


def _may_settle(request: HttpRequest, bounce: Bounce) -> bool:
    return bounce.lifted_at is None and Bounce.objects.writable_by(request.user).filter(pk=bounce.pk).exists()


def _bounce_page(request: HttpRequest, bounce: Bounce, form: MotiveForm, *, status: int = 200) -> TemplateResponse:
    title = "Adresse à vérifier" if bounce.is_claimed else "Adresse en échec"
    may_settle = _may_settle(request, bounce)
    return page(request, "bounce", title, bounce=bounce, form=form, may_settle=may_settle, status=status)
