"""The public profile of an organisation, and the photos of a project, as their people type them."""

from django import forms

from partners.forms.fields import ProseField, text_field
from partners.models import Axis, Organisation, ProposedChange
from partners.models.project_parts import PHOTO_WIDTHS

WRITTEN = ("summary", "description", "website")


class ProfileForm(forms.Form):
    summary = text_field(
        280,
        label="En une phrase",
        help_text="Ce que fait l’organisation, pour qui. 280 caractères au plus.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    description = text_field(
        20_000,
        kind=ProseField,
        label="Présentation",
        help_text="Public : ni nom de personne, ni téléphone, ni adresse électronique.",
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    website = forms.URLField(
        label="Site",
        required=False,
        max_length=200,
        assume_scheme="https",
        error_messages={"invalid": "Donnez une adresse complète, par exemple https://exemple.fr."},
        widget=forms.URLInput(attrs={"autocomplete": "url"}),
    )
    axes = forms.MultipleChoiceField(
        label="Axes d’action",
        required=False,
        error_messages={"invalid_choice": "Cet axe n’est pas proposé : cochez parmi ceux-ci."},
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--columns"}),
    )
    read_at = forms.DateTimeField(widget=forms.HiddenInput, error_messages={"required": "Rouvrez la page."})

    def __init__(self, data=None, *, organisation: Organisation, change: ProposedChange | None = None):
        had = list(organisation.axes.all())
        initial = {name: getattr(organisation, name) for name in WRITTEN} | {"axes": [str(axis.pk) for axis in had]}
        read_at = organisation.updated_at
        if change:
            proposed = {name: each["after"] for name, each in change.values.items()}
            initial |= proposed | ({"axes": [str(pk) for pk in proposed["axes"]]} if "axes" in proposed else {})
            read_at = max(read_at, change.changed_at)
        super().__init__(data, initial=initial | {"read_at": read_at.isoformat()})
        kept = {axis.pk for axis in had}
        self.axes = [a for a in Axis.objects.all() if a.pk in kept or (not a.valid_to and a.status != "to_fill_in")]
        self.fields["axes"].choices = [(str(axis.pk), axis.label) for axis in self.axes]

    def written_on(self, organisation: Organisation) -> Organisation:
        for name in WRITTEN:
            setattr(organisation, name, self.cleaned_data[name])
        return organisation

    def renew(self, organisation: Organisation, change: ProposedChange | None) -> None:
        """What was typed may be sent again, knowingly, over what now stands."""
        self.data = self.data.copy()
        self.data["read_at"] = ProfileForm(organisation=organisation, change=change)["read_at"].value()

    @property
    def chosen_axes(self) -> list[Axis]:
        return [axis for axis in self.axes if str(axis.pk) in self.cleaned_data["axes"]]


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label="Photo",
        help_text=f"JPEG, PNG ou WebP, 10 Mo au plus. Elle est réduite à {PHOTO_WIDTHS[0]} points de large, et le lieu "
        "et l’heure notés par l’appareil en sont effacés.",
        error_messages={"required": "Choisissez une photo.", "empty": "Le fichier est vide."},
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    alt = text_field(
        200,
        label="Ce que l’on y voit",
        help_text="Une phrase, pour qui ne voit pas l’image. Pas de nom de personne.",
        required="Dites ce que l’on voit : la phrase sera lue à qui ne voit pas l’image.",
    )
    credit = text_field(
        120,
        label="Crédit",
        help_text="Qui a pris la photo et autorise à la montrer.",
        required="Dites à qui est la photo.",
    )
