"""What somebody has begun to type about a project and has not sent: kept as typed, for them alone."""

from datetime import timedelta

from django.db import models

KEPT = timedelta(days=90)


class ProjectDraftQuerySet(models.QuerySet):
    def of(self, user, organisation):
        return self.filter(author=user, organisation=organisation)

    def forgotten(self, at):
        """Left alone for 90 days."""
        return self.filter(saved_at__lt=at - KEPT)


class ProjectDraft(models.Model):
    """``token``: that of the page it was typed in, so that saving again writes the same row. ``typed``: the answers,
    right or wrong, each a list as in a form."""

    token = models.UUIDField(unique=True)
    author = models.ForeignKey("partners.User", models.CASCADE, related_name="project_drafts")
    organisation = models.ForeignKey("partners.Organisation", models.CASCADE, related_name="+")
    typed = models.JSONField("réponses", default=dict)
    saved_at = models.DateTimeField("enregistré le", auto_now=True)

    objects = ProjectDraftQuerySet.as_manager()

    class Meta:
        verbose_name = "brouillon de projet"
        verbose_name_plural = "brouillons de projets"
        ordering = ["-saved_at", "-pk"]
        indexes = [models.Index(fields=["saved_at"], name="project_draft_age")]

    def __str__(self):
        return self.title or "sans titre"

    @property
    def title(self) -> str:
        return (self.typed.get("title") or [""])[0].strip()
