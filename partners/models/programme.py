"""What the programme said of itself, each number at its date and with its source: never computed, never a constant."""

from datetime import date

from django.db import models
from django.db.models import Q

from alliance.lib import french


class ProgrammeCount(models.Model):
    class Precision(models.TextChoices):
        DAY = "day", "le jour"
        MONTH = "month", "le mois"
        YEAR = "year", "l’année"

    label = models.CharField("ce qui est compté", max_length=80, default="réseaux nationaux")
    value = models.PositiveIntegerField("nombre")
    on = models.DateField("date")
    precision = models.CharField("précision de la date", max_length=5, choices=Precision, default=Precision.DAY)
    source = models.CharField(max_length=300)

    class Meta:
        verbose_name = "nombre annoncé"
        verbose_name_plural = "nombres annoncés par le programme"
        ordering = ["label", "on"]
        constraints = [
            models.UniqueConstraint(
                fields=["label", "on"],
                name="programme_count_once",
                violation_error_message="Ce nombre est déjà donné à cette date.",
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="programme_count_has_source",
                violation_error_message="Un nombre annoncé cite sa source.",
            ),
        ]

    def __str__(self):
        return f"{self.label} : {self.value} ({self.when})"

    @property
    def when(self) -> str:
        """« 14 octobre 2014 », « octobre 2014 » or « 2014 »: no more than what is known."""
        day: date = self.on
        words = {self.Precision.YEAR: str(day.year), self.Precision.MONTH: french.month(day)}
        return words.get(self.precision, french.long_date(day))
