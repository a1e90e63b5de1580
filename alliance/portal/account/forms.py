"""Forms of sign-in and of the second factor, in plain French."""

from allauth.account.forms import LoginForm
from allauth.account.forms import ReauthenticateForm as PasswordAgainForm
from allauth.core.internal.cryptokit import compare_user_code, normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache

from alliance.portal.account.adapters import WRONG_CODE

USED_SECONDS = 120  # longer than the 90 s during which the clock accepts one code
KEY_REFUSED = "Votre appareil n’a pas confirmé cette clé. Recommencez."
WEBAUTHN_ERRORS = (TypeError, ValueError, KeyError, AttributeError, IndexError)


class EmailField(forms.EmailField):
    def __init__(self):
        super().__init__(
            label="Adresse électronique",
            max_length=254,
            widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
            error_messages={
                "required": "Donnez votre adresse électronique.",
                "invalid": "Cette adresse est incomplète. Exemple : prenom.nom@organisation.fr",
                "max_length": "Cette adresse est trop longue : 254 caractères au plus.",
            },
        )

    def clean(self, value):
        return super().clean(value).lower()


class CodeField(forms.CharField):
    def __init__(self, label: str, help_text: str = ""):
        super().__init__(
            label=label,
            help_text=help_text,
            max_length=40,
            widget=forms.TextInput(
                attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code", "spellcheck": "false"}
            ),
            error_messages={"required": "Tapez le code.", "max_length": WRONG_CODE},
        )


class SignInForm(forms.Form):
    email = EmailField()


class SignInCodeForm(forms.Form):
    code = CodeField("Code à 6 chiffres")

    def __init__(self, *args, expected: str, **kwargs):
        self.expected = expected
        super().__init__(*args, **kwargs)

    def clean_code(self):
        code = self.cleaned_data["code"]
        if not compare_user_code(actual=code, expected=self.expected):
            raise forms.ValidationError(WRONG_CODE, code="incorrect_code")
        return code


def password_field(label: str, autocomplete: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={
            "required": "Donnez votre mot de passe.",
            "max_length": "Ce mot de passe est trop long : 256 caractères au plus.",
        },
    )


class PasswordSignInForm(LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {
            "login": EmailField(),
            "password": password_field("Mot de passe", "current-password"),
        }

    def _setup_password_field(self) -> None:
        """allauth would remove it: a sign-up here asks for none."""


class PasswordAgain(PasswordAgainForm):
    password = password_field("Mot de passe", "current-password")


class NewPasswordForm(forms.Form):
    password1 = password_field("Nouveau mot de passe", "new-password")
    password2 = password_field("Le même, une seconde fois", "new-password")

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = "12 caractères au moins. Une phrase se retient mieux qu’un mot compliqué."

    def clean_password1(self):
        validate_password(self.cleaned_data["password1"], self.user)
        return self.cleaned_data["password1"]

    def clean(self):
        first, second = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if first and second and first != second:
            self.add_error("password2", "Les deux mots de passe diffèrent.")


class OnceOnly:
    """A code of the application serves once: allauth forgets it after 30 seconds, the clock accepts it for 90."""

    def clean_code(self):
        code = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP:
            used = f"totp:{self.user.pk}:{normalize_user_code(code)}"
            if not cache.add(used, True, USED_SECONDS):
                raise get_adapter().validation_error("incorrect_code")
        return code


class SecondFactorForm(OnceOnly, AuthenticateForm):
    code = CodeField("Code de votre application, ou code de secours")


class SecondFactorAgainForm(OnceOnly, ReauthenticateForm):
    code = CodeField("Code de votre application, ou code de secours")


class ActivateApplicationForm(ActivateTOTPForm):
    code = CodeField("Code affiché par l’application", "6 chiffres, qui changent toutes les 30 secondes.")


class CredentialField(forms.JSONField):
    """What the device answers: the shape is checked here, the proof by allauth."""

    def __init__(self):
        super().__init__(
            label="Clé d’accès",
            widget=forms.HiddenInput,
            max_length=20_000,
            error_messages={"required": KEY_REFUSED, "invalid": KEY_REFUSED, "max_length": KEY_REFUSED},
        )

    def to_python(self, value):
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise forms.ValidationError(KEY_REFUSED, code="invalid") from error

    def bound_data(self, data, initial):
        """An answer serves once: a refused form does not show it again."""
        return ""

    def prepare_value(self, value):
        return ""

    def clean(self, value):
        credential = super().clean(value)
        if not isinstance(credential, dict) or not isinstance(credential.get("response"), dict):
            raise forms.ValidationError(KEY_REFUSED, code="incorrect_code")
        return credential


class Guarded:
    """What a crafted answer breaks in the parsers is a refused key, not a failure of ours."""

    def _clean_form(self):
        try:
            super()._clean_form()
        except WEBAUTHN_ERRORS:
            self.add_error(None, forms.ValidationError(KEY_REFUSED, code="incorrect_code"))

    def _clean_fields(self):
        try:
            super()._clean_fields()
        except WEBAUTHN_ERRORS:
            self.add_error(None, forms.ValidationError(KEY_REFUSED, code="incorrect_code"))


class AddKeyForm(Guarded, AddWebAuthnForm):
    name = forms.CharField(
        label="Nom de la clé",
        max_length=60,
        help_text="Pour la reconnaître plus tard : « téléphone », « clé USB »…",
        error_messages={"max_length": "Ce nom est trop long : 60 caractères au plus."},
    )
    credential = CredentialField()
    passwordless = forms.BooleanField(
        label="Me connecter avec cette clé seule, sans code par courriel",
        required=False,
        initial=True,
        help_text="Votre appareil demandera votre empreinte, votre visage ou son code.",
    )


class RenameKeyForm(EditWebAuthnForm):
    name = forms.CharField(
        label="Nom de la clé",
        max_length=60,
        error_messages={
            "required": "Donnez un nom à cette clé.",
            "max_length": "Ce nom est trop long : 60 caractères au plus.",
        },
    )


class KeyForm(Guarded, AuthenticateWebAuthnForm):
    credential = CredentialField()


class KeyAgainForm(Guarded, ReauthenticateWebAuthnForm):
    credential = CredentialField()


class KeySignInForm(Guarded, LoginWebAuthnForm):
    credential = CredentialField()
