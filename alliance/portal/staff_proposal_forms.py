"""What agents type of proposals and of the roadmap."""

from django import forms
from django.core.exceptions import ValidationError

from events.models import Convention, Proposal, Registration, RoadmapItem
from events.models.proposal import LONGEST
from partners.forms.fields import ProseField, text_field
from partners.forms.needs import COMMUNE, PlacedForm, current_axes
from partners.models import Organisation, Project

DECISIONS = [(state.value, state.label.capitalize()) for state in Proposal.DECIDED]


class DecisionForm(forms.Form):
    state = forms.ChoiceField(
        label="Décision",
        choices=DECISIONS,
        error_messages={"required": "Choisissez une décision.", "invalid_choice": "Choisissez une décision."},
        widget=forms.RadioSelect,
    )
    motive = text_field(
        500,
        kind=ProseField,
        label="Motif",
        help_text="Il est public, et chaque auteur le reçoit.",
        required="Donnez le motif : il sera public.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    wording = text_field(
        LONGEST,
        kind=ProseField,
        label="Texte public",
        help_text="À reprendre s’il nomme une personne ou se lit mal. Le texte tapé à la table reste gardé.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data=None, *, proposal: Proposal):
        decided = proposal.state if proposal.state in Proposal.DECIDED else ""
        super().__init__(data, initial={"state": decided, "motive": proposal.motive, "wording": proposal.words})


class AxedForm(forms.Form):
    """``axis``: one that has a name, or none."""

    def __init__(self, data=None, **options):
        super().__init__(data, **options)
        self.axes_by_number = current_axes()
        offered = [(number, axis.label) for number, axis in self.axes_by_number.items()]
        self.fields["axis"].choices = [("", "Aucun"), *offered]

    @property
    def values(self) -> dict:
        typed = self.cleaned_data
        return {"title": typed["title"], "actions": typed["actions"], "axis": self.axes_by_number.get(typed["axis"])}


class ItemForm(AxedForm):
    title = text_field(160, label="Titre", help_text="Ce que l’on va faire.", required="Donnez un titre à l’action.")
    axis = forms.ChoiceField(label="Axe", required=False, error_messages={"invalid_choice": "Choisissez un axe."})
    actions = text_field(
        4000,
        kind=ProseField,
        label="Ce qui est fait",
        help_text="Public : qui fait quoi, pour quand. Sans nom de personne.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, data=None, *, item: RoadmapItem | None = None, proposal: Proposal | None = None):
        initial = {}
        if item:
            axis = str(item.axis.number) if item.axis else ""
            initial = {"title": item.title, "axis": axis, "actions": item.actions}
        elif proposal:
            axis = proposal.workshop.axis
            initial = {"title": proposal.words[:160], "axis": str(axis.number) if axis else ""}
        super().__init__(data, initial=initial)


class FacilitatorForm(forms.Form):
    who = text_field(
        254,
        label="Qui anime ?",
        help_text="Le code de son billet, ou son adresse. Le lien d’animation lui est envoyé.",
        required="Donnez le code du billet de la personne, ou son adresse.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, data=None, *, convention: Convention):
        super().__init__(data)
        self.convention = convention

    def clean_who(self) -> Registration:
        typed = self.cleaned_data["who"]
        if "@" in typed:
            rows = Registration.objects.of_address(typed).filter(convention=self.convention)
        else:
            rows = Registration.objects.of_code(self.convention, typed)
        found = list(rows.filter(status=Registration.Status.CONFIRMED)[:2])
        if len(found) > 1:
            raise ValidationError("Plusieurs inscriptions portent cette adresse : donnez plutôt le code du billet.")
        if not found:
            raise ValidationError("Aucune inscription confirmée à cette Convention n’a ce code ni cette adresse.")
        return found[0]


class StepForm(forms.Form):
    state = forms.ChoiceField(
        label="Nouvel état",
        choices=[(state.value, state.label.capitalize()) for state in RoadmapItem.State],
        error_messages={"required": "Choisissez un état.", "invalid_choice": "Choisissez un état."},
        widget=forms.RadioSelect,
    )
    note = text_field(
        500,
        label="En quelques mots",
        help_text="Public, et envoyé aux auteurs. Nécessaire pour abandonner l’action.",
    )


class LinkForm(forms.Form):
    project = text_field(
        300,
        label="Projet publié",
        help_text="L’adresse de sa page, ou son titre exact.",
        required="Donnez l’adresse de la page du projet.",
    )

    def clean_project(self) -> Project:
        typed = self.cleaned_data["project"]
        return named(Project.objects.public(), "title", typed, "Aucun projet publié n’a cette adresse ni ce titre.")


class BirthForm(PlacedForm):
    title = text_field(160, label="Titre du projet", required="Donnez un titre au projet.")
    summary = text_field(280, label="En une phrase", widget=forms.Textarea(attrs={"rows": 2}))
    lead = text_field(300, label="Organisation porteuse", help_text="L’adresse de sa fiche, ou son nom exact.")
    commune = text_field(
        80, label="Commune", help_text="Son nom ou son code postal.", widget=forms.TextInput(attrs=COMMUNE)
    )
    commune_choice = text_field(5, label="Laquelle ?", widget=forms.RadioSelect)

    def clean_lead(self) -> Organisation | None:
        typed = self.cleaned_data["lead"]
        if not typed:
            return None
        return named(Organisation.objects.public(), "name", typed, "Aucune organisation n’a cette adresse ni ce nom.")

    def clean(self):
        typed = super().clean()
        self._find_commune(typed)
        return typed

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("title", "summary", "lead", "commune")}


def named(rows, column: str, typed: str, unknown: str):
    """The one of this address (or its last part), else the only one of this name."""
    slug = typed.rstrip("/").rsplit("/", 1)[-1]
    if found := rows.filter(slug=slug).first():
        return found
    alike = list(rows.filter(**{f"{column}__iexact": typed})[:2])
    if len(alike) != 1:
        raise ValidationError(unknown)
    return alike[0]
