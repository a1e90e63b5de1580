"""What comes before a signature: the code that proves presence, the transmission, the deliberation."""

from django.db import models
from django.db.models import Q


class SigningCode(models.Model):
    """A typed code, bound to an act, a person, an organisation, a version, a browser session; only its hash is kept."""

    class Act(models.TextChoices):
        SIGN = "sign", "signer"
        WITHDRAW = "withdraw", "retirer"

    act = models.CharField("acte", max_length=8, choices=Act, default=Act.SIGN)
    user = models.ForeignKey("partners.User", models.CASCADE, related_name="+")
    organisation = models.ForeignKey("partners.Organisation", models.CASCADE, related_name="+")
    version = models.ForeignKey("charter.CharterVersion", models.CASCADE, related_name="+")
    session_digest = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=128)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "code de signature"
        verbose_name_plural = "codes de signature"
        indexes = [models.Index(fields=["user", "organisation", "version", "-sent_at"], name="signing_code_latest")]
        constraints = [models.CheckConstraint(condition=Q(tries__lte=5), name="signing_code_five_tries")]

    def __str__(self):
        return f"code {self.pk}"


class Transmission(models.Model):
    """« Je transmets au représentant »: the preparer hands the page to the one who may sign."""

    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="transmissions")
    version = models.ForeignKey("charter.CharterVersion", models.PROTECT, related_name="+")
    sender = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="transmis par")
    recipient = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="représentant")
    sent_at = models.DateTimeField("transmis le", auto_now_add=True)

    class Meta:
        verbose_name = "transmission"
        ordering = ["-sent_at"]

    def __str__(self):
        return f"transmission {self.pk}"


class Deliberation(models.Model):
    """« Nous devons délibérer »: a date, and a reminder on that day."""

    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="deliberations")
    version = models.ForeignKey("charter.CharterVersion", models.PROTECT, related_name="+")
    announced_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+")
    meets_on = models.DateField("date de la délibération")
    announced_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "délibération"
        ordering = ["-announced_at"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "version"], name="deliberation_once"),
        ]

    def __str__(self):
        return f"délibération {self.pk}"
