"""Staff give a second factor in each session, everywhere: without it only the pages that ask for it open."""

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.http import JsonResponse
from django.shortcuts import redirect

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
PROOFS = {*FACTORS, Authenticator.Type.RECOVERY_CODES}
ALWAYS_OPEN = {"account_logout", "healthz", "readyz", "metrics", "security_txt"}
ASKING = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
SETTING_UP = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn"}
SENTENCE = "Donnez d’abord votre second facteur sur le portail."


def has_second_factor(request) -> bool:
    """Whether this session was opened, or confirmed since, with a second factor. An e-mailed code is none."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" and record.get("type") in PROOFS for record in records)


def factors_of(user):
    """The factors of ``user`` that stand alone: recovery codes only replace a lost one."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS)


def record_second_factor(request, authenticator: Authenticator) -> None:
    """Note in the session that the person has just proved to hold ``authenticator``."""
    record_authentication(request, request.user, "mfa", id=authenticator.pk, type=str(authenticator.type))


class SecondFactorMiddleware:
    """Lead an agent of La Poste whose session lacks the second factor to give it, or to set one up."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        name = request.resolver_match.url_name
        if name in ALWAYS_OPEN:  # first: health pages must not cost a session
            return None
        if not request.user.is_authenticated or not request.user.is_staff or has_second_factor(request):
            return None
        has_factor = factors_of(request.user).exists()
        if name in (ASKING if has_factor else SETTING_UP):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": SENTENCE}, status=403)
        if not has_factor:
            return redirect("mfa_index")
        return self.ask(request)

    def ask(self, request):
        """The first page that asks for one of the person's factors; it comes back to where they were going."""
        method = get_adapter().get_reauthentication_methods(request.user)[0]
        back = request.get_full_path() if request.method == "GET" else "/espace/"
        return redirect(f"{method['url']}?{urlencode({'next': back})}")
