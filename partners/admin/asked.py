"""What an act upon many rows asks for, besides its motive."""

from django import forms
from django.contrib import admin

from partners.models import Axis, Organisation, Project, User


class AxisForm(forms.Form):
    axis = forms.ModelChoiceField(
        queryset=Axis.objects.none(),
        label="Axe",
        empty_label="Choisissez un axe",
        error_messages={"required": "Choisissez un axe.", "invalid_choice": "Choisissez un axe de la liste."},
    )

    def __init__(self, user: User, data=None) -> None:
        super().__init__(data)
        self.fields["axis"].queryset = Axis.objects.current()


class ParentForm(forms.Form):
    parent = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label="Réseau",
        empty_label="Choisissez un réseau",
        error_messages={"required": "Choisissez un réseau.", "invalid_choice": "Choisissez un réseau de la liste."},
    )

    def __init__(self, user: User, data=None) -> None:
        super().__init__(data)
        networks = Organisation.objects.visible_to(user).filter(kind__in=["network", "regional"], absorbed_into=None)
        self.fields["parent"].queryset = networks


class StateForm(forms.Form):
    state = forms.ChoiceField(
        choices=Project.State.choices,
        label="État",
        error_messages={"required": "Choisissez un état.", "invalid_choice": "Choisissez un état de la liste."},
    )

    def __init__(self, user: User, data=None) -> None:
        super().__init__(data)


class ReferentForm(forms.Form):
    referent = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label="Référent La Poste",
        empty_label="Choisissez un agent",
        error_messages={"required": "Choisissez un agent.", "invalid_choice": "Choisissez un agent de la liste."},
    )

    def __init__(self, user: User, data=None) -> None:
        super().__init__(data)
        agents = User.objects.filter(is_staff=True, is_active=True)
        self.fields["referent"].queryset = agents.order_by("full_name", "email")


@admin.action(description="Écrire à cette sélection", permissions=["write"])
def write_to(model_admin, request, queryset):
    """The composer of bulk mails, upon the ticked rows; nothing leaves before the exact list was read."""
    return model_admin.admin_site.begin_letter(model_admin, request, queryset)


@admin.action(description="Exporter en tableur", permissions=["write"])
def export_sheet(model_admin, request, queryset):
    """The spreadsheet to edit and bring back, of the ticked rows or of all those of the view."""
    return model_admin.admin_site.begin_sheet(model_admin, request, queryset)
