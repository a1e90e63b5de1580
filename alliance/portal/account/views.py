"""Signing in with a typed code."""

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from alliance.lib import throttle
from alliance.lib.pages import throttled_page
from alliance.portal.account.adapters import TOO_MANY, WRONG_CODE, home_of
from alliance.portal.account.forms import SignInCodeForm, SignInForm

POST_DOWN = "Le code n’a pas pu partir : notre messagerie ne répond pas. Recommencez dans une minute."
EXPIRED = "Ce code n’est plus valable. Demandez-en un nouveau."
TRIES, CODE_SECONDS = 5, 600
LATER = 60


def onward(request, path: str) -> str:
    """``path``, with where the person was going when that is one of our own pages."""
    following = get_next_redirect_url(request)
    return f"{path}?{urlencode({'next': following})}" if following else path


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request):
    """Ask for the address and send the code. An address without account is answered alike, in the same time."""
    if request.user.is_authenticated:
        return redirect(get_next_redirect_url(request) or home_of(request.user))
    form = SignInForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        limit_codes(request, email)
        try:
            send_code(request, email)
        except OSError:
            form.add_error(None, POST_DOWN)
            status = 503
        else:
            return redirect(onward(request, reverse("account_confirm_login_code")))
    context = {"form": form, "next": get_next_redirect_url(request)}
    return render(request, "account/login.html", context, status=status if status == 503 else refused(form))


def refused(form) -> int:
    return 400 if form.errors else 200


def limit_codes(request, email: str) -> None:
    """Tight for one person from one place, wide for an office behind one address. Raises Throttled."""
    ip = throttle.client_ip(request)
    throttle.take("code-ip", ip, amount=60, seconds=60)
    throttle.take("code-person-ip", email, ip, amount=5, seconds=600)
    throttle.take("code-person-ip-day", email, ip, amount=15, seconds=86_400)
    throttle.take("code-person-day", email, amount=60, seconds=86_400)


def send_code(request, email: str) -> None:
    """One letter leaves in any case, so that neither the time nor a post that is down tells who has an account."""
    person = find_person(email)
    LoginCodeVerificationProcess.initiate(request=request, user=person, email=email)
    if person is None:
        get_adapter().send_mail("account/email/no_account", email, {"email": email})


def find_person(email: str):
    found = filter_users_by_email(email, is_active=True, prefer_verified=True, for_login=True)
    return found[0] if found else None


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request):
    """The code that was sent to this browser: 10 minutes, 5 tries, however many arrive at once."""
    if request.user.is_authenticated:
        return redirect(get_next_redirect_url(request) or home_of(request.user))
    stage = LoginStageController.enter(request, LoginByCodeStage.key)
    process = LoginCodeVerificationProcess.resume(stage) if stage else None
    if process is None:
        return ask_again(request, EXPIRED)
    form = SignInCodeForm(request.POST if request.method == "POST" else None, expected=process.code)
    if request.method == "POST":
        if form.data.get("code") and not take_try(request, process):
            process.abort()
            return ask_again(request, TOO_MANY)
        if form.is_valid():
            return process.finish(get_next_redirect_url(request))
        if WRONG_CODE in form.errors.get("code", []) and not process.record_invalid_attempt():
            return ask_again(request, "Cinq codes faux : demandez-en un nouveau.")
    context = {"form": form, "email": process.state["email"], "next": get_next_redirect_url(request)}
    context["tries_left"] = TRIES - process.state["failed_attempts"]
    return render(request, "account/confirm_login_code.html", context, status=refused(form))


def take_try(request, process) -> bool:
    """The session counts tries too, but two requests at once would read the same count."""
    key = (request.session.session_key, process.state["at"])
    return not throttle.permit("code-try", *key, amount=TRIES, seconds=CODE_SECONDS)


def ask_again(request, sentence: str):
    messages.error(request, sentence)
    return redirect(onward(request, reverse("account_login")))


def too_many(request):
    """What allauth answers beyond its own limits."""
    return throttled_page(request, LATER)


def locked_out(request, original_response=None, credentials=None, *args):
    """What django-axes answers to one person in one place; their neighbours go on."""
    return throttled_page(request, 600)
