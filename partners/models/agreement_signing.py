"""The paper that is signed, its bytes frozen, and those who sign it, one after another."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q


class Side(models.TextChoices):
    PARTNER = "partner", "le partenaire"
    POSTE = "poste", "La Poste"


class AgreementDocument(models.Model):
    """One round of signatures on one version. A trigger refuses any change of its bytes, and any deletion.

    ``digest`` is the SHA-256 of ``content`` in hexadecimal.
    """

    class Outcome(models.TextChoices):
        OPEN = "open", "à la signature"
        SIGNED = "signed", "signé par tous"
        REFUSED = "refused", "refusé"
        RECALLED = "recalled", "rappelé par La Poste"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey("partners.AgreementVersion", models.PROTECT, related_name="documents")
    content = models.BinaryField("fichier PDF")
    digest = models.CharField("empreinte", max_length=64)
    outcome = models.CharField("issue", max_length=8, choices=Outcome, default=Outcome.OPEN)
    opened_at = models.DateTimeField("mis à la signature le")
    opened_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+")
    closed_at = models.DateTimeField("clos le", null=True)

    class Meta:
        verbose_name = "document d’un accord"
        verbose_name_plural = "documents des accords"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(outcome__in=["open", "signed"]), name="agreement_document_live_once"
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="agreement_document_digest_shape"
            ),
            models.CheckConstraint(
                condition=Q(outcome="open", closed_at__isnull=True) | (~Q(outcome="open") & Q(closed_at__isnull=False)),
                name="agreement_document_closed_has_date",
            ),
        ]

    def __str__(self):
        return f"document {self.public_id}"

    @property
    def short_digest(self) -> str:
        return f"{self.digest[:8]}…{self.digest[-8:]}"

    @property
    def turn_since(self) -> datetime:
        """Since when the next signer is asked: the last signature before, else the day the paper was fixed."""
        return max([self.opened_at, *(signer.signed_at for signer in self.signers.all() if signer.signed_at)])


class AgreementSigner(models.Model):
    """Who signs, in which place of the order. Name and quality are those of the day the order was fixed."""

    class How(models.TextChoices):
        PORTAL = "portal", "sur le portail"
        PAPER = "paper", "sur papier"

    document = models.ForeignKey(AgreementDocument, models.PROTECT, related_name="signers")
    position = models.PositiveSmallIntegerField("rang")
    side = models.CharField("pour", max_length=7, choices=Side)
    person = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="signataire")
    name = models.CharField("nom", max_length=120)
    job_title = models.CharField("qualité", max_length=120)
    signed_at = models.DateTimeField("signé le", null=True)
    refused_at = models.DateTimeField("refusé le", null=True)
    how = models.CharField("comment", max_length=6, choices=How, blank=True)
    power = models.CharField("pouvoir", max_length=200, blank=True)
    consent = models.CharField("mots acceptés", max_length=300, blank=True)
    motive = models.CharField("motif du refus", max_length=500, blank=True)
    journal_position = models.PositiveBigIntegerField("inscription au journal", null=True)

    class Meta:
        verbose_name = "signataire d’un accord"
        verbose_name_plural = "signataires des accords"
        ordering = ["document", "position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="agreement_signer_position_once"),
            models.UniqueConstraint(
                fields=["document", "person"],
                name="agreement_signer_person_once",
                violation_error_message="Chaque personne signe une fois.",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True) | Q(refused_at__isnull=True), name="agreement_signer_one_answer"
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True) | ~Q(how=""), name="agreement_signer_signed_says_how"
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True) | ~Q(motive=""), name="agreement_signer_refusal_has_motive"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def state(self) -> str:
        return "signed" if self.signed_at else "refused" if self.refused_at else "awaiting"
