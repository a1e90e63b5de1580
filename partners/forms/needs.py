"""What a partner types of a need, and an agent of a resource. Few fields; every refusal is a sentence at its field."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from alliance.lib.french import long_date
from partners.actions.needs import farthest
from partners.forms.communes import WhichCommune, commune_typed
from partners.forms.fields import ProseField, WholeNumberField, day_field, text_field
from partners.models import Axis, Need, Resource
from partners.models.need import Kind
from partners.models.resource import WIDEST_KM

COMMUNE = {"autocomplete": "off", "data-communes": "/communes/"}


def kind_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="De quoi s’agit-il ?",
        choices=[(key, label.capitalize()) for key, label in Kind.choices],
        error_messages={"required": "Choisissez une nature.", "invalid_choice": "Choisissez l’une de ces natures."},
        widget=forms.RadioSelect(attrs={"class": "choices--line"}),
    )


def prose_field(help_text: str) -> forms.CharField:
    return text_field(
        1000,
        kind=ProseField,
        label="En quelques phrases",
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def current_axes() -> dict[str, Axis]:
    """Those that have a name, by number."""
    named = Axis.objects.current().exclude(status=Axis.Status.TO_FILL_IN)
    return {str(axis.number): axis for axis in named}


class PlacedForm(forms.Form):
    """A commune typed as people type it; the page asks when several answer."""

    def _find_commune(self, typed: dict) -> None:
        text = " ".join(typed.get("commune", "").split())
        if not text:
            typed["commune"] = None
            return
        try:
            typed["commune"] = commune_typed(text, typed.get("commune_choice", ""))
        except ValidationError as error:
            self.add_error("commune", error)
            if isinstance(error, WhichCommune):
                choice = self.fields["commune_choice"]
                choice.widget.choices = error.choices
                choice.required = True


class NeedForm(PlacedForm):
    kind = kind_field()
    title = text_field(
        120,
        label="Ce qu’il vous faut",
        help_text="Par exemple : une salle de 40 places un jeudi sur deux.",
        required="Dites ce qu’il vous faut.",
    )
    axis = forms.ChoiceField(
        label="Pour quel axe ?",
        error_messages={"required": "Choisissez un axe.", "invalid_choice": "Choisissez l’un de ces axes."},
    )
    commune = text_field(
        80,
        label="Commune",
        help_text="Son nom ou son code postal.",
        required="Dites où : une commune ou un code postal.",
        widget=forms.TextInput(attrs=COMMUNE),
    )
    commune_choice = text_field(5, label="Laquelle ?", widget=forms.RadioSelect)
    until = day_field("Jusqu’à quand le cherchez-vous ?")
    description = prose_field("Combien, pour qui, à quel rythme. Ni nom de personne, ni téléphone.")

    def __init__(self, data=None, *, need: Need | None = None, commune: str = ""):
        initial = {"commune": commune}
        if need:
            initial = {
                "kind": need.kind, "title": need.title, "axis": str(need.axis.number), "commune": str(need.commune),
                "until": need.until, "description": need.description,
            }  # fmt: skip
        super().__init__(data, initial=initial)
        self.axes_by_number = current_axes()
        offered = [(number, axis.label) for number, axis in self.axes_by_number.items()]
        self.fields["axis"].choices = [("", "Choisir"), *offered]
        self.fields["until"].required = True
        self.fields["until"].error_messages["required"] = "Dites jusqu’à quand."

    def clean_until(self):
        until, today = self.cleaned_data["until"], timezone.localdate()
        if until < today:
            raise ValidationError("Ce jour est passé.")
        if until > farthest(today):
            raise ValidationError(f"Un an au plus : jusqu’au {long_date(farthest(today))}.")
        return until

    def clean(self):
        typed = super().clean()
        self._find_commune(typed)
        return typed

    def written_on(self, need: Need) -> Need:
        """``need`` with what was typed, not yet saved."""
        for name in ("kind", "title", "commune", "until", "description"):
            setattr(need, name, self.cleaned_data[name])
        need.axis = self.axes_by_number[self.cleaned_data["axis"]]
        return need


class ResourceForm(PlacedForm):
    kind = kind_field()
    title = text_field(120, label="Ce que La Poste propose", required="Dites ce que La Poste propose.")
    quantity = text_field(
        120,
        label="Combien",
        help_text="En mots : « deux salles, le soir », « 12 ordinateurs ».",
        required="Dites combien, en quelques mots.",
    )
    axes = forms.MultipleChoiceField(
        label="Pour quels axes ?",
        error_messages={"required": "Cochez au moins un axe.", "invalid_choice": "Cochez parmi ces axes."},
        widget=forms.CheckboxSelectMultiple,
    )
    commune = text_field(
        80,
        label="Commune",
        help_text="Rien pour « partout en France » (équipe nationale).",
        widget=forms.TextInput(attrs=COMMUNE),
    )
    commune_choice = text_field(5, label="Laquelle ?", widget=forms.RadioSelect)
    radius_km = WholeNumberField(
        label="À combien de kilomètres autour ?",
        required=False,
        min_value=1,
        max_value=WIDEST_KM,
        error_messages={
            "invalid": "Donnez un nombre entier de kilomètres.",
            "min_value": "Au moins 1 km.",
            "max_value": f"{WIDEST_KM} km au plus.",
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    starts_on = day_field("Disponible à partir du")
    ends_on = day_field("Jusqu’au", help_text="Rien si elle n’a pas de fin prévue.")
    description = prose_field("Ce qu’il faut savoir avant de la proposer.")

    def __init__(self, data=None, *, resource: Resource | None = None):
        initial = {"starts_on": timezone.localdate()}
        if resource:
            names = ("kind", "title", "quantity", "radius_km", "starts_on", "ends_on", "description")
            initial = {name: getattr(resource, name) for name in names}
            initial["commune"] = str(resource.commune or "")
            initial["axes"] = [str(axis.number) for axis in resource.axes.all()]
        super().__init__(data, initial=initial)
        self.axes_by_number = current_axes()
        self.fields["axes"].choices = [(number, axis.label) for number, axis in self.axes_by_number.items()]
        self.fields["starts_on"].required = True
        self.fields["starts_on"].error_messages["required"] = "Dites à partir de quand."

    def clean(self):
        typed = super().clean()
        self._find_commune(typed)
        if not self.errors and typed["commune"] and not typed["radius_km"]:
            self.add_error("radius_km", "Dites à combien de kilomètres autour.")
        if not typed.get("commune"):
            typed["radius_km"] = None
        starts, ends = typed.get("starts_on"), typed.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "La date de fin précède la date de début.")
        return typed

    def written_on(self, resource: Resource) -> Resource:
        names = ("kind", "title", "quantity", "commune", "radius_km", "starts_on", "ends_on", "description")
        for name in names:
            setattr(resource, name, self.cleaned_data[name])
        return resource

    @property
    def chosen_axes(self) -> list[Axis]:
        return [self.axes_by_number[number] for number in self.cleaned_data["axes"]]


class DeclineForm(forms.Form):
    motive = text_field(500, label="Motif", required="Donnez le motif en quelques mots.")
