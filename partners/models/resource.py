"""What La Poste can bring: published by its delegates, around a commune or everywhere, between two days."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q

from partners.models.need import Kind

WIDEST_KM = 200


class ResourceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the back office: every agent reads what colleagues offer."""
        return self if user.is_authenticated and user.is_active and user.is_staff else self.none()

    def writable_by(self, user):
        """Those of the régions of a delegate; what is offered everywhere is the national team's."""
        return self if user.is_national else self.filter(region__in=user.region_codes)

    def open(self, on: date):
        """Offered, and not past its last day; it may begin later."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), closed_at__isnull=True)


class Resource(models.Model):
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("nature", max_length=9, choices=Kind)
    title = models.CharField("ce que La Poste propose", max_length=120)
    description = models.TextField("en quelques phrases", max_length=1000, blank=True)
    quantity = models.CharField("combien, en mots", max_length=120)
    axes = models.ManyToManyField("partners.Axis", related_name="+", verbose_name="axes")
    commune = models.ForeignKey(
        "partners.Commune", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    radius_km = models.PositiveSmallIntegerField("rayon (km)", null=True, blank=True)
    region = models.ForeignKey("partners.Region", models.PROTECT, null=True, editable=False, related_name="+")
    lat = models.FloatField(null=True, editable=False)
    lon = models.FloatField(null=True, editable=False)
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au (inclus)", null=True, blank=True)
    published_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="publiée par")
    created_at = models.DateTimeField("publiée le")
    updated_at = models.DateTimeField("modifiée le", auto_now=True)
    closed_at = models.DateTimeField("retirée le", null=True, blank=True)
    is_demo = models.BooleanField("donnée de démonstration", default=False)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = "ressource"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(quantity=""),
                name="resource_says_what",
                violation_error_message="Dites ce que La Poste propose, et combien.",
            ),
            models.CheckConstraint(
                condition=Q(commune__isnull=True, radius_km__isnull=True)
                | Q(commune__isnull=False, radius_km__isnull=False, radius_km__range=(1, WIDEST_KM)),
                name="resource_somewhere_or_everywhere",
                violation_error_message=f"Donnez une commune et un rayon de 1 à {WIDEST_KM} km, ou ni l’un ni l’autre.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="resource_dates_in_order",
                violation_error_message="La date de fin précède la date de début.",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "lat", "lon"], condition=Q(closed_at__isnull=True), name="resource_open_near"),
        ]

    def __str__(self):
        return self.title

    def is_open(self, on: date) -> bool:
        return self.closed_at is None and (self.ends_on is None or self.ends_on >= on)

    @property
    def reach(self) -> str:
        """Where it can be had, in words."""
        return f"{self.commune.name} et {self.radius_km} km autour" if self.commune_id else "partout en France"
