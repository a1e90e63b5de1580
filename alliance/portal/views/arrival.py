"""Arriving: an invitation's link, or the number of one's organisation. Nothing tells who is a member of what."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib import french, throttle
from alliance.lib.errors import Conflict
from alliance.lib.open_forms import token_for_accounts
from alliance.portal.account.views import limit_codes, send_code
from partners.actions.invitations import SETTLED, accept_invitation, settled
from partners.actions.join_requests import ask_to_join, confirm_join_request, organisations_of
from partners.forms.arrival import JoinForm, NumberForm, ProposeForm
from partners.models import Invitation, JoinRequest, Organisation

LOOKS_AN_HOUR, ASKS_AN_HOUR, LETTERS_A_DAY, SHOWN = 60, 10, 3, 10
METHODS = ["GET", "HEAD", "POST"]


@login_not_required
@never_cache
@require_http_methods(METHODS)
def invitation(request, token):
    """GET shows, POST accepts. Whoever is not signed in gets a code at the invited address, and arrives."""
    found = Invitation.objects.of_token(token)
    if found is None:
        raise Http404
    now, person = timezone.now(), request.user if request.user.is_authenticated else None
    context = {"invitation": found, "settled": settled(found, now), "stranger": stranger(found, person)}
    context["sentence"] = SETTLED.get(context["settled"], "")
    if request.method != "POST":
        return render(request, "portal/invitation.html", context)
    try:
        membership = accept_invitation(invitation=found, at=now, by=person)
    except Conflict as conflict:
        context |= {"sentence": conflict.messages[0], "settled": settled(found, timezone.now()) or conflict.code}
        return render(request, "portal/invitation.html", context, status=409)
    onward = reverse("portal:space_organisation", args=[membership.organisation.slug])
    if person:
        messages.success(request, f"Vous voici dans l’espace {french.of(membership.organisation.label)}.")
        return redirect(onward)
    return to_the_code(request, found.email, onward)


def stranger(found: Invitation, person) -> bool:
    return person is not None and person.email.lower() != found.email


def to_the_code(request, email: str, onward: str):
    following = urlencode({"next": onward})
    limit_codes(request, email)
    try:
        send_code(request, email)
    except OSError:
        messages.error(request, "C’est accepté. Le code n’a pas pu partir : demandez-en un dans une minute.")
        return redirect(f"{reverse('account_login')}?{following}")
    return redirect(f"{reverse('account_confirm_login_code')}?{following}")


@login_not_required
@never_cache
@require_safe
def join(request):
    """Recognise an organisation by its number, as its public page would show it."""
    form = NumberForm(request.GET if "numero" in request.GET else None)
    found, number, status = None, "", 200
    if form.is_bound:
        throttle.take("join-number", throttle.client_ip(request), amount=LOOKS_AN_HOUR, seconds=3600)
        if form.is_valid():
            number = form.cleaned_data["numero"]
            rows = organisations_of(number).filter(is_public=True).select_related("commune__department")
            found = list(rows.order_by("search_name", "pk")[:SHOWN])
        else:
            status = 400
    context = {"form": form, "found": found, "number": number}
    return render(request, "portal/join.html", context, status=status)


@login_not_required
@never_cache
@token_for_accounts
@require_http_methods(METHODS)
def join_organisation(request, slug):
    organisation = get_object_or_404(Organisation.objects.public().select_related("commune"), slug=slug)
    return _ask(request, JoinForm, "portal/join_organisation.html", {"organisation": organisation})


@login_not_required
@never_cache
@token_for_accounts
@require_http_methods(METHODS)
def propose(request):
    """An organisation that the register does not know, or does not show."""
    return _ask(request, ProposeForm, "portal/join_propose.html", {})


def _ask(request, form_class, template: str, context: dict):
    person = request.user if request.user.is_authenticated else None
    initial = {"numero": request.GET.get("numero", "")[:40]}
    form = form_class(request.POST if request.method == "POST" else None, user=person, initial=initial)
    status = 400 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            _asked(request, form.cleaned_data, context.get("organisation"), person)
            return redirect("portal:join_asked")
        except Conflict as conflict:
            form.add_error(None, conflict)
            status = 409
    return render(request, template, context | {"form": form, "person": person}, status=status)


def _asked(request, typed: dict, organisation: Organisation | None, person) -> JoinRequest:
    typed = dict(typed)
    email = person.email if person else typed["email"]
    throttle.take("join", throttle.client_ip(request), amount=ASKS_AN_HOUR, seconds=3600)
    throttle.take("join-letter", email.lower(), amount=LETTERS_A_DAY, seconds=86_400)
    number = typed.pop("numero", "") or (organisation.siret or organisation.siren if organisation else "")
    typed["email"] = email
    return ask_to_join(organisation=organisation, number=number, by=person, at=timezone.now(), **typed)


@login_not_required
@require_safe
def join_asked(request):
    return render(request, "portal/join_asked.html")


@login_not_required
@never_cache
@require_http_methods(METHODS)
def join_confirm(request, public_id):
    """The owner of the address confirms; programs that open links change nothing."""
    asked = get_object_or_404(JoinRequest.objects.select_related("organisation"), public_id=public_id)
    context, status = {"asked": asked}, 200
    if request.method == "POST":
        try:
            confirm_join_request(join_request=asked, at=timezone.now())
            return redirect("portal:join_confirm", public_id)
        except Conflict as conflict:
            context["refusal"], status = conflict.messages[0], 409
    return render(request, "portal/join_confirm.html", context, status=status)
