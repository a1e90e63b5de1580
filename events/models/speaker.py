"""Who speaks at a temps of the programme. The one name that is public, and only as long as the person wants it."""

import uuid
from datetime import timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject, Lower

from events.models.convention import ProgrammeItem

KEPT_AFTER = timedelta(days=30)


class SpeakerQuerySet(models.QuerySet):
    def public(self):
        """Those who consented and have not taken it back."""
        return self.filter(consented_at__isnull=False, withdrawn_at__isnull=True)

    def outlived(self, at):
        """Those who are not named, ``KEPT_AFTER`` the end: nothing needs their address any more."""
        ended = self.filter(item__convention__ends_at__lte=at - KEPT_AFTER)
        return ended.exclude(pk__in=Speaker.objects.public())


class Speaker(models.Model):
    """Consent is given to the words as they stand: an act that changes them asks again."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(ProgrammeItem, models.CASCADE, related_name="speakers", verbose_name="temps")
    name = models.CharField("nom", max_length=120)
    function = models.CharField("fonction", max_length=160, blank=True)
    organisation_words = models.CharField("organisation", max_length=160, blank=True)
    email = models.EmailField("adresse électronique", max_length=254)
    asked_at = models.DateTimeField("accord demandé le", null=True, blank=True)
    consented_at = models.DateTimeField("accord donné le", null=True, blank=True)
    withdrawn_at = models.DateTimeField("accord refusé ou repris le", null=True, blank=True)

    objects = SpeakerQuerySet.as_manager()

    class Meta:
        verbose_name = "intervenante ou intervenant"
        verbose_name_plural = "intervenantes et intervenants"
        ordering = ["item", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "item",
                name="speaker_once",
                violation_error_message="Cette personne intervient déjà dans ce temps.",
            ),
            models.CheckConstraint(
                condition=Q(consented_at__isnull=True) | Q(asked_at__isnull=False), name="speaker_consent_was_asked"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True)
                | Q(consented_at__isnull=True)
                | Q(withdrawn_at__gte=F("consented_at")),
                name="speaker_withdrawn_after",
            ),
        ]

    def __str__(self):
        return f"intervention {self.pk}"

    @property
    def state(self) -> str:
        """ "public", "withdrawn", "refused", "asked" or "not_asked"."""
        if self.withdrawn_at:
            return "withdrawn" if self.consented_at else "refused"
        if self.consented_at:
            return "public"
        return "asked" if self.asked_at else "not_asked"


def named_speakers() -> ArraySubquery:
    """To annotate temps with: the public words of those who consented, and nothing else of them."""
    spoken = Speaker.objects.public().filter(item=OuterRef("pk")).order_by("pk")
    words = JSONObject(name="name", function="function", organisation="organisation_words")
    return ArraySubquery(spoken.values(said=words))
