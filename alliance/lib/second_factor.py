"""Staff give a second factor before anything else: without it in this session, one door only, its set-up."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.urls import reverse

STRONG = {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES}
OPEN_NAMES = {"account_logout", "account_reauthenticate", "healthz", "readyz", "metrics", "security_txt"}
SETUP_NAMES = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
}


def has_second_factor(request) -> bool:
    """Whether this session was opened, or confirmed since, with a second factor."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" and record.get("type") in STRONG for record in records)


class SecondFactorMiddleware:
    """A member of staff whose session lacks the second factor is sent to its set-up, or signed out if they have one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not request.user.is_authenticated or not request.user.is_staff or has_second_factor(request):
            return None
        name = request.resolver_match.url_name
        if name in OPEN_NAMES:
            return None
        if is_mfa_enabled(request.user):
            logout(request)
            return redirect("account_login")
        if name in SETUP_NAMES:
            return None
        return redirect(reverse("mfa_activate_totp"))
