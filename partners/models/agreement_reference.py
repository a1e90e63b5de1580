"""What agreements are made from: model texts, and the entities of the Group. Data with a source, never constants."""

from django.db import models
from django.db.models import Q

KINDS = ["", "mecenat", "pratiques_responsables", "cooperation_economique", "innovation_societale"]


BLANKS = ("organisation", "objet", "debut", "fin")


def fill(text: str, **values: str | None) -> str:
    """``text`` with these of its blanks filled, whose value is known."""
    for name, value in values.items():
        if value:
            text = text.replace(f"{{{name}}}", value)
    return text


def blanks_left(text: str) -> list[str]:
    return [f"{{{name}}}" for name in BLANKS if f"{{{name}}}" in text]


class GroupEntity(models.Model):
    """A branch, a subsidiary or a department of the Group that takes part in agreements."""

    label = models.CharField("nom", max_length=120, unique=True)
    source = models.CharField("source", max_length=300, blank=True)
    is_current = models.BooleanField("proposée", default=True)
    is_demo = models.BooleanField("donnée de démonstration", default=False)

    class Meta:
        verbose_name = "entité du Groupe"
        verbose_name_plural = "entités du Groupe"
        ordering = ["label"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(label=""), name="group_entity_has_label", violation_error_message="Le nom est obligatoire."
            )
        ]

    def __str__(self):
        return self.label


class AgreementTemplate(models.Model):
    """A text to begin with. ``{organisation}``, ``{objet}``, ``{debut}`` and ``{fin}`` are filled in."""

    title = models.CharField("nom du modèle", max_length=120)
    kind = models.CharField("nature", max_length=24, blank=True, help_text="Vide : pour toutes les natures.")
    text = models.TextField(
        "texte",
        max_length=60_000,
        help_text="Un titre commence par « # ». {organisation}, {objet}, {debut} et {fin} sont remplis tout seuls.",
    )
    is_current = models.BooleanField("proposé", default=True)
    is_placeholder = models.BooleanField("texte de démonstration, à remplacer", default=False)
    updated_at = models.DateTimeField("modifié le", auto_now=True)

    class Meta:
        verbose_name = "modèle d’accord"
        verbose_name_plural = "modèles d’accords"
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=KINDS),
                name="agreement_template_kind",
                violation_error_message="Cette nature n’existe pas.",
            )
        ]

    def __str__(self):
        return f"{self.title} (démonstration, à remplacer)" if self.is_placeholder else self.title

    def filled(self, **values: str) -> str:
        """The text with its blanks filled; an unknown or empty blank stays visible."""
        return fill(self.text, **values)
