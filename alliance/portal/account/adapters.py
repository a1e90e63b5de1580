"""Where allauth asks us: letters, who may sign in, how secrets are kept."""

import base64
import hashlib
import time

import segno
from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context as current
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from alliance import outbox
from alliance.lib import mail
from alliance.lib.second_factor import factors_of

WRONG_CODE = "Ce code n’est pas le bon."
TOO_MANY = "Trop d’essais en peu de temps. Attendez un peu avant de recommencer."


def signed_in_recently(request) -> bool:
    """Whether the person of this session proved who they are less than a quarter of an hour ago, in any way."""
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "L’adresse ou le mot de passe n’est pas le bon.",
        "incorrect_code": WRONG_CODE,
        "incorrect_password": "Ce mot de passe n’est pas le bon.",
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request) -> bool:
        """Accounts come by invitation."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """At once, 3 seconds at most: what allauth sends from a page is worthless late. Raises OSError."""
        template = f"mail/account/{template_prefix.rsplit('/', 1)[-1]}.txt"
        mail.send(to=[email], template=template, context=context, mailer="prompt")

    def send_notification_mail(self, template_prefix, user, context=None, email=None) -> None:
        """« A factor was added »: owed, because it must arrive even when the post is down now."""
        outbox.owe("partners.send_security_notice", user.pk, template_prefix.rsplit("/", 1)[-1])

    def get_client_ip(self, request) -> str:
        """Behind a socket there is none: nobody is kept out for that."""
        try:
            return super().get_client_ip(request)
        except PermissionDenied:
            return "::"

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        return not signed_in_recently(current.request)

    def get_reauthentication_methods(self, user) -> list[dict]:
        """With a factor, the factor confirms: a password alone would be a way around it."""
        words = {
            "reauthenticate": "Avec mon mot de passe",
            "mfa_reauthenticate": "Avec mon application de codes ou un code de secours",
            "mfa_reauthenticate:webauthn": "Avec ma clé d’accès",
        }
        methods = super().get_reauthentication_methods(user)
        factors = [method for method in methods if method["id"] != "reauthenticate"]
        return [method | {"description": words[method["id"]]} for method in factors or methods]


class FactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": "Ajoutez d’abord un autre second facteur : les agents en ont toujours un.",
        "cannot_generate_recovery_codes": "Ajoutez d’abord un second facteur.",
    }

    def encrypt(self, text: str) -> str:
        """The database alone does not give the secrets of the applications away."""
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _keys().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        return segno.make(url, micro=False).svg_inline(border=2, omitsize=True, dark="#000", light="#fff")

    def can_delete_authenticator(self, authenticator) -> bool:
        """The last factor of an agent stays: without it an e-mailed code would be enough to come in and set another."""
        if not authenticator.user.is_staff:
            return True
        return factors_of(authenticator.user).exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user, type) -> str:
        number = factors_of(user).filter(type=type).count() + 1
        return "Ma clé" if number == 1 else f"Ma clé n° {number}"

    def _get_site_name(self) -> str:
        return "Alliance Dynamique"


def _keys() -> MultiFernet:
    """From SECRET_KEY; former keys still read, so that the key can be changed (SECRET_KEY_FALLBACKS)."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"second factor\0" + secret.encode()).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def account_of_attempt(request, credentials=None) -> str | None:
    """What django-axes counts failures by, beside the address of the caller."""
    typed = (credentials or {}).get("email") or (request.POST.get("login") if request else "")
    return (typed or "").strip().lower()[:254] or None


def home_of(user) -> str:
    """Where a person arrives: agents who act for no organisation have the back office."""
    return reverse("admin:index") if user.is_staff and not user.organisation_ids else reverse("portal:space")
