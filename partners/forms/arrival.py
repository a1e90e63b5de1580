"""What somebody types to join an organisation, and what is decided of it."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from stdnum.fr import siren, siret

from partners.forms.communes import WhichCommune, commune_typed
from partners.forms.fields import ProseField, text_field
from partners.models import Membership, Organisation, User

SEPARATORS = re.compile(r"[\s.\-\u00a0\u202f]")
NOT_A_NUMBER = "Un SIRET compte 14 chiffres, un SIREN en compte 9 : vous en avez écrit {count}."
WRONG_KEY = (
    "Ce numéro n’existe pas : un chiffre a dû être mal recopié. Vérifiez-le sur un avis de situation de l’INSEE."
)


def company_number(typed: str) -> str:
    """The digits of a SIRET or SIREN, however it is cut. Raises ValidationError when there is no such number."""
    number = SEPARATORS.sub("", typed)
    if not re.fullmatch(r"[0-9]+", number) or len(number) not in (9, 14):
        raise ValidationError(NOT_A_NUMBER.format(count=sum(sign in "0123456789" for sign in number)))
    if not (siret if len(number) == 14 else siren).is_valid(number):
        raise ValidationError(WRONG_KEY)
    return number


class NumberForm(forms.Form):
    numero = text_field(
        40,
        label="SIRET ou SIREN de votre organisation",
        help_text="14 ou 9 chiffres, avec ou sans espaces.",
        required="Donnez le SIRET ou le SIREN de votre organisation.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_numero(self):
        return company_number(self.cleaned_data["numero"])


class JoinForm(forms.Form):
    email = forms.EmailField(
        label="Votre adresse électronique",
        help_text="De préférence celle de votre organisation. Un courriel de confirmation y part aussitôt.",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        validators=[validate_email],
        error_messages={
            "required": "Donnez votre adresse.",
            "invalid": "Cette adresse est incomplète. Exemple : prenom.nom@organisation.fr",
            "max_length": "Cette adresse est trop longue : 254 caractères au plus.",
        },
    )
    full_name = text_field(
        120,
        label="Prénom et nom",
        required="Donnez votre nom.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    job_title = text_field(
        120,
        label="Qualité",
        help_text="Par exemple « présidente », « chargé de projet ».",
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    message = text_field(
        1000,
        kind=ProseField,
        label="Un mot pour qui décidera",
        help_text="Ce qui permet de vous reconnaître.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, user: User | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if user is not None:
            del self.fields["email"]
            self.fields["full_name"].initial = user.full_name


class ProposeForm(JoinForm):
    """An organisation that the register does not know, and oneself."""

    numero = text_field(40, label="SIRET ou SIREN", required="Donnez le SIRET ou le SIREN de votre organisation.")
    name = text_field(160, label="Nom de l’organisation", required="Donnez le nom de l’organisation.")
    commune = text_field(
        120,
        label="Commune",
        help_text="Nom ou code postal.",
        required="Donnez la commune de l’organisation.",
    )
    field_order = ("numero", "name", "commune", "full_name", "email", "job_title", "message")

    def clean_numero(self):
        return company_number(self.cleaned_data["numero"])

    def clean_commune(self):
        try:
            return commune_typed(self.cleaned_data["commune"])
        except WhichCommune as doubt:
            named = ", ".join(label for _, label in doubt.choices[:4])
            raise ValidationError(f"Précisez avec le code postal. Communes proches : {named}.") from doubt


class DecideForm(forms.Form):
    """``kind`` is asked for an organisation that acceptance would create."""

    conditional = ("role", "kind", "motive")
    role = forms.ChoiceField(
        label="Rôle à donner, pour accepter",
        choices=[
            (Membership.Role.CONTRIBUTOR, "Contribuer : tenir les projets à jour, inscrire des collègues"),
            (Membership.Role.SIGNATORY, "Représenter : recevoir la charte à signer (le mandat est vérifié à part)"),
            (Membership.Role.ADMINISTRATOR, "Administrer : tout cela, et inviter"),
            (Membership.Role.READER, "Lire seulement"),
        ],
        required=False,
        widget=forms.RadioSelect(attrs={"class": "choices--cards"}),
        error_messages={"invalid_choice": "Choisissez un rôle de la liste."},
    )
    kind = forms.ChoiceField(
        label="Nature de l’organisation",
        choices=Organisation.Kind,
        required=False,
        error_messages={"invalid_choice": "Choisissez une nature de la liste."},
    )
    motive = text_field(
        500,
        kind=ProseField,
        label="Motif d’un refus",
        help_text="Envoyé tel quel à la personne.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, creates: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if not creates:
            del self.fields["kind"]

    def check_for(self, act: str) -> bool:
        """Whether the fields that this act needs are there; else the errors are."""
        if not self.is_valid():
            return False
        if act == "refuser" and not self.cleaned_data["motive"]:
            self.add_error("motive", "Dites pourquoi : la personne le lira.")
        if act == "accepter" and not self.cleaned_data["role"]:
            self.add_error("role", "Choisissez un rôle.")
        if act == "accepter" and "kind" in self.fields and not self.cleaned_data["kind"]:
            self.add_error("kind", "Choisissez la nature de l’organisation.")
        return not self.errors


class DepartureForm(forms.Form):
    successor = forms.ModelChoiceField(
        User.objects.none(),
        label="Qui prend la suite ?",
        required=False,
        empty_label="Personne",
        error_messages={"invalid_choice": "Choisissez une personne de l’organisation."},
    )

    def __init__(self, *args, colleagues, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = colleagues
