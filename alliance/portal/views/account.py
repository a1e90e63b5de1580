"""One's own account: name, letters, connections, a copy of one's data, erasure."""

from allauth.usersessions.internal.flows.sessions import end_other_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.lib import throttle
from alliance.lib.changes import because
from alliance.lib.errors import Conflict
from alliance.portal.account.adapters import signed_in_recently
from alliance.portal.account.browsers import described
from alliance.portal.account.security import ask_again, factors_in_place
from alliance.portal.actions.copies import ask_copy
from alliance.portal.actions.erasure import erase_person, held_of, hindrance
from partners.actions.letters import choose_letters, letters_of, wanted_by
from partners.forms.account import EraseForm, LettersForm, NameForm
from partners.models import DataExport, Erasure

METHODS = ["GET", "HEAD", "POST"]
COPIES_A_DAY = 5
TO_COPY = "Une copie de vos données ne se donne qu’à vous : connectez-vous à nouveau."
TO_ERASE = "Avant d’effacer votre compte, connectez-vous à nouveau."
FILES = {"donnees.json": ("data", "application/json"), "donnees.pdf": ("document", "application/pdf")}


@require_http_methods(METHODS)
def account(request):
    """All that concerns oneself, on one page; one's name is corrected here."""
    person = request.user
    typed = request.POST if request.method == "POST" else None
    form = NameForm(typed, initial={"full_name": person.full_name})
    if request.method == "POST" and form.is_valid():
        person.full_name = form.cleaned_data["full_name"]
        with because(person, "Correction par la personne"):
            person.save(update_fields=["full_name"])
        messages.success(request, "Votre nom est corrigé.")
        return redirect("portal:account")
    wanted = wanted_by(person)
    context = {
        "form": form,
        "letters": [label for key, label in letters_of(person) if key in wanted],
        "unwanted": len(letters_of(person)) - len(wanted),
        "connections": [described(each, request) for each in live_sessions(request)],
        "factors": factors_in_place(person),
        "copies": DataExport.objects.filter(user=person, expires_at__gt=timezone.now()).defer("data", "document"),
    }
    return render(request, "portal/account.html", context, status=400 if form.errors else 200)


def live_sessions(request) -> list[UserSession]:
    """Those that still open something, this one first; a reading purges nothing."""
    rows = UserSession.objects.filter(user=request.user).order_by("-last_seen_at", "-pk")
    return sorted((each for each in rows if each.exists()), key=lambda each: not each.is_current())


@require_http_methods(METHODS)
def letters(request):
    offered = letters_of(request.user)
    typed = request.POST if request.method == "POST" else None
    form = LettersForm(typed, letters=offered, initial={"wanted": sorted(wanted_by(request.user))})
    if request.method == "POST" and form.is_valid():
        choose_letters(person=request.user, wanted=form.cleaned_data["wanted"], at=timezone.now())
        messages.success(request, "Vos choix de courriels sont enregistrés.")
        return redirect("portal:account")
    return render(request, "portal/account_letters.html", {"form": form}, status=400 if form.errors else 200)


@require_POST
def end_session(request, pk):
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    if session.is_current():
        raise Http404
    session.end()
    messages.success(request, "Cette connexion est fermée.")
    return redirect("portal:account")


@require_POST
def end_others(request):
    end_other_sessions(request, request.user)
    messages.success(request, "Toutes vos autres connexions sont fermées.")
    return redirect("portal:account")


@require_POST
def copy(request):
    """Owe a copy of one's data to the worker."""
    if request.POST.get("act") != "copy":
        messages.error(request, "Demandez la copie par le bouton de la page.")
        return redirect(f"{reverse('portal:account')}#copie")
    if not signed_in_recently(request):
        return ask_again(request, reverse("portal:account"), TO_COPY)
    throttle.take("data-copy", request.user.pk, amount=COPIES_A_DAY, seconds=86_400)
    try:
        ask_copy(person=request.user, at=timezone.now())
    except Conflict as conflict:
        messages.error(request, conflict.messages[0])
    else:
        messages.success(request, "Votre copie se prépare : elle sera là dans moins d’une minute.")
    return redirect(f"{reverse('portal:account')}#copie")


@require_safe
@never_cache
def copy_file(request, public_id, name):
    """For the person alone, for a week, and for whoever has just proved who they are."""
    rows = DataExport.objects.available(timezone.now()).filter(user=request.user)
    found = get_object_or_404(rows, public_id=public_id)
    if name not in FILES:
        raise Http404
    if not signed_in_recently(request):
        return ask_again(request, request.path, TO_COPY)
    column, kind = FILES[name]
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(bytes(getattr(found, column)), content_type=kind, headers=headers)


@require_http_methods(METHODS)
def erase(request):
    """Twice confirmed: one proves who one is, then says that one has understood."""
    refusal = hindrance(request.user)
    if refusal is None and not signed_in_recently(request):
        return ask_again(request, reverse("portal:account_erase"), TO_ERASE)
    form = EraseForm(request.POST if request.method == "POST" else None)
    status = 200 if request.method != "POST" else 409 if refusal else 400
    if request.method == "POST" and refusal is None and form.is_valid():
        try:
            receipt = erase_person(person=request.user, at=timezone.now())
        except Conflict as conflict:  # a colleague left meanwhile
            form.add_error(None, conflict)
            status = 409
        else:
            logout(request)
            return redirect("portal:erasure", receipt.public_id)
    context = {"form": form, "refusal": refusal, "held": [] if refusal else held_of(request.user)}
    return render(request, "portal/account_erase.html", context, status=status)


@login_not_required
@never_cache
@require_safe
def erasure(request, public_id):
    """The receipt, for whoever holds its address: it names nobody."""
    return render(request, "portal/erasure.html", {"receipt": get_object_or_404(Erasure, public_id=public_id)})
