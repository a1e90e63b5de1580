"""Ten seconds for a project: a button, and up to three figures."""

from django import forms
from django.utils.text import capfirst

from partners.forms.fields import count_field, text_field
from partners.models import Project

VERDICTS = ("same", "done", "resumed", "changed")
FIGURES = 3


class NewsForm(forms.Form):
    """The fields of one project carry its key, so that several stand on a page."""

    conditional = ("note",)

    def __init__(self, data=None, *, project: Project):
        super().__init__(data, prefix=f"p{project.pk}")
        self.project = project
        self.figures = list(project.figures.all())[:FIGURES]
        for figure in self.figures:
            aim = f" (visé : {figure.target})" if figure.target is not None else ""
            field = count_field(f"{capfirst(figure.label)}{aim}")
            field.initial = figure.reached
            self.fields[f"reached_{figure.pk}"] = field
        self.fields["note"] = text_field(
            300,
            label="Ce qui a changé",
            help_text="En quelques mots. La Poste relit avant que la page change.",
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    @property
    def reached(self) -> dict[int, int]:
        """Figure → new value, for those that were typed and that say something else."""
        typed = {figure: self.cleaned_data[f"reached_{figure.pk}"] for figure in self.figures}
        return {figure.pk: value for figure, value in typed.items() if value is not None and value != figure.reached}

    @property
    def figure_fields(self) -> list[forms.BoundField]:
        return [self[f"reached_{figure.pk}"] for figure in self.figures]
