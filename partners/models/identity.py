"""Who an organisation was before: its former names, numbers and addresses, what it absorbed, whom it is not."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

UNDONE_WITHIN = timedelta(days=30)


class FormerAddressQuerySet(models.QuerySet):
    def leads_to(self, slug: str, organisations):
        """The address of today, if ``slug`` is a former one of one of these organisations."""
        rows = self.filter(slug=slug, organisation__in=organisations)
        return rows.values_list("organisation__slug", flat=True).first()


class FormerAddress(models.Model):
    """Written by a trigger when an address changes, and by mergers, for the API’s identifier too."""

    slug = models.CharField("ancienne adresse", max_length=120, unique=True)
    organisation = models.ForeignKey("partners.Organisation", models.CASCADE, related_name="former_addresses")
    since = models.DateTimeField("depuis le", auto_now_add=True, db_default=Now())

    objects = FormerAddressQuerySet.as_manager()

    class Meta:
        verbose_name = "ancienne adresse"
        verbose_name_plural = "anciennes adresses"
        ordering = ["-since", "-pk"]

    def __str__(self):
        return self.slug


class Merge(models.Model):
    """``moved``: what exactly changed, in order, so that it can be taken back. See alliance.portal.actions.merge."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    keep = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="+", verbose_name="fiche gardée")
    gone = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="+", verbose_name="fiche absorbée")
    by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le", default=timezone.now)
    motive = models.CharField("motif", max_length=500)
    moved = models.JSONField("ce qui a changé", default=list)
    undone_at = models.DateTimeField("annulée le", null=True, blank=True)
    undone_by = models.ForeignKey("partners.User", models.PROTECT, null=True, blank=True, related_name="+")
    undo_motive = models.CharField("motif de l’annulation", max_length=500, blank=True)

    class Meta:
        verbose_name = "fusion de fiches"
        verbose_name_plural = "fusions de fiches"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at__isnull=True), name="merge_absorbs_once"),
            models.CheckConstraint(condition=~Q(keep=F("gone")), name="merge_of_two"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="merge_undone_by_someone",
            ),
        ]

    def __str__(self):
        return f"{self.gone} → {self.keep}"

    def can_be_undone(self, at) -> bool:
        return self.undone_at is None and at <= self.at + UNDONE_WITHIN


class IdentityEvent(models.Model):
    """Names, numbers and addresses: written by a trigger whatever changes them; the verbs say more."""

    class Kind(models.TextChoices):
        RENAMED = "renamed", "changement de nom"
        SIREN = "siren", "changement de SIREN"
        SIRET = "siret", "changement de SIRET"
        ADDRESS = "address", "changement d’adresse sur le portail"
        MERGED = "merged", "fusion"
        UNMERGED = "unmerged", "fusion annulée"
        SPLIT = "split", "scission"

    organisation = models.ForeignKey("partners.Organisation", models.CASCADE, related_name="identity_events")
    kind = models.CharField("nature", max_length=8, choices=Kind)
    on = models.DateField("le")
    old = models.CharField("avant", max_length=160, blank=True)
    new = models.CharField("après", max_length=160, blank=True)
    other = models.ForeignKey("partners.Organisation", models.CASCADE, null=True, blank=True, related_name="+")
    motive = models.CharField("motif", max_length=500, blank=True)
    by = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")
    is_public = models.BooleanField("dit sur la page publique", default=False, db_default=False)
    at = models.DateTimeField("enregistré le", auto_now_add=True, db_default=Now())

    class Meta:
        verbose_name = "fait d’identité"
        verbose_name_plural = "faits d’identité"
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["organisation", "-on"], name="identity_event_recent")]

    def __str__(self):
        return self.get_kind_display()


class NotDuplicate(models.Model):
    """« Ce ne sont pas les mêmes »: said once, remembered for both. ``first`` has the smaller key."""

    first = models.ForeignKey("partners.Organisation", models.CASCADE, related_name="+")
    second = models.ForeignKey("partners.Organisation", models.CASCADE, related_name="+")
    by = models.ForeignKey("partners.User", models.PROTECT, related_name="+")
    at = models.DateTimeField("dit le", auto_now_add=True)

    class Meta:
        verbose_name = "paire d’organisations distinctes"
        verbose_name_plural = "paires d’organisations distinctes"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="not_duplicate_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="not_duplicate_in_order"),
        ]

    def __str__(self):
        return f"{self.first_id} ≠ {self.second_id}"
