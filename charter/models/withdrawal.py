"""Leaving the charter: an act signed like the signature it ends. It is added, and nothing is taken away."""

import uuid

from django.db import models
from django.db.models import Q

from alliance.lib.french import enumeration, of
from partners.models.perimeter import readable


def withdrawal_text(organisation, labels: list[str]) -> str:
    """The exact words that a signer consents to, for the ``labels`` of the versions whose signatures end."""
    versions = f"version{'s' if len(labels) > 1 else ''} {enumeration(labels)}"
    return (
        f"Au nom {of(organisation.name)}, je retire la signature de la charte de l’Alliance Dynamique, {versions}. "
        "L’organisation cesse d’être signataire dès maintenant."
    )


class WithdrawalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the back office: agents, within their perimeter."""
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        return self if user.is_national else self.filter(readable(user, "organisation"))


class Withdrawal(models.Model):
    """One act ends every live signature of an organisation; they point to it (``signatures``)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="withdrawals")
    signer = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="signataire du retrait")
    mandate = models.ForeignKey("charter.Mandate", models.PROTECT, related_name="+", verbose_name="mandat")
    organisation_name = models.CharField("organisation, nom du jour", max_length=160)
    signer_name = models.CharField("nom du jour", max_length=120)
    signer_job_title = models.CharField("qualité du jour", max_length=120)
    consent_text = models.TextField("texte du consentement")
    motive = models.CharField("motif", max_length=500, blank=True)
    proof_level = models.CharField("preuve de présence", max_length=20)
    assertion = models.JSONField("réponse de la clé d’accès", null=True, blank=True, editable=False)
    signed_at = models.DateTimeField("signé le")
    is_demo = models.BooleanField("donnée de démonstration", default=False)

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        verbose_name = "retrait"
        ordering = ["-signed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(consent_text=""), name="withdrawal_says_what"),
            models.CheckConstraint(
                condition=Q(proof_level="passkey", assertion__isnull=False)
                | (~Q(proof_level="passkey") & Q(assertion__isnull=True)),
                name="withdrawal_passkey_keeps_its_answer",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-signed_at"], name="withdrawal_of_organisation")]

    def __str__(self):
        return f"Retrait {self.public_id}"
