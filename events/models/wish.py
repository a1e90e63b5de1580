"""Wishes of workshops, places in them, and who awaits one."""

from django.db import models
from django.db.models import F, Q

from events.models.convention import Workshop
from events.models.registration import Registration

MOST_WISHES = 5


class Wish(models.Model):
    """``rank`` from 1, the dearest first."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="wishes")
    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="wishes")
    rank = models.PositiveSmallIntegerField("rang")

    class Meta:
        verbose_name = "vœu d’atelier"
        verbose_name_plural = "vœux d’atelier"
        ordering = ["registration", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "workshop"],
                name="wish_workshop_once",
                violation_error_message="Cet atelier est déjà parmi vos vœux.",
            ),
            models.UniqueConstraint(
                fields=["registration", "rank"],
                name="wish_rank_once",
                violation_error_message="Chaque rang ne porte qu’un atelier.",
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1, rank__lte=MOST_WISHES),
                name="wish_rank_in_range",
                violation_error_message=f"Le rang va de 1 à {MOST_WISHES}.",
            ),
        ]

    def __str__(self):
        return f"vœu {self.rank}"


class WorkshopPlaceQuerySet(models.QuerySet):
    def live(self):
        return self.filter(ended_at__isnull=True)

    def at_the_hours_of(self, workshop: Workshop):
        """Those that one cannot hold together with a place in ``workshop``."""
        item = workshop.item
        return self.filter(workshop__item__starts_at__lt=item.ends_at, workshop__item__ends_at__gt=item.starts_at)


class WorkshopPlace(models.Model):
    """A place in a workshop, until it is given back. The database keeps capacity and hours (migration of the table)."""

    class Source(models.TextChoices):
        ALLOCATION = "allocation", "attribution des vœux"
        WAITING = "waiting", "liste d’attente"
        CHOSEN = "chosen", "place libre"
        WALK_IN = "walk_in", "à l’accueil"

    registration = models.ForeignKey(Registration, models.PROTECT, related_name="places")
    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="places")
    source = models.CharField("origine", max_length=10, choices=Source)
    given_at = models.DateTimeField("donnée le")
    ended_at = models.DateTimeField("rendue le", null=True, blank=True)

    objects = WorkshopPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = "place d’atelier"
        verbose_name_plural = "places d’atelier"
        ordering = ["workshop", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "workshop"],
                condition=Q(ended_at__isnull=True),
                name="workshop_place_live_once",
                violation_error_message="Cette personne a déjà une place dans cet atelier.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("given_at")), name="workshop_place_ended_after"
            ),
        ]

    def __str__(self):
        return f"place {self.pk}"


class WorkshopWaitQuerySet(models.QuerySet):
    def in_order(self):
        """The dearest wish first, then the number drawn; whoever came after the draw, in order of asking."""
        return self.order_by(F("rank").asc(nulls_last=True), F("lot").asc(nulls_last=True), "pk")


class WorkshopWait(models.Model):
    """Somebody on the live waiting list of a workshop. ``rank``: of the wish; ``lot``: their number in the draw."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="waits")
    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="waits")
    rank = models.PositiveSmallIntegerField("rang du vœu", null=True, blank=True)
    lot = models.PositiveIntegerField("numéro du tirage", null=True, blank=True)
    asked_at = models.DateTimeField("demandée le")

    objects = WorkshopWaitQuerySet.as_manager()

    class Meta:
        verbose_name = "attente d’une place d’atelier"
        verbose_name_plural = "attentes de places d’atelier"
        ordering = ["workshop", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "workshop"],
                name="workshop_wait_once",
                violation_error_message="Cette personne attend déjà une place dans cet atelier.",
            )
        ]

    def __str__(self):
        return f"attente {self.pk}"
