"""Pairs of organisations that are likely one, looked for each night: alliance.portal reads them by score."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F

from alliance.lib.db import Among
from partners.models.organisation import Organisation


class LikelyPairQuerySet(models.QuerySet):
    def writable_by(self, user):
        """Both rows are the agent's to change: nobody else could merge them."""
        if user.is_national:  # the few that were absorbed are told apart quicker than the many that were not
            absorbed = Organisation.objects.filter(absorbed_into__isnull=False).values("pk")
            return self.exclude(first__in=absorbed).exclude(second__in=absorbed)
        mine = Organisation.objects.writable_by(user).filter(absorbed_into__isnull=True).order_by().values("pk")
        return self.filter(Among(F("first"), mine), second__in=mine)


class LikelyPair(models.Model):
    """``first`` has the smaller key; ``reasons`` are French, the surest first."""

    first = models.ForeignKey("partners.Organisation", models.CASCADE, related_name="+")
    second = models.ForeignKey("partners.Organisation", models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField("ressemblance")
    reasons = ArrayField(models.CharField(max_length=60), verbose_name="raisons")

    objects = LikelyPairQuerySet.as_manager()

    class Meta:
        verbose_name = "doublon probable"
        verbose_name_plural = "doublons probables"
        ordering = ["-score", "pk"]
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="likely_pair_once")]
        indexes = [models.Index(fields=["-score", "id"], name="likely_pair_score")]

    def __str__(self):
        return f"{self.first} ~ {self.second}"
