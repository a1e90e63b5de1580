"""A spreadsheet that an agent asked for: made by the worker, kept a few days, its trace for as long as the portal."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


def export_path(export, filename: str) -> str:
    return f"tableurs/exports/{export.public_id}.xlsx"


class SheetExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own: what it holds is what that person may read."""
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        return self.filter(by=user)


class SheetExport(models.Model):
    """``done`` and ``total`` move while the file is made. What remains once the file is erased: who took what, when.

    ``keys``: of the rows that were chosen in a list; without them, all that the agent may change.
    """

    class State(models.TextChoices):
        MAKING = "making", "en préparation"
        READY = "ready", "prêt"
        CANCELLED = "cancelled", "abandonné"
        ERASED = "erased", "effacé"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    noun = models.CharField("liste", max_length=20)
    by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="par")
    keys = ArrayField(models.BigIntegerField(), null=True, blank=True, verbose_name="lignes choisies")
    state = models.CharField("état", max_length=9, choices=State, default=State.MAKING)
    file = models.FileField("fichier", upload_to=export_path, blank=True)
    done = models.PositiveIntegerField("lignes écrites", default=0)
    total = models.PositiveIntegerField("lignes en tout", default=0)
    is_cancelled = models.BooleanField("abandon demandé", default=False)
    asked_at = models.DateTimeField("demandé le", auto_now_add=True)
    ready_at = models.DateTimeField("prêt le", null=True, blank=True)

    objects = SheetExportQuerySet.as_manager()

    class Meta:
        verbose_name = "tableur demandé"
        verbose_name_plural = "tableurs demandés"
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["by", "-asked_at"], name="sheet_export_of_agent")]

    def __str__(self):
        return f"{self.noun} · {self.public_id}"

    @property
    def is_working(self) -> bool:
        return self.state == self.State.MAKING
