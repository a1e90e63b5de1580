"""One act upon many rows: chosen, previewed, motivated, done line by line, and taken back where that is promised."""

import uuid

from django.db import models
from django.db.models import Count, Q


class BulkActQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own; the national team reads all of them."""
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        return self if user.is_national else self.filter(by=user)

    def writable_by(self, user):
        return self.visible_to(user).filter(by=user)


class BulkAct(models.Model):
    """``public_id`` is the batch of its changes in the history."""

    class State(models.TextChoices):
        CHOSEN = "chosen", "à préciser"
        CHECKING = "checking", "aperçu en préparation"
        PREVIEWED = "previewed", "à confirmer"
        RUNNING = "running", "en cours"
        DONE = "done", "terminé"
        UNDOING = "undoing", "en cours d’annulation"
        UNDONE = "undone", "annulé"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    noun = models.CharField("liste", max_length=60)
    action = models.CharField("acte", max_length=40, blank=True)
    values = models.JSONField("réponses", default=dict, blank=True)
    motive = models.CharField("motif", max_length=500, blank=True)
    state = models.CharField("état", max_length=9, choices=State, default=State.CHOSEN)
    by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="par")
    chosen_at = models.DateTimeField("choisi le", auto_now_add=True)
    begun_at = models.DateTimeField("commencé le", null=True, blank=True)
    done_at = models.DateTimeField("terminé le", null=True, blank=True)
    undo_motive = models.CharField("motif de l’annulation", max_length=500, blank=True)
    undone_at = models.DateTimeField("annulé le", null=True, blank=True)

    objects = BulkActQuerySet.as_manager()

    class Meta:
        verbose_name = "action groupée"
        verbose_name_plural = "actions groupées"
        ordering = ["-chosen_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["chosen", "checking", "previewed"]) | ~Q(motive="") & Q(begun_at__isnull=False),
                name="bulk_act_has_motive",
                violation_error_message="Donnez le motif.",
            )
        ]
        indexes = [models.Index(fields=["by", "-chosen_at"], name="bulk_act_of_agent")]

    def __str__(self):
        return f"{self.noun} · {self.action}"

    @property
    def is_working(self) -> bool:
        return self.state in (self.State.CHECKING, self.State.RUNNING, self.State.UNDOING)

    def outcomes(self) -> dict[str, int]:
        """``{outcome: number of lines}``; one query."""
        return dict(self.lines.order_by().values_list("outcome").annotate(Count("pk")))


class BulkLine(models.Model):
    """``words``: what would change, or has; else the refusal. ``mark``: a digest of what the preview saw."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", "à regarder"
        READY = "ready", "à faire"
        DONE = "done", "fait"
        REFUSED = "refused", "refusé"
        UNDONE = "undone", "annulé"
        KEPT = "kept", "gardé tel quel"

    act = models.ForeignKey(BulkAct, models.CASCADE, related_name="lines")
    row_id = models.BigIntegerField()
    label = models.CharField("ligne", max_length=200, blank=True)
    outcome = models.CharField("issue", max_length=7, choices=Outcome, default=Outcome.WAITING)
    words = models.CharField("ce qui s’est passé", max_length=500, blank=True)
    mark = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = "ligne d’une action groupée"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["act", "row_id"], name="bulk_line_once")]
        indexes = [models.Index(fields=["act", "outcome", "id"], name="bulk_line_outcome")]

    def __str__(self):
        return self.label
