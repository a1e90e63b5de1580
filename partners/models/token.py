"""Tokens of the API: a person, an organisation, scopes. Only a digest is kept."""

import hashlib
import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone


class ApiTokenQuerySet(models.QuerySet):
    def live(self, at=None):
        at = at or timezone.now()
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at), revoked_at__isnull=True)

    def issue(self, **fields) -> "tuple[ApiToken, str]":
        """A new token and its secret, shown once."""
        secret = f"adp_{secrets.token_urlsafe(32)}"
        return self.create(digest=digest_of(secret), **fields), secret


def digest_of(secret: str) -> str:
    """SHA-256: enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiToken(models.Model):
    class Scope(models.TextChoices):
        PROJECTS = "projects:write", "écrire des projets"
        REGISTRATIONS = "registrations:write", "inscrire aux Conventions"

    user = models.ForeignKey("partners.User", models.CASCADE, related_name="api_tokens", verbose_name="personne")
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="+")
    name = models.CharField("nom", max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope), verbose_name="droits")
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    expires_at = models.DateTimeField("expire le", null=True, blank=True)
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "jeton d’API"
        verbose_name_plural = "jetons d’API"
        ordering = ["-created_at"]

    def __str__(self):
        return self.name
