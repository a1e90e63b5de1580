"""What agents type to let people in."""

from django import forms
from django.contrib import admin

from alliance.lib.back_office_fields import TypedAutocomplete
from partners.models import Membership, Organisation, Region


class InvitationForm(forms.Form):
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="Organisation",
        error_messages={"invalid_choice": "Choisissez une organisation de votre périmètre."},
    )
    email = forms.EmailField(label="Adresse électronique", max_length=254)
    full_name = forms.CharField(label="Prénom et nom", max_length=120)
    role = forms.ChoiceField(label="Rôle", choices=Membership.Role)
    job_title = forms.CharField(
        label="Qualité", max_length=120, required=False, help_text="Par exemple « présidente »."
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        field.queryset = Organisation.objects.writable_by(user)
        field.widget = TypedAutocomplete(Membership._meta.get_field("organisation"), admin.site)
        field.widget.choices = field.choices


class AgentForm(forms.Form):
    email = forms.EmailField(label="Adresse électronique", max_length=254)
    full_name = forms.CharField(label="Prénom et nom", max_length=120)
    job_title = forms.CharField(label="Fonction", max_length=120, required=False)
    national = forms.BooleanField(label="Équipe nationale", required=False)
    regions = forms.ModelMultipleChoiceField(
        Region.objects.order_by("name"),
        label="Régions",
        required=False,
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        help_text="Pour une déléguée ou un délégué régional : une région au moins.",
    )
