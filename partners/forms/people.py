"""What an administrator types to let a colleague in."""

from django import forms

from partners.models import Membership

MOTIVE_MAX = 300


class InviteMemberForm(forms.Form):
    email = forms.EmailField(
        label="Adresse électronique",
        max_length=254,
        help_text="L’invitation y part aussitôt ; c’est avec cette adresse que la personne entrera.",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": "Donnez l’adresse de la personne.",
            "invalid": "Cette adresse est incomplète. Exemple : prenom.nom@organisation.fr",
            "max_length": "Cette adresse est trop longue : 254 caractères au plus.",
        },
    )
    full_name = forms.CharField(
        label="Prénom et nom",
        max_length=120,
        error_messages={
            "required": "Donnez le nom de la personne.",
            "max_length": "Ce nom est trop long : 120 caractères au plus.",
        },
    )
    job_title = forms.CharField(
        label="Qualité",
        max_length=120,
        required=False,
        help_text="Par exemple « présidente », « chargé de projet ».",
        error_messages={"max_length": "Cette qualité est trop longue : 120 caractères au plus."},
    )
    role = forms.ChoiceField(
        label="Rôle",
        choices=[
            (Membership.Role.CONTRIBUTOR, "Contribuer : tenir les projets à jour, inscrire des collègues"),
            (Membership.Role.SIGNATORY, "Représenter : recevoir la charte à signer (le mandat est vérifié à part)"),
            (Membership.Role.ADMINISTRATOR, "Administrer : tout cela, et inviter"),
            (Membership.Role.READER, "Lire seulement"),
        ],
        initial=Membership.Role.CONTRIBUTOR,
        widget=forms.RadioSelect(attrs={"class": "choices--cards"}),
        error_messages={"required": "Choisissez un rôle.", "invalid_choice": "Choisissez un rôle de la liste."},
    )


class EndMembershipForm(forms.Form):
    motive = forms.CharField(
        label="Pourquoi",
        max_length=MOTIVE_MAX,
        required=False,
        help_text="Gardé avec la date, lu par La Poste : « a changé de poste », par exemple.",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": f"Ce motif est trop long : {MOTIVE_MAX} caractères au plus."},
    )
