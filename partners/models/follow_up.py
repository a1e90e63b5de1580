"""News asked of the people who keep projects: one letter a month at most, answered by its link, without an account."""

import uuid
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.core import signing
from django.db import models
from django.db.models import F, Q

LINK_LIFE = timedelta(days=45)
PAUSE = timedelta(days=30)
SALT = "partners.follow_up"


class FollowUp(models.Model):
    """What was agreed with a person: when the last letter left, and whether they want any."""

    person = models.OneToOneField("partners.User", models.CASCADE, related_name="follow_up")
    asked_at = models.DateTimeField("dernier courriel le", null=True, blank=True)
    stopped_at = models.DateTimeField("arrêté le", null=True, blank=True)

    class Meta:
        verbose_name = "demande de nouvelles"
        verbose_name_plural = "demandes de nouvelles"

    def __str__(self):
        return str(self.person_id)


class UpdateLinkQuerySet(models.QuerySet):
    def live(self, at):
        return self.filter(expires_at__gt=at, revoked_at__isnull=True, person__is_active=True)

    def of_token(self, token: str, at) -> "UpdateLink | None":
        """The live link of a token; None for any other text, told from nothing but the text when it was not ours."""
        try:
            public_id = uuid.UUID(signer().unsign(token))
        except (signing.BadSignature, ValueError):
            return None
        return self.live(at).select_related("person").filter(public_id=public_id).first()


class UpdateLink(models.Model):
    """One letter's link: it says how these projects stand, and opens nothing else.

    The token is the signed ``public_id``: the database alone gives none.
    """

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey("partners.User", models.CASCADE, related_name="update_links")
    projects = ArrayField(models.BigIntegerField(), verbose_name="projets")
    made_at = models.DateTimeField("fait le")
    expires_at = models.DateTimeField("valable jusqu’au")
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)

    objects = UpdateLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "lien de suivi"
        verbose_name_plural = "liens de suivi"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="update_link_dates_in_order"),
        ]

    def __str__(self):
        return str(self.public_id)

    @property
    def token(self) -> str:
        return signer().sign(self.public_id.hex)


def signer() -> signing.Signer:
    return signing.Signer(salt=SALT, sep=".")
