"""What the clock has already written to somebody: one row for each letter, so that it leaves once."""

from datetime import timedelta

from django.db import models


class ReminderMark(models.Model):
    class Kind(models.TextChoices):
        WEEK = "week", "rappel à sept jours"
        EVE = "eve", "rappel de la veille"
        THANKS = "thanks", "remerciements"
        WISHES = "wishes", "ouverture des vœux d’atelier"

    registration = models.ForeignKey("events.Registration", models.CASCADE, related_name="reminders")
    kind = models.CharField("courriel", max_length=6, choices=Kind)
    made_at = models.DateTimeField("le")

    class Meta:
        verbose_name = "rappel d’une inscription"
        verbose_name_plural = "rappels d’inscriptions"
        ordering = ["registration", "made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "kind"],
                name="reminder_once",
                violation_error_message="Ce courriel est déjà dû à cette personne.",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.registration_id}"


BEFORE = {ReminderMark.Kind.WEEK: timedelta(days=7), ReminderMark.Kind.EVE: timedelta(days=1)}
