"""What a person decides of their own data: letters not wanted, copies asked for, erasure."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

EXPORT_KEPT = timedelta(days=7)


class LetterKind(models.TextChoices):
    """Letters that one may do without. Codes, security, invitations, receipts and what was asked for always leave."""

    PROJECTS = "projects", "Décisions sur vos projets et votre page publique"
    AGREEMENTS = "agreements", "Vie de vos accords : commentaires, étapes, échéances"
    CHARTER = "charter", "Relances d’une campagne de signature"
    TEAM = "team", "Demandes de rejoindre une organisation que vous administrez"
    WORK = "work", "Rappels du travail qui attend les agents"
    NEWS = "news", "Lettres d’information de La Poste et de l’Alliance"
    MEETINGS = "invitation", "Invitations à des rencontres"


class MutedLetter(models.Model):
    """A kind of letters that the person does not want; the monthly question about projects is ``FollowUp``'s."""

    user = models.ForeignKey("partners.User", models.CASCADE, related_name="muted_letters")
    kind = models.CharField("nature", max_length=10, choices=LetterKind)
    since = models.DateTimeField("depuis le", default=timezone.now)

    class Meta:
        verbose_name = "courriel non souhaité"
        verbose_name_plural = "courriels non souhaités"
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="muted_letter_once")]

    def __str__(self):
        return f"{self.user_id} · {self.kind}"


class DataExportQuerySet(models.QuerySet):
    def available(self, at):
        return self.filter(made_at__isnull=False, expires_at__gt=at)

    def over(self, at):
        return self.filter(expires_at__lte=at)


class DataExport(models.Model):
    """A copy of what the portal holds about a person, made by the worker, for that person alone, for a week."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("partners.User", models.CASCADE, related_name="data_exports")
    asked_at = models.DateTimeField("demandée le", default=timezone.now)
    made_at = models.DateTimeField("prête le", null=True, blank=True)
    expires_at = models.DateTimeField("gardée jusqu’au")
    data = models.BinaryField("fichier JSON", null=True)
    document = models.BinaryField("fichier PDF", null=True)

    objects = DataExportQuerySet.as_manager()

    class Meta:
        verbose_name = "copie de données"
        verbose_name_plural = "copies de données"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(made_at__isnull=True), name="data_export_made_once"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("asked_at")), name="data_export_dates_in_order"),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, data__isnull=True, document__isnull=True)
                | Q(made_at__isnull=False, data__isnull=False, document__isnull=False),
                name="data_export_is_whole",
            ),
        ]

    def __str__(self):
        return str(self.public_id)


class Erasure(models.Model):
    """The receipt: what was erased, what is held, why and until when; by kinds and numbers, without personal data."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField("partners.User", models.PROTECT, related_name="erasure")
    done_at = models.DateTimeField("faite le", default=timezone.now)
    erased = models.JSONField("effacé", default=list)
    held = models.JSONField("conservé", default=list)

    class Meta:
        verbose_name = "effacement"
        ordering = ["-done_at", "-pk"]

    def __str__(self):
        return str(self.public_id)
