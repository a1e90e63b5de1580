"""What a person types in the signing page. Every refusal is a sentence at its field."""

import json

from django import forms
from django.utils import timezone

from alliance.lib import passkeys
from charter.actions.mandates import DOCUMENT_MAX_BYTES, check_document
from charter.actions.withdraw import MOTIVE_MAX
from charter.models import Mandate

DIGITS = 6


class VersionedForm(forms.Form):
    """The version that the person was reading; the action refuses another one than the one in force."""

    error_css_class = "field--wrong"
    version = forms.SlugField(widget=forms.HiddenInput, max_length=20, required=False)


class CodeField(forms.CharField):
    widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 12, "spellcheck": "false"}
    )

    def to_python(self, value):
        return "".join(super().to_python(value).split())

    def validate(self, value):
        super().validate(value)
        if not (value.isascii() and value.isdigit() and len(value) == DIGITS):
            raise forms.ValidationError("Le code compte 6 chiffres.", code="shape")


def consent_field(unticked: str) -> forms.CharField:
    """The exact words that were ticked; the action compares them to what it will keep."""
    return forms.CharField(
        label="Consentement",
        widget=forms.HiddenInput,
        max_length=600,
        strip=False,
        error_messages={"required": unticked},
    )


def motive_field() -> forms.CharField:
    return forms.CharField(
        label="Motif",
        help_text="La Poste le lira. Il n’est jamais public.",
        required=False,
        max_length=MOTIVE_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": f"Le motif compte plus de {MOTIVE_MAX} caractères : raccourcissez-le."},
    )


class SignForm(VersionedForm):
    code = CodeField(label="Code reçu", error_messages={"required": "Tapez le code reçu par courriel."})
    consent = consent_field("Cochez la case pour dire que vous avez lu la charte et que vous la signez.")


class CredentialField(forms.CharField):
    """What an access key answered, as JSON; the action believes none of it. It serves once and is never shown again."""

    widget = forms.HiddenInput

    def clean(self, value):
        try:
            return json.loads(super().clean(value))
        except (RecursionError, ValueError) as error:
            raise passkeys.refused("unreadable_key") from error

    def bound_data(self, data, initial):
        return ""


class KeyForm(VersionedForm):
    """To sign with an access key instead of a code. Its fields stand beside those of ``SignForm``: other ids."""

    credential = CredentialField(
        label="Clé d’accès",
        max_length=20_000,
        error_messages=dict.fromkeys(("required", "max_length"), passkeys.SENTENCES["unreadable_key"]),
    )
    consent = consent_field("Cochez la case pour dire que vous avez lu la charte et que vous la signez.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="id_key_%s", **kwargs)


class WithdrawForm(VersionedForm):
    """As ``SignForm``, with a motive that nobody has to give."""

    code = CodeField(label="Code reçu", error_messages={"required": "Tapez le code reçu par courriel."})
    motive = motive_field()
    consent = consent_field("Cochez la case pour dire que vous retirez la signature.")


class WithdrawKeyForm(KeyForm):
    """As ``WithdrawForm``, with an access key."""

    motive = motive_field()
    consent = consent_field("Cochez la case pour dire que vous retirez la signature.")


class MandateForm(VersionedForm):
    kind = forms.ChoiceField(
        label="Votre pouvoir vient",
        choices=[
            ("legal", "des statuts : je représente légalement l’organisation"),
            ("delegate", "d’une délégation écrite"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites d’où vient votre pouvoir."},
    )
    job_title = forms.CharField(
        label="Votre qualité",
        max_length=120,
        help_text="Par exemple : présidente, directeur général.",
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
        error_messages={"required": "Donnez votre qualité dans l’organisation."},
    )
    starts_on = forms.DateField(
        label="À partir du",
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Donnez une date de début.", "invalid": "Donnez une date, comme 31/12/2026."},
    )
    ends_on = forms.DateField(
        label="Jusqu’au (inclus)",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Donnez une date, comme 31/12/2026."},
    )
    document = forms.FileField(
        label="Pièce justificative",
        help_text=f"PDF, PNG ou JPEG, {DOCUMENT_MAX_BYTES // 1_000_000} Mo au plus : statuts, procès-verbal ou "
        "délégation signée. Vous et les agents de La Poste chargés de la vérifier y ont seuls accès.",
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
        error_messages={
            "required": "Joignez la pièce qui établit votre pouvoir.",
            "empty": "Le fichier est vide.",
            "invalid": "Joignez un fichier.",
        },
    )

    def clean_kind(self):
        return Mandate.Kind(self.cleaned_data["kind"])

    def clean_document(self):
        document = self.cleaned_data["document"]
        try:
            check_document(document)
        except forms.ValidationError as error:
            raise forms.ValidationError(error.message_dict["document"]) from error
        return document


class DeliberationForm(VersionedForm):
    meets_on = forms.DateField(
        label="Date de la délibération",
        help_text="Vous recevrez un rappel ce matin-là.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Donnez la date de la délibération.",
            "invalid": "Donnez une date, comme 31/12/2026.",
        },
    )


def line_field(most: int, *, required: str = "", **options) -> forms.CharField:
    """``required``: the sentence for whoever leaves it empty; without it the field is optional."""
    too_long = f"{most} caractères au plus."
    return forms.CharField(
        max_length=most,
        required=bool(required),
        error_messages={"required": required, "max_length": too_long},
        widget=forms.TextInput(),
        **options,
    )


class AdhereForm(forms.Form):
    """The same words as for a signature, ticked; no code, no mandate."""

    consent = consent_field("Cochez la case pour dire que vous adhérez.")


class LinkForm(AdhereForm):
    """By the link of an invitation: who answers says their name."""

    name = line_field(120, label="Votre nom", required="Donnez votre nom.")
    position = line_field(120, label="Votre qualité", help_text="Par exemple « présidente », « directeur ».")


class EndForm(forms.Form):
    motive = line_field(
        500,
        label="Pourquoi ?",
        required="Dites pourquoi en quelques mots.",
        help_text="Le motif reste au dossier. Il n’est jamais public.",
    )


class MemberListForm(forms.Form):
    """What is pasted, or a file."""

    conditional = ("pasted", "upload")
    pasted = forms.CharField(
        label="Coller une liste",
        required=False,
        max_length=400_000,
        help_text="Une organisation par ligne : son nom, son SIREN si vous l’avez, une adresse électronique, séparés "
        "par une tabulation, un point-virgule ou une virgule.",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        error_messages={"max_length": "Cette liste est trop longue : coupez-la en plusieurs."},
    )
    upload = forms.FileField(
        label="Ou déposer un tableur",
        required=False,
        help_text="Fichier .csv, .xlsx ou .ods, avec les mêmes colonnes.",
        error_messages={"empty": "Ce fichier est vide."},
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.ods"}),
    )

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not cleaned.get("pasted") and not cleaned.get("upload"):
            self.add_error("pasted", "Collez une liste, ou déposez un fichier.")
        return cleaned
