"""Accords de partenariat: what La Poste and one organisation agree upon. What was agreed stands in its versions."""

import uuid
from datetime import date

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from alliance.lib.db import LowerUnaccent
from partners.models.agreement_version import AgreementVersion
from partners.models.perimeter import readable, writable


class Standing(models.TextChoices):
    """Where an agreement stands on a day: computed, stored nowhere."""

    DRAFT = "draft", "brouillon"
    SHARED = "shared", "en discussion"
    SIGNING = "signing", "à la signature"
    SIGNED = "signed", "signé, à mettre en vigueur"
    UPCOMING = "upcoming", "signé, prendra effet"
    IN_FORCE = "in_force", "en vigueur"
    DUE = "due", "arrivé à terme, à décider"
    ENDED = "ended", "terminé"
    VOID = "void", "sans suite"


class AgreementQuerySet(models.QuerySet):
    def public(self):
        return self.filter(is_public=True, state__in=["active", "ended"], organisation__is_public=True)

    def visible_to(self, user):
        """Staff by perimeter; members their own, from the day it was shown to them."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_national:
            return self
        own = Q(organisation__in=user.organisation_ids, shared_at__isnull=False)
        return self.filter(own | readable(user, "organisation"))

    def writable_by(self, user):
        return self.filter(writable(user, "organisation"))

    def in_force(self, on):
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), state="active", starts_on__lte=on)

    def due(self, on):
        """Past their term, and nobody has decided yet: nothing ends nor renews by itself."""
        return self.filter(state="active", ends_on__lt=on)

    def with_standing(self, on: date):
        """``standing`` (a value of ``Standing``), ``open_stage`` and ``open_kind`` of what is being prepared."""
        prepared = AgreementVersion.objects.open().filter(agreement=OuterRef("pk"))
        running = AgreementVersion.objects.in_force(on).filter(agreement=OuterRef("pk"))
        rows = self.annotate(
            open_stage=Subquery(prepared.values("stage")[:1]), open_kind=Subquery(prepared.values("kind")[:1])
        )
        return rows.annotate(
            standing=Case(
                When(state="ended", then=Value(Standing.ENDED)),
                When(state="void", then=Value(Standing.VOID)),
                When(state="active", ends_on__lt=on, then=Value(Standing.DUE)),
                When(Exists(running), state="active", then=Value(Standing.IN_FORCE)),
                When(state="active", then=Value(Standing.UPCOMING)),
                When(open_stage__isnull=False, then=F("open_stage")),
                default=Value(Standing.DRAFT),
                output_field=CharField(),
            )
        )


class Agreement(models.Model):
    """``starts_on`` and ``ends_on`` span the periods of its versions: a trigger writes them, nothing else does."""

    class Kind(models.TextChoices):
        MECENAT = "mecenat", "mécénat"
        RESPONSIBLE = "pratiques_responsables", "pratiques responsables"
        ECONOMIC = "cooperation_economique", "coopération économique"
        SOCIETAL = "innovation_societale", "innovation sociétale"

    class State(models.TextChoices):
        DRAFT = "draft", "en préparation"
        ACTIVE = "active", "en vigueur"
        ENDED = "ended", "terminé"
        VOID = "void", "sans suite"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="agreements")
    title = models.CharField("objet", max_length=200)
    kind = models.CharField("nature", max_length=24, choices=Kind)
    state = models.CharField("état", max_length=6, choices=State, default=State.DRAFT)
    starts_on = models.DateField("début", null=True, blank=True, editable=False)
    ends_on = models.DateField("fin (incluse)", null=True, blank=True, editable=False)
    axes = models.ManyToManyField("partners.Axis", blank=True, related_name="agreements", verbose_name="axes")
    regions = models.ManyToManyField("partners.Region", blank=True, related_name="+", verbose_name="régions")
    departments = models.ManyToManyField(
        "partners.Department", blank=True, related_name="+", verbose_name="départements"
    )
    entities = models.ManyToManyField(
        "partners.GroupEntity", blank=True, related_name="agreements", verbose_name="entités du Groupe"
    )
    referent = models.ForeignKey(
        "partners.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="référent La Poste"
    )
    partner_referent = models.ForeignKey(
        "partners.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="référent du partenaire"
    )
    is_public = models.BooleanField("public", default=True)
    is_demo = models.BooleanField("donnée de démonstration", default=False)
    shared_at = models.DateTimeField("montré au partenaire le", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    updated_at = models.DateTimeField("modifié le", auto_now=True)

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
                condition=Q(state__in=["draft", "void"]) | Q(starts_on__isnull=False, shared_at__isnull=False),
                name="agreement_active_has_start",
                violation_error_message="Un accord en vigueur a une date de début, et son partenaire le connaît.",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "ends_on"], name="agreement_state_end"),
            models.Index(
                fields=["organisation", "starts_on", "ends_on"], condition=Q(state="active"), name="agreement_running"
            ),
            GinIndex(OpClass(LowerUnaccent("title"), name="gin_trgm_ops"), name="agreement_title_trgm"),
        ]

    def __str__(self):
        return self.title

    @property
    def standing_label(self) -> str:
        """Needs ``with_standing``."""
        return Standing(self.standing).label

    @property
    def state_words(self) -> str:
        """What the public reads: past its term, « en vigueur » would be false."""
        if self.is_due(timezone.localdate()):
            return "arrivé à terme"
        upcoming = self.state == self.State.ACTIVE and self.starts_on > timezone.localdate()
        return "signé, à venir" if upcoming else self.get_state_display()

    def is_due(self, on: date) -> bool:
        return self.state == self.State.ACTIVE and self.ends_on is not None and self.ends_on < on
