"""The axes of action and the stakes that they serve: dated facts with a source, never constants."""

from django.db import models
from django.db.models import Q


class Stake(models.Model):
    slug = models.SlugField(primary_key=True)
    label = models.CharField("libellé", max_length=80, unique=True)
    short_label = models.CharField("libellé court", max_length=20)
    position = models.PositiveSmallIntegerField("rang", unique=True)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "enjeu"
        verbose_name_plural = "enjeux"
        ordering = ["position"]

    def __str__(self):
        return self.label


class AxisQuerySet(models.QuerySet):
    def current(self):
        """The axes of today's list: those without an end."""
        return self.filter(valid_to__isnull=True)


class Axis(models.Model):
    class Status(models.TextChoices):
        ATTESTED = "attested", "attesté"
        TO_CONFIRM = "to_confirm", "à confirmer"
        TO_FILL_IN = "to_fill_in", "à renseigner"

    number = models.PositiveSmallIntegerField("numéro (ordre du portail)")
    label = models.CharField("libellé", max_length=120)
    status = models.CharField("statut", max_length=12, choices=Status, default=Status.TO_FILL_IN)
    source = models.CharField(max_length=300, blank=True)
    stake = models.ForeignKey(Stake, models.PROTECT, null=True, blank=True, related_name="axes", verbose_name="enjeu")
    summary = models.TextField("en quelques mots", blank=True)
    valid_from = models.DateField("depuis", null=True, blank=True)
    valid_to = models.DateField("jusqu’au", null=True, blank=True)

    objects = AxisQuerySet.as_manager()

    class Meta:
        verbose_name = "axe d’action"
        verbose_name_plural = "axes d’action"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(valid_to__isnull=True),
                name="axis_number_once",
                violation_error_message="Un axe en vigueur porte déjà ce numéro.",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=62),
                name="axis_number_range",
                violation_error_message="Le numéro d’un axe va de 1 à 62.",
            ),
            models.CheckConstraint(
                condition=~Q(status="attested") | ~Q(source=""),
                name="axis_attested_has_source",
                violation_error_message="Un axe attesté cite sa source.",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=models.F("valid_from")),
                name="axis_dates_in_order",
                violation_error_message="La date de fin précède la date de début.",
            ),
        ]

    def __str__(self):
        return f"{self.number}. {self.label}"
