"""Trials of an allocation: what went in, what came out, and the one that was published."""

import uuid

from django.db import models
from django.db.models import Q

from events.models.convention import Convention


class AllocationRunQuerySet(models.QuerySet):
    def published(self):
        return self.filter(state=AllocationRun.State.PUBLISHED)


class AllocationRun(models.Model):
    """``input`` and ``given`` are those of ``events.allocation.replay``: opaque keys, nobody's name."""

    class State(models.TextChoices):
        COMPUTING = "computing", "en calcul"
        PREVIEW = "preview", "essai"
        PUBLISHED = "published", "publiée"
        DROPPED = "dropped", "écartée"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    convention = models.ForeignKey(Convention, models.PROTECT, related_name="allocation_runs")
    seed = models.CharField("graine du tirage", max_length=64)
    parameters = models.JSONField("réglages", default=dict)
    input = models.JSONField("vœux et ateliers")
    input_digest = models.CharField("empreinte des vœux", max_length=64)
    given = models.JSONField("places", default=dict, blank=True)
    figures = models.JSONField("chiffres", default=dict, blank=True)
    is_proven = models.BooleanField("optimum prouvé", null=True, blank=True)
    state = models.CharField("état", max_length=9, choices=State, default=State.COMPUTING)
    made_at = models.DateTimeField("lancée le")
    made_by = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField("publiée le", null=True, blank=True)
    published_by = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")

    objects = AllocationRunQuerySet.as_manager()

    class Meta:
        verbose_name = "attribution des ateliers"
        verbose_name_plural = "attributions des ateliers"
        ordering = ["convention", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["convention"],
                condition=Q(state="published"),
                name="allocation_published_once",
                violation_error_message="Une attribution est déjà publiée.",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False, is_proven__isnull=False),
                name="allocation_published_is_whole",
            ),
        ]

    def __str__(self):
        return f"attribution {self.public_id}"
