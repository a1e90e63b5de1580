"""« Sécurité »: one's password, keys, application and recovery codes; allauth's pages held to our rules."""

from functools import wraps
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.password_change import finalize_password_change
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.models import Authenticator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.errors import Conflict
from alliance.lib.french import count
from alliance.lib.second_factor import factors_of, has_second_factor, record_second_factor
from alliance.portal.account.adapters import signed_in_recently
from alliance.portal.account.forms import NewPasswordForm

LATER = 60
SIGN_IN_AGAIN = "Pour changer vos moyens de connexion, connectez-vous à nouveau."
Type = Authenticator.Type


def page(view):
    """One of allauth's pages: a refused form answers 400, too many tries 429, another method 405."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if request.method == "HEAD":
            request.method = "GET"  # allauth counts every other method as a try
        response = view(request, *args, **kwargs)
        return refuse(request, response) if request.method == "POST" and response.status_code == 200 else response

    return wrapped


def refuse(request, response):
    context = getattr(response, "context_data", None) or {}
    wrong = [form for name in ("form", "webauthn_form") if (form := context.get(name)) is not None and form.errors]
    codes = {error.code for form in wrong for errors in form.errors.as_data().values() for error in errors}
    if codes & {"too_many_login_attempts", "rate_limited"}:
        response.status_code = 429
        response.headers["Retry-After"] = str(LATER)
    elif wrong:
        response.status_code = 400
    return response


def recent(view):
    """For acts on one's own access: who signed in long ago proves who they are once more."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if signed_in_recently(request):
            return view(request, *args, **kwargs)
        return ask_again(request, request.path if request.method == "GET" else reverse("mfa_index"))

    return wrapped


def ask_again(request, back: str, why: str = SIGN_IN_AGAIN) -> HttpResponse:
    """To the page where one proves who one is, which then leads to ``back``.

    Whoever has neither password nor factor can only sign in again: they are told ``why``, and a button signs them out.
    """
    following = urlencode({"next": back})
    methods = get_adapter().get_reauthentication_methods(request.user)
    if methods:
        return redirect(f"{methods[0]['url']}?{following}")
    context = {"why": why, "next": f"{reverse('account_login')}?{following}"}
    return render(request, "account/sign_in_again.html", context)


def proves(kind: str):
    """After ``view`` has added a factor, the session counts as opened with it: the person has just shown it."""

    def decorate(view):
        @wraps(view)
        def wrapped(request, *args, **kwargs):
            before = set(factors_of(request.user).values_list("pk", flat=True))
            response = view(request, *args, **kwargs)
            added = factors_of(request.user).filter(type=kind).exclude(pk__in=before).first()
            if request.method == "POST" and added:
                record_second_factor(request, added)
            return response

        return wrapped

    return decorate


def keeps_last(view):
    """allauth asks before it removes the application, not before it removes a key."""

    @wraps(view)
    def wrapped(request, pk):
        key = get_object_or_404(Authenticator, pk=pk, user=request.user, type=Type.WEBAUTHN)
        if request.method == "POST" and not get_factor_adapter().can_delete_authenticator(key):
            raise Conflict(get_factor_adapter().error_messages["cannot_delete_authenticator"], code="last_factor")
        return view(request, pk=pk)

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
@recent
@sensitive_post_parameters()
def password(request):
    """Set or change one's password. Who forgot it signs in with a code and gives a new one here."""
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        request.user.set_password(form.cleaned_data["password1"])
        request.user.save(update_fields=["password"])
        finalize_password_change(request, request.user)
        return redirect("mfa_index")
    return render(request, "account/password.html", {"form": form}, status=400 if form.errors else 200)


def factors_in_place(user) -> list[str]:
    """What one signs in with beside the code by mail, in words."""
    found = list(Authenticator.objects.filter(user=user).order_by("pk"))
    kinds = {each.type for each in found}
    keys = sum(each.type == Type.WEBAUTHN for each in found)
    words = ["Mot de passe"] if user.has_usable_password() else []
    words += ["Application de codes"] if Type.TOTP in kinds else []
    words += [count(keys, "clé d’accès", "clés d’accès")] if keys else []
    return words + (["Codes de secours"] if Type.RECOVERY_CODES in kinds else [])


@require_safe
def security(request):
    """What one signs in with. An agent without second factor is led here to choose one."""
    mine = list(Authenticator.objects.filter(user=request.user).order_by("pk"))
    recovery = next((each for each in mine if each.type == Type.RECOVERY_CODES), None)
    context = {
        "application": next((each for each in mine if each.type == Type.TOTP), None),
        "keys": [each for each in mine if each.type == Type.WEBAUTHN],
        "recovery_left": len(recovery.wrap().get_unused_codes()) if recovery else None,
        "must_set_up": request.user.is_staff and not has_second_factor(request),
    }
    return render(request, "mfa/index.html", context)


@require_safe
@recent
def recovery_codes(request):
    return render(request, "mfa/recovery_codes/index.html", {"codes": unused_codes(request.user)})


@require_safe
@recent
def download_recovery_codes(request):
    lines = ["Alliance Dynamique : codes de secours. Chacun sert une fois.", "", *unused_codes(request.user), ""]
    headers = {"Content-Disposition": 'attachment; filename="codes-de-secours.txt"'}
    return HttpResponse("\r\n".join(lines), content_type="text/plain; charset=utf-8", headers=headers)


def unused_codes(user) -> list[str]:
    recovery = Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()
    if recovery is None:
        raise Http404
    return recovery.wrap().get_unused_codes()
