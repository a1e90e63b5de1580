"""Pieces joined to an agreement: private, streamed after the access check."""

import uuid

from django.db import models
from django.db.models import Q


def file_path(attachment, filename: str) -> str:
    """Private storage name: nothing of the uploaded name is kept in it."""
    return f"accords/{attachment.public_id}"


class AgreementFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Agents: all those of the agreements they read. Partners: those that are shared with them."""
        agreements = self.model._meta.get_field("agreement").related_model.objects
        rows = self.filter(agreement__in=agreements.visible_to(user))
        return rows if user.is_staff else rows.filter(shared=True)


class AgreementFile(models.Model):
    class Kind(models.TextChoices):
        ANNEX = "annex", "annexe"
        SIGNED_COPY = "signed", "exemplaire signé sur papier"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    agreement = models.ForeignKey("partners.Agreement", models.PROTECT, related_name="files")
    kind = models.CharField("sorte", max_length=6, choices=Kind, default=Kind.ANNEX)
    name = models.CharField("nom", max_length=120)
    file = models.FileField("fichier", upload_to=file_path)
    mime_type = models.CharField("type", max_length=60)
    size = models.PositiveIntegerField("octets")
    digest = models.CharField("empreinte", max_length=64)
    shared = models.BooleanField("montré au partenaire", default=True)
    uploaded_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("déposé le")

    objects = AgreementFileQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce d’un accord"
        verbose_name_plural = "pièces des accords"
        ordering = ["uploaded_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="agreement_file_has_name"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="agreement_file_digest_shape"),
        ]

    def __str__(self):
        return self.name
