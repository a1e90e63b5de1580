"""Seats kept for a kind of participants, when the team wants it; the others are everybody's."""

from django.db import models
from django.db.models import Q


class Audience(models.TextChoices):
    """Whom somebody comes as: read once, when they register."""

    NETWORK = "network", "têtes de réseau"
    PARTNER = "partner", "partenaires locaux"
    POSTE = "poste", "La Poste"
    PUBLIC = "public", "public"


class SeatQuota(models.Model):
    convention = models.ForeignKey("events.Convention", models.CASCADE, related_name="quotas")
    audience = models.CharField("pour", max_length=7, choices=Audience)
    seats = models.PositiveIntegerField("places réservées")

    class Meta:
        verbose_name = "places réservées"
        verbose_name_plural = "places réservées"
        ordering = ["convention", "audience"]
        constraints = [
            models.UniqueConstraint(
                fields=["convention", "audience"],
                name="seat_quota_once",
                violation_error_message="Ces participants ont déjà leurs places réservées : changez leur nombre.",
            ),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="seat_quota_audience_known"),
        ]

    def __str__(self):
        return f"{self.seats} pour {self.get_audience_display()}"
