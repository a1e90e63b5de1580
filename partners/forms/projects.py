"""What a partner types about a project: four answers to begin with, the rest when there is time."""

import uuid

from django import forms
from django.core.exceptions import ValidationError

from alliance.lib.errors import Conflict
from partners.forms.communes import WhichCommune, commune_typed
from partners.forms.fields import ProseField, count_field, day_field, text_field
from partners.forms.project_answers import FIGURE, MORE, STATES, begun, first_guess, initial_of
from partners.models import Axis, Organisation, Project, ProjectDraft, ProposedChange

FIGURES_MAX = 6
OLD_PAGE = "Cette page a été ouverte il y a trop longtemps : relisez vos réponses, puis envoyez-la à nouveau."


class ProjectForm(forms.Form):
    title = text_field(
        160,
        label="Titre",
        help_text="Celui qu’on lira dans une liste : court, sans sigle.",
        required="Donnez un titre au projet.",
    )
    summary = text_field(
        280,
        label="En une phrase",
        help_text="Qui fait quoi, pour qui. 280 caractères au plus.",
        required="Dites le projet en une phrase.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    commune = text_field(
        80,
        label="Commune",
        required="Dites où le projet se passe : une commune ou un code postal.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-communes": "/communes/"}),
    )
    axes = forms.MultipleChoiceField(
        label="Axes d’action",
        help_text="Un seul suffit.",
        error_messages={
            "required": "Cochez au moins un axe.",
            "invalid_choice": "Cet axe n’est pas proposé : cochez parmi ceux-ci.",
            "invalid_list": "Cochez parmi ces axes.",
        },
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--columns"}),
    )
    state = forms.ChoiceField(
        label="Où en est-il ?",
        initial="ongoing",
        error_messages={
            "required": "Dites où en est le projet.",
            "invalid_choice": "Choisissez l’une de ces réponses.",
        },
        widget=forms.RadioSelect(attrs={"class": "choices--line"}),
    )
    starts_on = day_field("Début")
    ends_on = day_field("Fin")
    description = text_field(
        20_000,
        kind=ProseField,
        label="Récit",
        help_text="Comment le projet est né, ce qu’il change, ce qu’il cherche. "
        "Le texte sera public : ni nom de personne, ni téléphone, ni adresse électronique.",
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    commune_choice = text_field(5, label="Laquelle ?", widget=forms.RadioSelect)
    token = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)
    read_at = forms.DateTimeField(widget=forms.HiddenInput)

    def __init__(
        self,
        data=None,
        *,
        lead: Organisation,
        project: Project | None = None,
        change: ProposedChange | None = None,
        draft: ProjectDraft | None = None,
    ):
        initial = initial_of(project, change) if project else first_guess(lead)
        super().__init__(data, initial=initial | (begun(draft.typed) if draft else {}))
        self.project, self.change, self.differences = project, change, None
        self.fields["read_at"].required = project is not None
        self.axes_by_number = {str(axis.number): axis for axis in Axis.objects.current()}
        self.fields["axes"].choices = self._axis_choices()
        self.fields["state"].choices = [(key, words) for key, words in STATES.items() if project or key != "abandoned"]
        self._place(lead)
        self.figure_rows = [self._add_figure(number) for number in range(self._figure_count())]

    def _axis_choices(self) -> list[tuple[str, str]]:
        """Those that have a name, and those that the project already has."""
        had = self.initial.get("axes", [])
        axes = self.axes_by_number.items()
        return [(number, axis.label) for number, axis in axes if number in had or axis.status != Axis.Status.TO_FILL_IN]

    def _place(self, lead: Organisation) -> None:
        """A national network, and a project that stands without a place, may leave the commune empty."""
        nowhere = self.project is not None and self.project.commune_id is None
        field = self.fields["commune"]
        field.required = not (nowhere or lead.kind == Organisation.Kind.NETWORK)
        field.help_text = "Son nom ou son code postal."
        if not field.required:
            field.help_text += " Rien si le projet n’a pas de lieu précis."

    def _figure_count(self) -> int:
        """One line to begin with, a second once it is filled, and all those that stand."""
        standing = len(self.initial.get("figures", []))
        typed = [int(match[1]) + 1 for name in self.data if (match := FIGURE.fullmatch(name))]
        return min(FIGURES_MAX, max([1, standing, min(standing + 1, 2), *typed]))

    def _add_figure(self, number: int) -> list[forms.BoundField]:
        fields = {
            "label": text_field(80, label="Ce que l’on compte", widget=forms.TextInput(attrs={"autocomplete": "off"})),
            "target": count_field("Visé"),
            "reached": count_field("Atteint"),
        }
        standing = dict(enumerate(self.initial.get("figures", []))).get(number)
        for name, field in fields.items():
            field.initial = getattr(standing, name, None)
            self.fields[f"figure_{number}_{name}"] = field
        return [self[f"figure_{number}_{name}"] for name in fields]

    @property
    def says_more(self) -> bool:
        """Whether something stands, or is wrong, in the part that may wait."""
        names = [name for name in self.fields if name in MORE or name.startswith("figure_")]
        return any(self[name].value() or self[name].errors for name in names)

    def clean(self):
        typed = super().clean()
        self._check_page()
        self._find_commune(typed)
        starts, ends = typed.get("starts_on"), typed.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "La date de fin précède la date de début.")
        for number in range(len(self.figure_rows)):
            self._check_figure(number, typed)
        return typed

    def _check_page(self) -> None:
        """What the page carries unseen is nobody's fault: one sentence for the whole, and the means to send again."""
        if any(self.errors.pop(name, None) for name in ("token", "read_at")):
            self.add_error(None, OLD_PAGE)
            self._renew(self.project)

    def _find_commune(self, typed: dict) -> None:
        text = " ".join(typed.get("commune", "").split())
        standing = self.project.commune if self.project else None
        if not text or text == str(standing or ""):
            typed["commune"] = standing if text else None
            return
        try:
            typed["commune"] = commune_typed(text, typed.get("commune_choice", ""))
        except ValidationError as error:
            self.add_error("commune", error)
            if isinstance(error, WhichCommune):
                choice = self.fields["commune_choice"]
                choice.required, choice.widget.choices = True, error.choices

    def _check_figure(self, number: int, typed: dict) -> None:
        names = {name: f"figure_{number}_{name}" for name in ("label", "target", "reached")}
        if any(name in self.errors for name in names.values()):
            return
        label, target, reached = (typed.get(name) for name in names.values())
        if label and target is None and reached is None:
            self.add_error(names["reached"], "Donnez le nombre visé, le nombre atteint, ou les deux.")
        if not label and (target is not None or reached is not None):
            self.add_error(names["label"], "Dites ce que ce nombre compte.")

    @property
    def figures(self) -> list[dict]:
        rows = [
            {name: self.cleaned_data[f"figure_{number}_{name}"] for name in ("label", "target", "reached")}
            for number in range(len(self.figure_rows))
        ]
        return [row for row in rows if row["label"]]

    @property
    def chosen_axes(self) -> list[Axis]:
        """The chosen axes, and the former ones of the project, which nobody can choose any more."""
        return [self.axes_by_number[number] for number in self.cleaned_data["axes"]] + self.initial.get(
            "former_axes", []
        )

    def written_on(self, project: Project) -> Project:
        """``project`` with what was typed, not yet saved. A new commune is a new place: the exact point goes."""
        typed = self.cleaned_data
        if project.commune != typed["commune"]:
            project.lat = project.lon = None
        for name in ("title", "summary", "commune", "state", *MORE):
            setattr(project, name, typed[name])
        return project

    @property
    def typed(self) -> dict[str, list[str]]:
        """The answers as they came, to know the same page sent twice."""
        return {name: self.data.getlist(name) for name in self.data if name != "csrfmiddlewaretoken"}

    def refuse(self, conflict: Conflict, standing: Project | None, change: ProposedChange | None = None) -> None:
        """What was typed stays, and may be sent again over what now stands, knowingly."""
        self.add_error(None, conflict)
        self.change = change
        self._renew(standing)
        if standing:
            self.differences = list(self._differences(standing))

    def _renew(self, standing: Project | None) -> None:
        self.data = self.data.copy()
        self.data["token"] = str(uuid.uuid4())
        if standing:
            self.data["read_at"] = initial_of(standing, self.change)["read_at"]

    def _differences(self, standing: Project):
        """(label, what stands) for each answer of the page that says something else."""
        now = initial_of(standing, self.change) | {"state": STATES[standing.state]}
        typed = self.cleaned_data | {"state": STATES[self.cleaned_data["state"]]}
        for name in ("title", "summary", "commune", "state", *MORE):
            if str(now[name] or "") != str(typed[name] or ""):
                yield self.fields[name].label, now[name] or "rien"
