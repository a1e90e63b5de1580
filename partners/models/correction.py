"""« Signaler une erreur »: what a reader of a public page reports."""

from django.db import models
from django.db.models import F, Q

from partners.models.organisation import Organisation
from partners.models.project import Project


class CorrectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Corrections are the staff's: those of the projects and organisations of the perimeter."""
        if not user.is_authenticated or not user.is_staff:
            return self.none()
        if user.is_national:
            return self
        return self.filter(
            Q(project__in=Project.objects.visible_to(user)) | Q(organisation__in=Organisation.objects.visible_to(user))
        )

    def writable_by(self, user):
        if user.is_national:
            return self
        return self.filter(
            Q(project__in=Project.objects.writable_by(user))
            | Q(organisation__in=Organisation.objects.writable_by(user))
        )


class Correction(models.Model):
    """« Signaler une erreur »: what a reader of a public page reports, handled by staff."""

    class Resolution(models.TextChoices):
        CORRECTED = "corrected", "page corrigée"
        UNCHANGED = "unchanged", "rien à corriger"

    project = models.ForeignKey(Project, models.CASCADE, null=True, blank=True, related_name="corrections")
    organisation = models.ForeignKey(
        "partners.Organisation", models.CASCADE, null=True, blank=True, related_name="corrections"
    )
    text = models.TextField("ce qui est à corriger", max_length=2000)
    reported_at = models.DateTimeField("signalé le", auto_now_add=True)
    handled_at = models.DateTimeField("traité le", null=True, blank=True)
    handled_by = models.ForeignKey("partners.User", models.PROTECT, null=True, blank=True, related_name="+")
    resolution = models.CharField("suite donnée", max_length=9, choices=Resolution, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = "erreur signalée"
        verbose_name_plural = "erreurs signalées"
        ordering = ["handled_at", "reported_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(project__isnull=False, organisation__isnull=True)
                | Q(project__isnull=True, organisation__isnull=False),
                name="correction_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(resolution="") | Q(handled_at__isnull=False),
                name="correction_resolved_is_dated",
            ),
        ]
        indexes = [
            models.Index(F("handled_at").asc(nulls_first=True), "reported_at", "id", name="correction_queue"),
        ]

    def __str__(self):
        return self.text[:60]
