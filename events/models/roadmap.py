"""The roadmap: what is done with proposals that were retained, and the projects that came of it."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse


class RoadmapItem(models.Model):
    """Public from its first day. ``actions``: what is done about it, in a few sentences."""

    class State(models.TextChoices):
        PLANNED = "planned", "prévue"
        LAUNCHED = "launched", "lancée"
        DONE = "done", "réalisée"
        DROPPED = "dropped", "abandonnée"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField("titre", max_length=160)
    axis = models.ForeignKey(
        "partners.Axis", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="axe"
    )
    state = models.CharField("état", max_length=8, choices=State, default=State.PLANNED)
    actions = models.TextField("actions", max_length=4_000, blank=True)
    created_at = models.DateTimeField("inscrite le")
    created_by = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")
    is_demo = models.BooleanField("donnée de démonstration", default=False)

    class Meta:
        verbose_name = "action de la feuille de route"
        verbose_name_plural = "feuille de route"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""),
                name="roadmap_item_has_title",
                violation_error_message="Le titre est obligatoire.",
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("events:roadmap_item", args=[self.public_id])


class RoadmapProjectQuerySet(models.QuerySet):
    def public(self):
        return self.filter(project__moderation="published")

    def to_tell(self):
        """Those whose project was published since it was made, and of whom nobody was told yet."""
        return self.public().filter(told_public_at=None)


class RoadmapProject(models.Model):
    """A project of an item. ``is_born_here``: it was made from the item, which it says; others were there before."""

    item = models.ForeignKey(RoadmapItem, models.CASCADE, related_name="project_links")
    project = models.ForeignKey("partners.Project", models.CASCADE, related_name="+", verbose_name="projet")
    is_born_here = models.BooleanField("né de cette action", default=False)
    linked_at = models.DateTimeField("relié le")
    linked_by = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")
    told_public_at = models.DateTimeField("publication annoncée le", null=True, blank=True, editable=False)

    objects = RoadmapProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "projet de la feuille de route"
        verbose_name_plural = "projets de la feuille de route"
        ordering = ["item", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "project"],
                name="roadmap_project_once",
                violation_error_message="Ce projet est déjà relié à cette action.",
            ),
            models.UniqueConstraint(
                fields=["project"], condition=Q(is_born_here=True), name="roadmap_project_born_once"
            ),
        ]

    def __str__(self):
        return f"projet {self.project_id} de {self.item_id}"


class RoadmapStep(models.Model):
    """One thing that became of an item; rows are only added. Authors of its proposals are told of each, once."""

    class Kind(models.TextChoices):
        PLANNED = "planned", "inscrite à la feuille de route"
        LAUNCHED = "launched", "lancée"
        DONE = "done", "réalisée"
        DROPPED = "dropped", "abandonnée"
        PROJECT_LINKED = "linked", "projet relié"
        PROJECT_BORN = "born", "projet créé"
        PROJECT_PUBLIC = "public", "projet publié"
        PROJECT_UNLINKED = "unlinked", "projet délié"

    item = models.ForeignKey(RoadmapItem, models.CASCADE, related_name="steps")
    kind = models.CharField("étape", max_length=8, choices=Kind)
    happened_at = models.DateTimeField("le")
    by = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField("en quelques mots", max_length=500, blank=True)
    project = models.ForeignKey("partners.Project", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "étape de la feuille de route"
        verbose_name_plural = "étapes de la feuille de route"
        ordering = ["item", "pk"]

    def __str__(self):
        return f"étape {self.pk}"
