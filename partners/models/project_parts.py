"""What hangs on a project: its other organisations, its figures, its photos."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from partners.models.project import Project

PHOTO_WIDTHS = (1600, 800, 400)
PHOTOS_MAX = 4


class ProjectPartner(models.Model):
    """Another organisation of the project, with its role."""

    class Role(models.TextChoices):
        CO_LEAD = "co_lead", "co-porteur"
        OPERATOR = "operator", "opérateur"
        FUNDER = "funder", "financeur"
        HOST = "host", "lieu d’accueil"
        PARTNER = "partner", "partenaire"

    project = models.ForeignKey(Project, models.CASCADE, related_name="partners")
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="project_parts")
    role = models.CharField("rôle", max_length=8, choices=Role, default=Role.PARTNER)

    class Meta:
        verbose_name = "organisation du projet"
        verbose_name_plural = "organisations du projet"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organisation", "role"],
                name="project_partner_once",
                violation_error_message="Cette organisation a déjà ce rôle dans ce projet.",
            )
        ]

    def __str__(self):
        return f"{self.project_id} · {self.organisation_id}"


class ProjectFigure(models.Model):
    """A figure that the project aims at: « 340 personnes accompagnées sur 400 visées »."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="figures")
    label = models.CharField("ce que l’on compte", max_length=80)
    target = models.PositiveIntegerField("visé", null=True, blank=True)
    reached = models.PositiveIntegerField("atteint", null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "chiffre du projet"
        verbose_name_plural = "chiffres du projet"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target__isnull=False) | Q(reached__isnull=False),
                name="project_figure_says_something",
                violation_error_message="Donnez le chiffre visé, le chiffre atteint, ou les deux.",
            )
        ]

    def __str__(self):
        return self.label


def photo_folder(photo) -> str:
    """Private storage: nothing of the uploaded name is kept."""
    return f"projets/{photo.public_id}"


class ProjectPhotoQuerySet(models.QuerySet):
    def public(self):
        """Accepted, of a published project."""
        return self.filter(accepted_at__isnull=False, project__moderation="published")

    def visible_to(self, user):
        """Those of the projects that ``user`` may read beyond the public pages."""
        return self.filter(project__in=Project.objects.visible_to(user))


class ProjectPhoto(models.Model):
    """Kept as WebP of at most three widths, without anything that the camera noted. Public once accepted."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="photos")
    alt = models.CharField("ce que l’on y voit", max_length=200)
    credit = models.CharField("crédit", max_length=120)
    width = models.PositiveIntegerField("largeur (pixels)")
    height = models.PositiveIntegerField("hauteur (pixels)")
    widths = ArrayField(models.PositiveIntegerField(), verbose_name="largeurs gardées, la plus grande d’abord")
    position = models.PositiveSmallIntegerField(default=0)
    added_by = models.ForeignKey("partners.User", models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField("ajoutée le", auto_now_add=True)
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)

    objects = ProjectPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = "photo"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(alt=""),
                name="project_photo_is_told",
                violation_error_message="Dites ce que l’on voit sur la photo.",
            )
        ]

    def __str__(self):
        return self.alt

    def path(self, width: int) -> str:
        return f"{photo_folder(self)}/{width}.webp"
