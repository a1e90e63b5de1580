"""An editorial version says the same thing better: who signed the one before need not sign again."""

from django.db import models


class CarriedOver(models.Model):
    """A standing signature that counts for an editorial version too. Rows are added, never changed nor deleted."""

    signature = models.ForeignKey("charter.Signature", models.PROTECT, related_name="carried_over")
    version = models.ForeignKey("charter.CharterVersion", models.PROTECT, related_name="+")
    carried_at = models.DateTimeField("reportée le")

    class Meta:
        verbose_name = "report de signature"
        verbose_name_plural = "reports de signatures"
        ordering = ["carried_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["signature", "version"], name="signature_carried_over_once")]

    def __str__(self):
        return f"report {self.pk}"
