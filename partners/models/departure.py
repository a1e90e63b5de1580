"""What has left the public lists for good: told by feeds, so that copies elsewhere can forget it too."""

from django.db import models
from django.db.models.functions import Now


class Departure(models.Model):
    """Written by triggers when a public row is hidden, renamed or deleted; erased when it comes back."""

    class Noun(models.TextChoices):
        PROJECTS = "projets", "projets"
        DIRECTORY = "annuaire", "organisations"
        AGREEMENTS = "accords", "accords"

    noun = models.CharField("liste", max_length=10, choices=Noun)
    reference = models.CharField("adresse sous la liste", max_length=140)
    gone_at = models.DateTimeField("parti le", db_default=Now())

    class Meta:
        verbose_name = "départ d’une liste publique"
        verbose_name_plural = "départs des listes publiques"
        ordering = ["-gone_at"]
        constraints = [models.UniqueConstraint(fields=["noun", "reference"], name="departure_once")]
        indexes = [models.Index(fields=["noun", "-gone_at"], name="departure_recent")]

    def __str__(self):
        return f"{self.noun}/{self.reference}"
