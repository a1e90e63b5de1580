"""What an agent corrects before accepting, and why something goes back."""

from django import forms
from django.core.exceptions import ValidationError

from alliance.lib.back_office import MOTIVE_MAX
from partners.forms.communes import WhichCommune, commune_typed
from partners.forms.fields import ProseField, day_field, text_field
from partners.models import Axis, Commune, ProjectPhoto

LENGTHS = {"title": (160, 1), "summary": (280, 3), "website": (200, 1)}
KEPT = {"lead": "Prendre ce porteur", "figures": "Prendre ces chiffres"}


class CorrectionForm(forms.Form):
    """One field for each that is proposed, filled with the proposal; ``final`` is what is to be written."""

    motive = text_field(
        MOTIVE_MAX, label="Ce que vous avez corrigé", help_text="Sera lu par la personne qui a écrit.", strip=True
    )

    def __init__(self, data=None, *, proposed: dict, labels: dict[str, str], first: bool = False):
        """``first``: the project was never published; nothing stands that a field left out could go back to."""
        super().__init__(data, prefix="c")
        self.proposed, self.first = proposed, first
        for name, label in labels.items():
            if name in proposed and not (first and name == "lead"):
                self.fields[name] = self._field(name, label, proposed[name])
        self.order_fields([name for name in self.fields if name != "motive"])

    def _field(self, name: str, label: str, value) -> forms.Field:
        if name in LENGTHS:
            most, rows = LENGTHS[name]
            widget = forms.Textarea(attrs={"rows": rows}) if rows > 1 else None
            required = "Donnez un titre." if name == "title" else ""
            return text_field(most, label=label, initial=value, required=required, widget=widget)
        if name == "description":
            widget = forms.Textarea(attrs={"rows": 8})
            return text_field(20_000, kind=ProseField, label=label, initial=value, widget=widget)
        if name in ("starts_on", "ends_on"):
            return day_field(label, initial=value)
        if name == "commune":
            standing = Commune.objects.filter(pk=value).first() if value else None
            return text_field(80, label=label, initial=str(standing or ""), help_text="Son nom ou son code postal.")
        if name == "axes":
            return self._axes(label, value)
        if name == "photos":
            photos = ProjectPhoto.objects.filter(public_id__in=value)
            choices = [(str(photo.public_id), photo.alt) for photo in photos]
            return _several("Photos à publier", choices, [key for key, _ in choices])
        return forms.BooleanField(label=KEPT[name], required=False, initial=True)

    def _axes(self, label: str, value: list[int]) -> forms.Field:
        choices = [(str(axis.pk), axis.label) for axis in Axis.objects.all() if not axis.valid_to or axis.pk in value]
        return _several(label, choices, [str(pk) for pk in value])

    def clean_commune(self):
        text = self.cleaned_data["commune"]
        if text == self["commune"].initial:
            return self.proposed["commune"]
        try:
            return commune_typed(text).pk if text else None
        except WhichCommune as error:
            names = ", ".join(label for _, label in error.choices)
            raise ValidationError(f"Précisez la commune : {names}.") from error

    @property
    def final(self) -> dict:
        """Ready for ``accept_change``: fields that the agent did not take are left out."""
        found = {}
        for name in self.proposed:
            value = self.cleaned_data.get(name)
            if name in self.fields and name in KEPT and not value:
                if self.first:
                    found[name] = []
                continue
            if name in KEPT or name not in self.fields:
                found[name] = self.proposed[name]
            elif name == "axes":
                found[name] = sorted(int(pk) for pk in value)
            else:
                found[name] = value.isoformat() if hasattr(value, "isoformat") else value
        if "point" in found and found.get("commune") != self.proposed.get("commune"):
            found["point"] = None
        return found


def _several(label: str, choices: list, initial: list) -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, choices=choices, initial=initial, required=False, widget=widget)


class ReturnForm(forms.Form):
    motive = text_field(
        MOTIVE_MAX,
        label="Motif du retour",
        help_text="Ce qui manque ou ne va pas. Sera lu par la personne qui a écrit.",
        required="Donnez le motif en quelques mots : il sera lu par la personne concernée.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
