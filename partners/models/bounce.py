"""Addresses that no longer receive: refused by the post for good, or sent back by the receiver's server."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone

from partners.models.people import Membership, User


class BounceQuerySet(models.QuerySet):
    def open(self):
        """Known to fail: no bulk mail goes there."""
        return self.unsettled().exclude(kind=Bounce.Kind.CLAIMED)

    def unsettled(self):
        """Nobody said that it works again, and the person has not changed address since; those to look at included."""
        # Asked person by person: joined, all the people of the portal would be read for the few whose address fails.
        present = User.objects.filter(pk=OuterRef("person")).order_by().values(lower_email=Lower("email"))
        return self.filter(Q(person__isnull=True) | Q(address=models.Subquery(present[:1])), lifted_at__isnull=True)

    def visible_to(self, user):
        """Agents, for the people of their perimeter; addresses of nobody the portal knows, the national team."""
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        return self if user.is_national else self.filter(person__in=User.objects.visible_to(user).values("pk"))

    def writable_by(self, user):
        if user.is_national:
            return self
        attached = Membership.objects.live().writable_by(user).filter(user=OuterRef("person"))
        return self.filter(Exists(attached))

    def with_organisation(self):
        """Annotate ``organisation_id``, ``organisation_name`` and the région of one organisation of the person."""
        first = Membership.objects.live().filter(user=OuterRef("person")).order_by("pk")
        return self.annotate(
            organisation_name=models.Subquery(first.values("organisation__name")[:1]),
            region_name=models.Subquery(first.values("organisation__region__name")[:1]),
            region_code=models.Subquery(first.values("organisation__region")[:1]),
            organisation_kind=models.Subquery(first.values("organisation__kind")[:1]),
        )


class Bounce(models.Model):
    """``status``: « 5.1.1 » or empty; ``words``: the server's own, without any address. ``address`` in lower case."""

    class Kind(models.TextChoices):
        REFUSED = "refused", "refusée par le serveur de messagerie"
        RETURNED = "returned", "revenue : le courriel n’a pas pu être remis"
        CLAIMED = "claimed", "revenue selon un avis sans le numéro de notre courriel : à vérifier"

    address = models.CharField("adresse", max_length=254)
    person = models.ForeignKey(
        "partners.User", models.SET_NULL, null=True, related_name="bounces", verbose_name="personne"
    )
    kind = models.CharField("comment", max_length=8, choices=Kind)
    status = models.CharField("statut", max_length=12, blank=True)
    words = models.CharField("réponse", max_length=200, blank=True)
    message_id = models.CharField("courriel", max_length=320, blank=True)
    bounced_at = models.DateTimeField("depuis le", default=timezone.now)
    confirmed_at = models.DateTimeField("confirmée le", null=True)
    confirmed_by = models.ForeignKey(
        "partners.User", models.SET_NULL, null=True, related_name="+", verbose_name="confirmée par"
    )
    confirmation = models.CharField("motif de la confirmation", max_length=300, blank=True)
    lifted_at = models.DateTimeField("rétablie le", null=True)
    lifted_by = models.ForeignKey("partners.User", models.SET_NULL, null=True, related_name="+", verbose_name="par")
    motive = models.CharField("motif", max_length=300, blank=True)

    objects = BounceQuerySet.as_manager()

    class Meta:
        verbose_name = "adresse en échec"
        verbose_name_plural = "adresses en échec"
        ordering = ["-bounced_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=Q(lifted_at__isnull=True), name="bounce_open_once",
                violation_error_message="Cette adresse est déjà notée comme en échec.",
            ),
            models.CheckConstraint(condition=Q(address=Lower(F("address"))), name="bounce_address_lower"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | ~Q(motive=""), name="bounce_lifted_with_motive",
                violation_error_message="Dites pourquoi cette adresse fonctionne de nouveau.",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | (~Q(confirmation="") & ~Q(kind="claimed")),
                name="bounce_confirmed_with_motive", violation_error_message="Dites ce qui confirme cet échec.",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["bounced_at", "id"], include=["person"], condition=Q(lifted_at__isnull=True), name="bounce_open"
            )
        ]

    def __str__(self):
        return f"adresse en échec {self.pk}"

    @property
    def is_claimed(self) -> bool:
        """Noted on the word of a notice that anybody could have written, and nobody has looked since."""
        return self.kind == self.Kind.CLAIMED and self.lifted_at is None
