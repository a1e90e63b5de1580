"""What somebody writes to La Poste's agents of a région, from its public page."""

from django.db import models
from django.db.models import Q

from partners.models.people import User


class TerritoryMessageQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The agents of the région, and the national team; nobody else ever."""
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        return self if user.is_national else self.filter(region__in=user.region_codes)

    def writable_by(self, user):
        return self.visible_to(user)

    def waiting(self):
        return self.filter(handled_at__isnull=True)


class TerritoryMessage(models.Model):
    """Kept until one year after it was handled, then erased (``partners.jobs.forget_messages``)."""

    region = models.ForeignKey("partners.Region", models.PROTECT, related_name="+", verbose_name="région")
    department = models.ForeignKey(
        "partners.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="département"
    )
    email = models.EmailField("adresse électronique pour répondre", max_length=254)
    text = models.TextField("message", max_length=2000)
    sent_at = models.DateTimeField("reçu le", auto_now_add=True)
    handled_at = models.DateTimeField("traité le", null=True, blank=True)
    handled_by = models.ForeignKey("partners.User", models.PROTECT, null=True, blank=True, related_name="+")
    is_demo = models.BooleanField("donnée de démonstration", default=False)

    objects = TerritoryMessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message reçu"
        verbose_name_plural = "messages reçus"
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True, handled_by__isnull=True)
                | Q(handled_at__isnull=False, handled_by__isnull=False),
                name="territory_message_handled_by_someone",
            ),
            models.CheckConstraint(condition=~Q(email="") & ~Q(text=""), name="territory_message_says_something"),
        ]
        indexes = [
            models.Index(fields=["region", "handled_at"], name="territory_message_queue"),
            models.Index(
                fields=["sent_at", "id"], condition=Q(handled_at__isnull=True), name="territory_message_waiting"
            ),
        ]

    def __str__(self):
        return self.text[:60]


def delegates_of(region) -> models.QuerySet:
    """The active agents whose perimeter holds ``region``; nobody of the national team."""
    return User.objects.filter(
        is_active=True, is_staff=True, perimeter__national=False, perimeter__regions=region
    ).order_by("pk")


def national_team() -> models.QuerySet:
    return User.objects.filter(is_active=True, is_staff=True, perimeter__national=True).order_by("pk")
