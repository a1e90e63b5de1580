"""The power to sign for an organisation. A verified mandate gates signing, always."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from partners.models.perimeter import readable, writable


def mandate_path(mandate, filename: str) -> str:
    """Private storage name: nothing of the uploaded name is kept."""
    return f"mandats/{mandate.public_id}"


class MandateQuerySet(models.QuerySet):
    def valid(self, on=None):
        """Verified and running on a day."""
        on = on or timezone.localdate()
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), state="verified", starts_on__lte=on)

    def visible_to(self, user):
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_national:
            return self
        return self.filter(Q(person=user) | Q(entered_by=user) | readable(user, "organisation"))

    def writable_by(self, user):
        return self.filter(writable(user, "organisation"))


class Mandate(models.Model):
    class Kind(models.TextChoices):
        LEGAL = "legal", "représentation légale (statuts)"
        DELEGATE = "delegate", "délégation de pouvoir"

    class State(models.TextChoices):
        SUBMITTED = "submitted", "à vérifier"
        VERIFIED = "verified", "vérifié"
        REFUSED = "refused", "refusé"
        CONTESTED = "contested", "contesté"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="mandates")
    person = models.ForeignKey("partners.User", models.PROTECT, related_name="mandates", verbose_name="mandataire")
    kind = models.CharField("nature", max_length=8, choices=Kind)
    job_title = models.CharField("qualité", max_length=120)
    starts_on = models.DateField("à partir du", default=timezone.localdate)
    ends_on = models.DateField("jusqu’au (inclus)", null=True, blank=True)
    document = models.FileField("pièce justificative", upload_to=mandate_path, blank=True)
    document_type = models.CharField(max_length=60, blank=True, editable=False)
    document_digest = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField("état", max_length=9, choices=State, default=State.SUBMITTED)
    motive = models.CharField("motif", max_length=500, blank=True)
    entered_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="saisi par")
    entered_at = models.DateTimeField("saisi le", auto_now_add=True)
    verified_by = models.ForeignKey(
        "partners.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="vérifié par"
    )
    verified_at = models.DateTimeField("vérifié le", null=True, blank=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = "mandat"
        ordering = ["-entered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=Q(state="submitted"),
                name="mandate_waiting_once",
                violation_error_message="Un mandat de cette personne attend déjà sa vérification.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="mandate_dates_in_order",
                violation_error_message="La date de fin précède la date de début.",
            ),
            models.CheckConstraint(
                condition=~Q(state="verified") | Q(verified_by__isnull=False, verified_at__isnull=False),
                name="mandate_verified_by_someone",
                violation_error_message="Un mandat vérifié porte le nom de l’agent qui l’a vérifié.",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("entered_by")),
                name="mandate_two_people",
                violation_error_message="La personne qui a saisi le mandat ne peut pas le vérifier.",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("person")),
                name="mandate_not_by_holder",
                violation_error_message="Le mandataire ne peut pas vérifier son propre mandat.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "contested"]) | ~Q(motive=""),
                name="mandate_refusal_has_motive",
                violation_error_message="Donnez le motif.",
            ),
        ]
        indexes = [models.Index(fields=["entered_at", "id"], condition=Q(state="submitted"), name="mandate_waiting")]

    def __str__(self):
        return f"Mandat {self.public_id}"

    def runs_on(self, day) -> bool:
        return self.starts_on <= day and (self.ends_on is None or self.ends_on >= day)
