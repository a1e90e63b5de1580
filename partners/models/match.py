"""A resource proposed for a need: why, by whom, and what the other side answered. Nothing of it is deleted."""

import uuid
from datetime import date
from math import asin, cos, radians, sin, sqrt

from django.db import models
from django.db.models import F, Q

from alliance.lib.french import SPACE, month
from partners.models.need import Need
from partners.models.resource import Resource

EARTH_RADIUS_KM = 6371.0


def apart_km(need: Need, resource: Resource) -> float | None:
    """From commune to commune; None where a point is unknown or the resource is everywhere."""
    if None in (need.lat, need.lon, resource.lat, resource.lon):
        return None
    across = sin(radians(resource.lat - need.lat) / 2) ** 2
    along = cos(radians(need.lat)) * cos(radians(resource.lat)) * sin(radians(resource.lon - need.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, across + along)))


def fits(need: Need, resource: Resource, on: date) -> bool:
    """The rule that every proposal keeps: same kind, same axis, near enough, in time. Reads the axes."""
    if need.kind != resource.kind or not need.is_open(on) or not resource.is_open(on):
        return False
    near = resource.radius_km is None or (apart_km(need, resource) or 0) <= resource.radius_km
    known = resource.radius_km is None or apart_km(need, resource) is not None
    in_time = resource.starts_on <= need.until
    return near and known and in_time and need.axis_id in {axis.pk for axis in resource.axes.all()}


def reason(need: Need, resource: Resource) -> str:
    """« même axe, à 12 km, disponible jusqu’en mars 2027 »."""
    distance = apart_km(need, resource)
    if resource.radius_km is None:
        where = "partout en France"
    elif distance < 1:
        where = "dans la même commune" if need.commune_id == resource.commune_id else f"à moins d’1{SPACE}km"
    else:
        where = f"à {round(distance)}{SPACE}km"
    return f"même axe, {where}, {available(resource)}"


def available(resource: Resource) -> str:
    if resource.ends_on is None:
        return "disponible sans limite de date"
    in_month = month(resource.ends_on)
    return f"disponible jusqu’en {in_month}"


class MatchQuerySet(models.QuerySet):
    def live(self):
        """Waiting or accepted: at most one for a need and a resource."""
        return self.filter(Q(accepted__isnull=True) | Q(accepted=True))

    def waiting(self):
        return self.filter(accepted__isnull=True)

    def writable_by(self, user):
        """What partners asked for, and this agent may answer: whoever writes the resource does."""
        return self if user.is_national else self.filter(resource__region__in=user.region_codes)


class Match(models.Model):
    class Side(models.TextChoices):
        PARTNER = "partner", "le partenaire"
        POST = "post", "La Poste"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    need = models.ForeignKey(Need, models.PROTECT, related_name="matches", verbose_name="besoin")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="matches", verbose_name="ressource")
    reason = models.CharField("pourquoi", max_length=200)
    proposed_side = models.CharField("proposé par", max_length=7, choices=Side)
    proposed_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("proposé le")
    accepted = models.BooleanField("accepté", null=True, blank=True)
    decided_by = models.ForeignKey("partners.User", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("répondu le", null=True, blank=True)
    motive = models.CharField("motif", max_length=500, blank=True)
    project = models.OneToOneField("partners.Project", models.PROTECT, null=True, blank=True, related_name="match")

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = "rapprochement"
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "resource"],
                condition=Q(accepted__isnull=True) | Q(accepted=True),
                name="match_live_once",
                violation_error_message="Cette ressource est déjà proposée pour ce besoin.",
            ),
            models.UniqueConstraint(
                fields=["need"],
                condition=Q(accepted=True),
                name="match_accepted_once",
                violation_error_message="Ce besoin a déjà trouvé sa réponse.",
            ),
            models.CheckConstraint(
                condition=Q(accepted__isnull=True, decided_at__isnull=True, decided_by__isnull=True)
                | Q(accepted__isnull=False, decided_at__gte=F("proposed_at"), decided_by__isnull=False),
                name="match_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(accepted=False) | ~Q(motive=""),
                name="match_declined_has_motive",
                violation_error_message="Donnez le motif en quelques mots.",
            ),
            models.CheckConstraint(
                condition=Q(project__isnull=True) | Q(accepted=True), name="match_project_was_accepted"
            ),
        ]
        indexes = [
            models.Index(fields=["resource", "-proposed_at"], name="match_of_resource"),
            models.Index(
                fields=["proposed_at", "id"], include=["resource"], name="match_asked",
                condition=Q(accepted__isnull=True, proposed_side="partner"),
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.need_id} · {self.resource_id}"
