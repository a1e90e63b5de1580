"""Staff give a second factor before anything else: without it in this session, one door only, its set-up."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect
from django.urls import reverse

STRONG = {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES}
ALWAYS_OPEN = {"account_logout", "account_reauthenticate", "healthz", "readyz", "metrics", "security_txt"}
CONFIRM_PAGES = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
SETUP_PAGES = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn"}


def has_second_factor(request) -> bool:
    """Whether this session was opened, or confirmed since, with a second factor."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" and record.get("type") in STRONG for record in records)


class SecondFactorMiddleware:
    """A member of staff whose session lacks the second factor gives it, or sets one up when they have none yet.

    Whoever has a factor cannot reach the set-up without it: a stolen session adds none.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        page = request.resolver_match.url_name
        if page in ALWAYS_OPEN or not request.user.is_authenticated or not request.user.is_staff:
            return None
        if has_second_factor(request):
            return None
        confirms = is_mfa_enabled(request.user)
        if page in (CONFIRM_PAGES if confirms else SETUP_PAGES):
            return None
        if confirms:
            return redirect_to_login(request.get_full_path(), reverse("mfa_reauthenticate"))
        return redirect("mfa_activate_totp")
