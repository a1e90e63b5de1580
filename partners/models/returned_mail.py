"""Notices that a letter of ours did not arrive, or is late: one line for each delivery that they are about."""

from django.db import models


class ReturnedMail(models.Model):
    """``key``: the notice's own name, digested, so that it counts once however often it is read. ``words``: the
    server's, without any address. ``is_proven``: it quotes the number of our letter, which nobody can guess; else the
    address alone was recognised. Forgotten with the delivery.
    """

    class Fate(models.TextChoices):
        FAILED = "failed", "revenu"
        DELAYED = "delayed", "retardé"

    key = models.CharField("avis", max_length=64, editable=False)
    posting = models.ForeignKey("outbox.Posting", models.CASCADE, related_name="+", verbose_name="remise")
    fate = models.CharField("suite", max_length=7, choices=Fate)
    status = models.CharField("statut", max_length=12, blank=True)
    words = models.CharField("réponse", max_length=200, blank=True)
    is_proven = models.BooleanField("prouvé par le numéro du courriel", default=True)
    noted_at = models.DateTimeField("noté le", auto_now_add=True)

    class Meta:
        verbose_name = "avis de non-remise"
        verbose_name_plural = "avis de non-remise"
        constraints = [models.UniqueConstraint(fields=["key", "posting"], name="returned_mail_once")]

    def __str__(self):
        return f"avis {self.pk}"
