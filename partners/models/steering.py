"""Steering by mail: a report sent each week or month to named agents, each within their own perimeter."""

import uuid

from django.db import models
from django.db.models import Q


class SteeringReport(models.Model):
    class Rhythm(models.TextChoices):
        WEEKLY = "weekly", "chaque lundi"
        MONTHLY = "monthly", "le premier de chaque mois"

    class Form(models.TextChoices):
        XLSX = "xlsx", "classeur (XLSX)"
        CSV = "csv", "texte (CSV)"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("nom", max_length=80)
    rhythm = models.CharField("quand", max_length=7, choices=Rhythm, default=Rhythm.MONTHLY)
    form = models.CharField("format", max_length=4, choices=Form, default=Form.XLSX)
    created_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="créé par")
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    stopped_at = models.DateTimeField("arrêté le", null=True)
    stopped_by = models.ForeignKey("partners.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "tableau de bord envoyé"
        verbose_name_plural = "tableaux de bord envoyés"
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""), name="steering_report_has_name", violation_error_message="Donnez un nom."
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True, stopped_by__isnull=True)
                | Q(stopped_at__isnull=False, stopped_by__isnull=False),
                name="steering_report_stopped_by_someone",
            ),
        ]

    def __str__(self):
        return self.name


class SteeringReaderQuerySet(models.QuerySet):
    def live(self):
        return self.filter(stopped_at__isnull=True, report__stopped_at__isnull=True)


class SteeringReader(models.Model):
    """``public_id`` is the key of the link that ends it, in each letter."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    report = models.ForeignKey(SteeringReport, models.PROTECT, related_name="readers")
    person = models.ForeignKey("partners.User", models.CASCADE, related_name="+", verbose_name="lecteur ou lectrice")
    added_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="ajouté par")
    added_at = models.DateTimeField("ajouté le", auto_now_add=True)
    stopped_at = models.DateTimeField("arrêté le", null=True)

    objects = SteeringReaderQuerySet.as_manager()

    class Meta:
        verbose_name = "lecteur d’un tableau de bord"
        verbose_name_plural = "lecteurs de tableaux de bord"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "person"], condition=Q(stopped_at__isnull=True), name="steering_reader_once",
                violation_error_message="Cette personne reçoit déjà ce tableau de bord.",
            )
        ]  # fmt: skip

    def __str__(self):
        return f"lecteur {self.pk}"


class SteeringSending(models.Model):
    """A report that left, or was kept back: one for a reader and a period, whatever the clock does."""

    class Outcome(models.TextChoices):
        OWED = "owed", "en route"
        SENT = "sent", "parti"
        ASIDE = "aside", "pas parti : n’est plus agent, ou a arrêté"

    reader = models.ForeignKey(SteeringReader, models.CASCADE, related_name="sendings")
    period_on = models.DateField("période du")
    outcome = models.CharField("suite", max_length=5, choices=Outcome, default=Outcome.OWED)
    perimeter = models.CharField("périmètre", max_length=300, blank=True)
    lines = models.PositiveIntegerField("lignes", null=True)
    sent_at = models.DateTimeField("parti le", null=True)

    class Meta:
        verbose_name = "envoi d’un tableau de bord"
        verbose_name_plural = "envois de tableaux de bord"
        ordering = ["-period_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["reader", "period_on"], name="steering_sending_once")]

    def __str__(self):
        return f"envoi {self.pk}"
