"""Accords de partenariat: what La Poste and one organisation agree upon, between two dates."""

import uuid

from django.db import models
from django.db.models import F, Q

from partners.models.perimeter import readable, writable


class AgreementQuerySet(models.QuerySet):
    def public(self):
        return self.filter(is_public=True, state__in=["active", "ended"], organisation__is_public=True)

    def visible_to(self, user):
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_national:
            return self
        return self.filter(Q(organisation__in=user.organisation_ids) | readable(user, "organisation"))

    def writable_by(self, user):
        return self.filter(writable(user, "organisation"))

    def in_force(self, on):
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), state="active", starts_on__lte=on)


class Agreement(models.Model):
    class Kind(models.TextChoices):
        MECENAT = "mecenat", "mécénat"
        RESPONSIBLE = "pratiques_responsables", "pratiques responsables"
        ECONOMIC = "cooperation_economique", "coopération économique"
        SOCIETAL = "innovation_societale", "innovation sociétale"

    class State(models.TextChoices):
        DRAFT = "draft", "brouillon"
        ACTIVE = "active", "en vigueur"
        ENDED = "ended", "terminé"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="agreements")
    title = models.CharField("objet", max_length=200)
    kind = models.CharField("nature", max_length=24, choices=Kind)
    state = models.CharField("état", max_length=6, choices=State, default=State.DRAFT)
    starts_on = models.DateField("début", null=True, blank=True)
    ends_on = models.DateField("fin (incluse)", null=True, blank=True)
    axes = models.ManyToManyField("partners.Axis", blank=True, related_name="agreements", verbose_name="axes")
    referent = models.ForeignKey(
        "partners.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="référent La Poste"
    )
    amount_cents = models.BigIntegerField("montant (centimes d’euro)", null=True, blank=True)
    is_public = models.BooleanField("public", default=True)
    is_demo = models.BooleanField("donnée de démonstration", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = "accord de partenariat"
        verbose_name_plural = "accords de partenariat"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="agreement_dates_in_order",
                violation_error_message="La date de fin précède la date de début.",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(starts_on__isnull=False),
                name="agreement_active_has_start",
                violation_error_message="Un accord en vigueur a une date de début.",
            ),
            models.CheckConstraint(
                condition=Q(amount_cents__isnull=True) | Q(amount_cents__gte=0),
                name="agreement_amount_positive",
                violation_error_message="Le montant ne peut pas être négatif.",
            ),
        ]
        indexes = [models.Index(fields=["state", "ends_on"], name="agreement_state_end")]

    def __str__(self):
        return self.title
