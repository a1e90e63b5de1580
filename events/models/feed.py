"""The personal calendar: an address that only its person knows. The database keeps its fingerprint, nothing else."""

import hashlib
import secrets

from django.db import models


def fingerprint(secret: str) -> str:
    """SHA-256: enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


class CalendarFeedQuerySet(models.QuerySet):
    def of_secret(self, secret: str) -> "CalendarFeed | None":
        return self.select_related("user").filter(digest=fingerprint(secret), user__is_active=True).first()


class CalendarFeed(models.Model):
    user = models.OneToOneField("partners.User", models.CASCADE, related_name="calendar_feed", verbose_name="personne")
    digest = models.CharField("empreinte", max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField("adresse faite le")

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = "calendrier personnel"
        verbose_name_plural = "calendriers personnels"

    def __str__(self):
        return f"calendrier {self.pk}"


def new_secret() -> str:
    return secrets.token_urlsafe(32)
