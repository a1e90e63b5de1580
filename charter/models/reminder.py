"""Reminders of a campaign: a list frozen when it is shown, sent once when it is confirmed."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q

from charter.models.campaign import Campaign, Stage
from partners.models.perimeter import readable

QUIET = timedelta(days=7)


class Group(models.TextChoices):
    """Whom an agent chooses to remind: the furthest point that they have reached."""

    UNOPENED = "unopened", "N’ont pas ouvert le lien"
    OPENED = "opened", "Ont ouvert le lien, sans afficher le texte"
    READ = "read", "Ont lu le texte, sans signer"


STAGES = {
    Group.UNOPENED: (Stage.CONCERNED, Stage.INVITED),
    Group.OPENED: (Stage.OPENED,),
    Group.READ: (Stage.READ,),
}


class Reminder(models.Model):
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="reminders")
    group = models.CharField("à qui", max_length=8, choices=Group)
    drafted_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="préparée par")
    drafted_at = models.DateTimeField("préparée le")
    confirmed_by = models.ForeignKey(
        "partners.User", models.PROTECT, null=True, related_name="+", verbose_name="confirmée par"
    )
    confirmed_at = models.DateTimeField("confirmée le", null=True)
    motive = models.CharField("motif", max_length=500, blank=True)

    class Meta:
        verbose_name = "relance"
        ordering = ["-drafted_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True, motive="")
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False) & ~Q(motive=""),
                name="reminder_confirmed_with_a_motive",
                violation_error_message="Une relance confirmée porte un agent et un motif.",
            )
        ]

    def __str__(self):
        return f"Relance {self.public_id}"


class RecipientQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the back office: agents, within their perimeter."""
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        return self if user.is_national else self.filter(readable(user, "organisation"))

    def recent(self, at: datetime):
        """Written to, or about to be, less than seven days before ``at``."""
        outcomes = (Recipient.Outcome.OWED, Recipient.Outcome.SENT)
        return self.filter(outcome__in=outcomes, reminder__confirmed_at__gt=at - QUIET)

    def with_recent(self, at: datetime):
        """Annotate ``was_recent``: the same person has been reminded less than seven days before, by another list."""
        others = Recipient.objects.recent(at).filter(person=OuterRef("person"))
        return self.annotate(was_recent=Exists(others.exclude(reminder=OuterRef("reminder"))))


class Recipient(models.Model):
    """One person to write to, for one organisation, once."""

    class Outcome(models.TextChoices):
        LISTED = "listed", "sur la liste"
        OWED = "owed", "en cours d’envoi"
        SENT = "sent", "partie"
        SIGNED = "signed", "écartée : a signé entre-temps"
        LEFT = "left", "écartée : ne représente plus l’organisation, ou celle-ci s’est retirée"

    reminder = models.ForeignKey(Reminder, models.PROTECT, related_name="recipients")
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="+")
    person = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="destinataire")
    outcome = models.CharField("suite", max_length=6, choices=Outcome, default=Outcome.LISTED)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = "destinataire de relance"
        verbose_name_plural = "destinataires de relances"
        ordering = ["organisation__search_name", "person__full_name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["reminder", "organisation", "person"], name="reminder_recipient_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=["listed", "owed", "sent", "signed", "left"]), name="recipient_outcome_known"
            ),
        ]

    def __str__(self):
        return f"destinataire {self.pk}"
