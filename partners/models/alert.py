"""A filtered view followed by e-mail, without an account: asked, confirmed by the owner of the address, ended."""

import uuid
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

UNCONFIRMED_KEPT, ENDED_KEPT = timedelta(days=7), timedelta(days=30)
SIZE_MAX = 10_000


class AlertQuerySet(models.QuerySet):
    def live(self):
        return self.filter(ended_at__isnull=True)

    def active(self):
        """Confirmed and not ended: the only ones that ever receive news."""
        return self.live().filter(confirmed_at__isnull=False)

    def unchecked(self, on):
        return self.active().exclude(checked_on__gte=on)

    def expired(self, at):
        """Never confirmed in time, or ended long enough ago."""
        unconfirmed = Q(confirmed_at__isnull=True, ended_at__isnull=True, asked_at__lt=at - UNCONFIRMED_KEPT)
        return self.filter(unconfirmed | Q(ended_at__lt=at - ENDED_KEPT))


class Alert(models.Model):
    """``seen_keys`` and ``seen_marks``: the rows of the view when last compared, and the mark of their last change.

    ``public_id`` is the only key to confirm or to end it: the address of its owner stands in no link and no log.
    """

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    noun = models.CharField("liste", max_length=12)
    address = models.CharField("filtres", max_length=2000, blank=True)
    email = models.EmailField("adresse de courriel", max_length=254, blank=True)
    asked_at = models.DateTimeField("demandée le", default=timezone.now)
    confirmed_at = models.DateTimeField("confirmée le", null=True, blank=True)
    ended_at = models.DateTimeField("arrêtée le", null=True, blank=True)
    checked_on = models.DateField("comparée le", null=True, blank=True)
    sent_on = models.DateField("dernier courriel le", null=True, blank=True)
    seen_keys = ArrayField(models.BigIntegerField(), default=list, editable=False)
    seen_marks = ArrayField(models.BigIntegerField(), default=list, editable=False)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = "alerte"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), "noun", "address", condition=Q(ended_at__isnull=True), name="alert_live_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, seen_keys__len=F("seen_marks__len")) & ~Q(email="")
                | Q(ended_at__isnull=False, email="", seen_keys__len=0, seen_marks__len=0),
                name="alert_ended_forgets_the_address",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=False) | Q(checked_on__isnull=True, sent_on__isnull=True),
                name="alert_unconfirmed_sends_nothing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["checked_on"],
                condition=Q(confirmed_at__isnull=False, ended_at__isnull=True),
                name="alert_to_check",
            ),
        ]

    def __str__(self):
        return str(self.public_id)

    @property
    def is_active(self) -> bool:
        return self.confirmed_at is not None and self.ended_at is None
