"""What is said about an agreement: comments that both sides read, remarks that stay inside La Poste, and its life."""

from django.db import models
from django.db.models import Q

from partners.models.agreement_signing import Side


class AgreementComment(models.Model):
    """On a version that both sides see. It is open until somebody says that it is settled."""

    version = models.ForeignKey("partners.AgreementVersion", models.PROTECT, related_name="comments")
    side = models.CharField("de", max_length=7, choices=Side)
    author = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="auteur")
    passage = models.CharField("passage", max_length=120, blank=True)
    text = models.TextField("commentaire", max_length=2000)
    created_at = models.DateTimeField("écrit le")
    resolved_at = models.DateTimeField("réglé le", null=True)
    resolved_by = models.ForeignKey("partners.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "commentaire d’un accord"
        verbose_name_plural = "commentaires des accords"
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="agreement_comment_says_something"),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="agreement_comment_resolved_by_someone",
            ),
        ]

    def __str__(self):
        return f"commentaire {self.pk}"


class AgreementRemark(models.Model):
    """Between agents of La Poste. A table of its own: no page of the partner ever reads it."""

    agreement = models.ForeignKey("partners.Agreement", models.PROTECT, related_name="remarks")
    author = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="auteur")
    text = models.TextField("remarque interne", max_length=2000)
    created_at = models.DateTimeField("écrite le")

    class Meta:
        verbose_name = "remarque interne"
        verbose_name_plural = "remarques internes"
        ordering = ["created_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="agreement_remark_says_something")]

    def __str__(self):
        return f"remarque {self.pk}"


class AgreementEvent(models.Model):
    """One line of the life of an agreement, written by the act itself. Never changed: a trigger refuses."""

    class Kind(models.TextChoices):
        DRAFTED = "drafted", "Brouillon ouvert"
        SHARED = "shared", "Texte proposé au partenaire"
        SENT = "sent", "Mis à la signature"
        REMINDED = "reminded", "Signataire relancé"
        SIGNED = "signed", "Signature"
        COMPLETE = "complete", "Signé par tous"
        REFUSED = "refused", "Signature refusée"
        RECALLED = "recalled", "Rappelé de la signature"
        ACTIVATED = "activated", "Mis en vigueur"
        AMENDED = "amended", "Avenant ouvert"
        RENEWED = "renewed", "Renouvellement ouvert"
        DROPPED = "dropped", "Classé sans suite"
        ENDED = "ended", "Fin de l’accord"
        REVIEW = "review", "Bilan partagé ouvert"
        ANSWERED = "answered", "Réponse au bilan"
        COMPARED = "compared", "Bilan : les deux réponses sont là"
        ACTION = "action", "Action décidée"
        DONE = "done", "Action faite"
        FILE = "file", "Pièce jointe"

    agreement = models.ForeignKey("partners.Agreement", models.PROTECT, related_name="events")
    kind = models.CharField("fait", max_length=9, choices=Kind)
    what = models.CharField("précision", max_length=300, blank=True)
    motive = models.CharField("motif", max_length=500, blank=True)
    by = models.ForeignKey("partners.User", models.PROTECT, null=True, related_name="+", verbose_name="par")
    at = models.DateTimeField("le")
    internal = models.BooleanField("La Poste seulement", default=False)

    class Meta:
        verbose_name = "fait de la vie d’un accord"
        verbose_name_plural = "faits de la vie des accords"
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["agreement", "at", "id"], name="agreement_event_line")]

    def __str__(self):
        return self.get_kind_display()

    @property
    def words(self) -> str:
        """What happened, whole: « Signature : Accord initial, 1 sur 2 »."""
        if self.kind == self.Kind.COMPARED and self.what:
            return self.what.capitalize()
        return f"{self.get_kind_display()} : {self.what}" if self.what else self.get_kind_display()


class AgreementAlert(models.Model):
    """That the people concerned were told of a term, so many days before: once for each."""

    agreement = models.ForeignKey("partners.Agreement", models.PROTECT, related_name="alerts")
    term = models.DateField("terme")
    days_before = models.PositiveSmallIntegerField("jours avant")
    told_at = models.DateTimeField("prévenu le")

    class Meta:
        verbose_name = "alerte de terme"
        verbose_name_plural = "alertes de terme"
        constraints = [
            models.UniqueConstraint(fields=["agreement", "term", "days_before"], name="agreement_alert_once"),
            models.CheckConstraint(condition=Q(days_before__in=[30, 60, 90]), name="agreement_alert_days"),
        ]

    def __str__(self):
        return f"alerte à {self.days_before} jours"
