"""Bulk mail: a text with fields, recipients frozen before anything leaves, and what became of each."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q

from alliance.outbox.models import new_message_id


class MailKind(models.TextChoices):
    """What a bulk mail is. Of all but the last, one may ask to receive no more."""

    NEWS = "news", "lettre d’information"
    INVITATION = "invitation", "invitation à une rencontre"
    SERVICE = "service", "avis nécessaire au partenariat"


REFUSABLE = (MailKind.NEWS, MailKind.INVITATION)


class MailingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the back office: all of them for the national team, one's own for a delegate."""
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        return self if user.is_national else self.filter(written_by=user)

    def writable_by(self, user):
        return self.visible_to(user)


class Mailing(models.Model):
    """``query``: the filters of the directory that choose organisations, or ``selection``: rows ticked in a list;
    ``roles``: whom to write to in each.

    ``digest`` names the list that was shown, with the text; ``turn`` changes each time it is paused, so that what was
    planned before is void.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "en préparation"
        SENDING = "sending", "en cours d’envoi"
        PAUSED = "paused", "en pause"
        CANCELLED = "cancelled", "arrêté"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    subject = models.CharField("objet", max_length=150)
    body = models.TextField("texte", max_length=10_000)
    kind = models.CharField("nature", max_length=10, choices=MailKind, default=MailKind.NEWS)
    query = models.CharField("organisations", max_length=1000, blank=True)
    selection = models.ForeignKey(
        "partners.MailingSelection", models.PROTECT, null=True, related_name="+", verbose_name="lignes choisies"
    )
    roles = ArrayField(models.CharField(max_length=13), verbose_name="à qui")
    state = models.CharField("état", max_length=9, choices=State, default=State.DRAFT)
    turn = models.PositiveIntegerField("reprise", default=0, editable=False)
    written_by = models.ForeignKey("partners.User", models.PROTECT, related_name="mailings", verbose_name="écrit par")
    written_at = models.DateTimeField("écrit le", auto_now_add=True)
    listed_at = models.DateTimeField("liste arrêtée le", null=True)
    digest = models.CharField("empreinte de la liste", max_length=64, blank=True)
    confirmed_by = models.ForeignKey(
        "partners.User", models.PROTECT, null=True, related_name="+", verbose_name="confirmé par"
    )
    confirmed_at = models.DateTimeField("confirmé le", null=True)
    motive = models.CharField("motif", max_length=300, blank=True)

    objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = "envoi groupé"
        verbose_name_plural = "envois groupés"
        ordering = ["-written_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", confirmed_at__isnull=True, confirmed_by__isnull=True)
                | ~Q(state="draft") & Q(confirmed_at__isnull=False, confirmed_by__isnull=False) & ~Q(motive=""),
                name="mailing_leaves_when_confirmed",
                violation_error_message="Un envoi groupé part sur la confirmation d’un agent, avec un motif.",
            ),
            models.CheckConstraint(
                condition=~Q(subject="") & ~Q(body=""), name="mailing_says_something",
                violation_error_message="Donnez un objet et un texte.",
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.subject

    @property
    def is_refusable(self) -> bool:
        return self.kind in REFUSABLE

    def tally(self) -> dict[str, int]:
        """Outcome → how many; one query."""
        return dict(self.recipients.order_by().values_list("outcome").annotate(Count("pk")))


class Outcome(models.TextChoices):
    LISTED = "listed", "sur la liste"
    OWED = "owed", "en route"
    SENT = "sent", "remis au serveur de messagerie"
    REFUSED = "refused", "refusé : cette adresse n’existe plus"
    RETURNED = "returned", "revenu : n’a pas pu être remis"
    GIVEN_UP = "given_up", "abandonné après tous les essais"
    CANCELLED = "cancelled", "pas parti : l’envoi a été arrêté"
    ASIDE = "aside", "mis à part"


class Aside(models.TextChoices):
    """Why somebody who was chosen receives nothing."""

    NOBODY = "nobody", "personne n’y tient ce rôle : aucune adresse"
    INACTIVE = "inactive", "compte fermé"
    DECLINED = "declined", "ne veut pas recevoir ce genre de courriel"
    BOUNCED = "bounced", "adresse en échec, à corriger"
    TWICE = "twice", "déjà sur la liste pour une autre organisation"
    OUTSIDE = "outside", "organisation que vous ne pouvez que lire"
    ALONE = "alone", "aucun rattachement dans une organisation que vous suivez"


class MailingRecipientQuerySet(models.QuerySet):
    def leaving(self):
        return self.exclude(outcome=Outcome.ASIDE)


class MailingRecipient(models.Model):
    """One letter to one address, under one Message-ID whatever happens on the way.

    ``organisation``: for which the person is written to; none only for who is set apart for want of it.
    """

    mailing = models.ForeignKey(Mailing, models.PROTECT, related_name="recipients")
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(
        "partners.User", models.SET_NULL, null=True, related_name="+", verbose_name="destinataire"
    )
    address = models.CharField("adresse", max_length=254, blank=True)
    outcome = models.CharField("suite", max_length=9, choices=Outcome, default=Outcome.LISTED)
    aside = models.CharField("mis à part", max_length=8, choices=Aside, blank=True)
    message_id = models.CharField("courriel", max_length=320, default=new_message_id, unique=True)
    reply = models.CharField("réponse du serveur", max_length=200, blank=True)
    settled_at = models.DateTimeField("le", null=True)

    objects = MailingRecipientQuerySet.as_manager()

    class Meta:
        verbose_name = "destinataire d’un envoi groupé"
        verbose_name_plural = "destinataires d’envois groupés"
        ordering = ["mailing", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "address"], condition=~Q(outcome="aside"), name="mailing_address_once",
                violation_error_message="Cette adresse est déjà sur la liste.",
            ),
            models.CheckConstraint(
                condition=Q(outcome="aside") & ~Q(aside="") | ~Q(outcome="aside") & Q(aside="") & ~Q(address=""),
                name="mailing_aside_says_why",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(outcome="aside"), name="mailing_for_an_organisation"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["mailing", "outcome", "id"], name="mailing_outcome")]

    def __str__(self):
        return f"destinataire {self.pk}"


class MailRefusal(models.Model):
    """A person who wants no more bulk mails of a kind."""

    person = models.ForeignKey("partners.User", models.CASCADE, related_name="mail_refusals", verbose_name="personne")
    kind = models.CharField("nature", max_length=10, choices=[(kind.value, kind.label) for kind in REFUSABLE])
    at = models.DateTimeField("depuis le", auto_now_add=True)

    class Meta:
        verbose_name = "refus de courriels groupés"
        verbose_name_plural = "refus de courriels groupés"
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="mail_refusal_once")]

    def __str__(self):
        return f"refus {self.pk}"


class Resending(models.Model):
    """A letter that an agent sent again: the same content, another Message-ID, and why."""

    owed = models.ForeignKey("outbox.Owed", models.SET_NULL, null=True, related_name="+", verbose_name="premier envoi")
    again = models.ForeignKey("outbox.Owed", models.SET_NULL, null=True, related_name="+", verbose_name="renvoi")
    work = models.CharField("courriel", max_length=100)
    by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le", auto_now_add=True)
    motive = models.CharField("motif", max_length=300)

    class Meta:
        verbose_name = "renvoi"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(motive=""), name="resending_says_why", violation_error_message="Donnez un motif."
            )
        ]

    def __str__(self):
        return f"renvoi {self.pk}"
