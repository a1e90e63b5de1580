"""A list of the back office as an agent likes it: filters, columns and order under a name."""

import uuid

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from partners.models.people import StaffPerimeter


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and those shared by the national team or by an agent of one of one's régions."""
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        sharing = StaffPerimeter.objects.filter(user=OuterRef("owner"))
        if not user.is_national:
            sharing = sharing.filter(Q(national=True) | Q(regions__in=user.region_codes))
        return self.filter(Q(owner=user) | Q(is_shared=True) & Exists(sharing))

    def writable_by(self, user):
        return self.filter(owner=user) if user.is_authenticated and user.is_staff else self.none()

    def for_list(self, user, noun: str):
        """Those that ``user`` finds above a list, one's own first, each with ``is_mine`` and ``is_default``."""
        first = DefaultView.objects.filter(user=user, view=OuterRef("pk"))
        mine = Q(owner=user)
        rows = (
            self.visible_to(user)
            .filter(noun=noun)
            .annotate(
                is_mine=Case(When(mine, then=Value(True)), default=Value(False), output_field=models.BooleanField()),
                is_default=Exists(first),
            )
        )
        return rows.select_related("owner").order_by("-is_mine", "name", "pk")


class SavedView(models.Model):
    """``query`` is the address of the list after the « ? »; ``columns`` are names that the list knows."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey("partners.User", models.CASCADE, related_name="saved_views", verbose_name="de")
    noun = models.CharField("liste", max_length=60)
    name = models.CharField("nom de la vue", max_length=60)
    query = models.CharField("filtres", max_length=1000, blank=True)
    columns = models.JSONField("colonnes", default=list, blank=True)
    is_shared = models.BooleanField("partagée avec les agents de mon périmètre", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = "vue enregistrée"
        verbose_name_plural = "vues enregistrées"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "noun", "name"],
                name="saved_view_name_once",
                violation_error_message="Vous avez déjà une vue de ce nom pour cette liste.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="saved_view_has_name", violation_error_message="Donnez un nom à cette vue."
            ),
        ]

    def __str__(self):
        return self.name


class DefaultView(models.Model):
    """The view that a list opens on for one agent; theirs or a shared one."""

    user = models.ForeignKey("partners.User", models.CASCADE, related_name="+", verbose_name="agent")
    noun = models.CharField("liste", max_length=60)
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="+", verbose_name="vue")

    class Meta:
        verbose_name = "vue par défaut"
        verbose_name_plural = "vues par défaut"
        constraints = [models.UniqueConstraint(fields=["user", "noun"], name="default_view_once")]

    def __str__(self):
        return f"{self.noun} · {self.view}"
