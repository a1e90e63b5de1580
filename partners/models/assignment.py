"""Which agent looks after what waits: a signature to countersign, a change to read, a term to decide."""

from django.db import models
from django.db.models import OuterRef


class AssignmentQuerySet(models.QuerySet):
    def of(self, kind: str, waiting_since: str):
        """For subqueries upon rows annotated with ``waiting_since``: what holds for the wait of today."""
        return self.filter(kind=kind, object_id=OuterRef("pk"), waiting_since=OuterRef(waiting_since))


class Assignment(models.Model):
    """``waiting_since``: of which wait. What is done and comes back later waits anew, and belongs to nobody again."""

    kind = models.CharField("sorte", max_length=20)
    object_id = models.BigIntegerField()
    waiting_since = models.DateTimeField("attendait depuis")
    agent = models.ForeignKey("partners.User", models.CASCADE, related_name="assignments", verbose_name="confié à")
    since = models.DateTimeField("confié le")
    by = models.ForeignKey("partners.User", models.CASCADE, related_name="+", verbose_name="confié par")

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "affectation"
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="assignment_once")]
        indexes = [models.Index(fields=["agent", "kind"], name="assignment_of_agent")]

    def __str__(self):
        return f"{self.kind} {self.object_id}"
