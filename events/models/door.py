"""Doors of a Convention, and who came through them."""

import uuid

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from events.models.convention import Convention
from events.models.registration import Registration


class DoorQuerySet(models.QuerySet):
    def open(self, at):
        return self.filter(revoked_at__isnull=True, opens_at__lte=at, closes_at__gt=at)


class Door(models.Model):
    """A phone at an entrance. Its link opens nothing before ``opens_at``, after ``closes_at``, nor once revoked."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    convention = models.ForeignKey(Convention, models.PROTECT, related_name="doors")
    name = models.CharField("nom", max_length=40)
    opens_at = models.DateTimeField("ouvre à")
    closes_at = models.DateTimeField("ferme à")
    made_at = models.DateTimeField("créée le")
    made_by = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField("fermée le", null=True, blank=True)

    objects = DoorQuerySet.as_manager()

    class Meta:
        verbose_name = "porte"
        verbose_name_plural = "portes"
        ordering = ["convention", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["convention", "name"],
                condition=Q(revoked_at__isnull=True),
                name="door_name_once",
                violation_error_message="Une porte ouverte porte déjà ce nom.",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="door_times_in_order",
                violation_error_message="La porte ferme avant d’ouvrir.",
            ),
        ]

    def __str__(self):
        return self.name

    def state(self, at) -> str:
        """ "revoked", "not_yet", "open" or "closed"."""
        if self.revoked_at is not None:
            return "revoked"
        if at < self.opens_at:
            return "not_yet"
        return "open" if at < self.closes_at else "closed"


class CheckInQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(undone_at__isnull=True)

    def of_people(self):
        return self.standing().filter(registration__isnull=False)

    def repeated(self):
        """Entries of somebody who had been let in before: a ticket shown twice, or two tickets exchanged."""
        before = CheckIn.objects.standing().filter(registration=OuterRef("registration"), pk__lt=OuterRef("pk"))
        return self.of_people().filter(Exists(before))

    def unknown(self):
        """Entries noted without network of nobody whom we could recognise yet."""
        return self.standing().filter(registration__isnull=True)


class CheckIn(models.Model):
    """An entry, as a door saw it. Rows are only added; ``key`` is the device's: sent twice, written once.

    Somebody is present when an entry of theirs stands, however many do. ``pk`` is the order in which they reached us.
    """

    class Means(models.TextChoices):
        SCAN = "scan", "QR code"
        TYPED = "typed", "code tapé"
        NAME = "name", "par le nom"
        WALK_IN = "walk_in", "sans inscription"

    key = models.UUIDField("clé de l’appareil", unique=True)
    door = models.ForeignKey(Door, models.PROTECT, related_name="check_ins", verbose_name="porte")
    registration = models.ForeignKey(
        Registration, models.PROTECT, null=True, blank=True, related_name="check_ins", verbose_name="inscription"
    )
    device = models.CharField("appareil", max_length=36, blank=True)
    means = models.CharField("moyen", max_length=7, choices=Means)
    said = models.CharField("ce qui a été noté", max_length=160, blank=True)
    happened_at = models.DateTimeField("entrée à")
    received_at = models.DateTimeField("reçue à")
    recognised_by = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField("annulée à", null=True, blank=True)
    undone_by = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")

    objects = CheckInQuerySet.as_manager()

    class Meta:
        verbose_name = "entrée"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(received_at__gte=F("happened_at")), name="check_in_received_after_it_happened"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_at__gte=F("received_at")), name="check_in_undone_after"
            ),
        ]
        indexes = [models.Index(fields=["door", "happened_at"], name="check_in_door_hour")]

    def __str__(self):
        return f"entrée {self.pk}"
