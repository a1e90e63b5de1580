"""A network names its members and asks them to adhere: lists prepared, shown, sent, then one answer a line."""

import uuid
from datetime import timedelta

from django.core import signing
from django.db import models
from django.db.models import F, Q

SALT = "charter.member_invitation"
LINK_LIFE = timedelta(days=45)
PREPARED_LIFE = timedelta(hours=24)
SETTLED_KEPT = timedelta(days=90)
MOST_LINES = 2_000


class InvitationListQuerySet(models.QuerySet):
    def forgettable(self, at):
        """Prepared, and never sent: after a day it cannot leave any more."""
        return self.filter(sent_at__isnull=True, prepared_at__lt=at - 2 * PREPARED_LIFE)


class InvitationList(models.Model):
    """What was pasted, read line by line. Its invitations leave only once somebody has seen them all and said so."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    network = models.ForeignKey("partners.Organisation", models.CASCADE, related_name="invitation_lists")
    version = models.ForeignKey("charter.CharterVersion", models.PROTECT, related_name="+")
    prepared_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="préparée par")
    prepared_at = models.DateTimeField("préparée le")
    problems = models.JSONField("lignes refusées", default=list)
    sent_at = models.DateTimeField("envoyée le", null=True, blank=True)

    objects = InvitationListQuerySet.as_manager()

    class Meta:
        verbose_name = "liste d’invitations"
        verbose_name_plural = "listes d’invitations"
        ordering = ["-prepared_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(sent_at__gte=F("prepared_at")), name="invitation_list_in_order"
            ),
        ]

    def __str__(self):
        return str(self.public_id)


class MemberInvitationQuerySet(models.QuerySet):
    def sent(self):
        return self.filter(sent_at__isnull=False)

    def waiting(self, at):
        """Sent, and still to be answered."""
        return self.sent().filter(answered_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at)

    def settled(self, at):
        """Refused, taken back or over for long: the address has no use any more. An adhesion keeps its own."""
        before = at - SETTLED_KEPT
        declined = Q(answer=MemberInvitation.Answer.DECLINED, answered_at__lt=before)
        over = Q(answered_at__isnull=True, expires_at__lt=before) | Q(revoked_at__lt=before)
        return self.filter(declined | over)

    def of_token(self, token: str) -> "MemberInvitation | None":
        """What a link names, answered or over as well; None for any other text."""
        try:
            public_id = uuid.UUID(signer().unsign(token))
        except (signing.BadSignature, ValueError):
            return None
        rows = self.sent().select_related("network", "organisation", "version", "invitation_list")
        return rows.filter(public_id=public_id).first()


class MemberInvitation(models.Model):
    class Answer(models.TextChoices):
        ADHERED = "adhered", "adhère"
        DECLINED = "declined", "décline"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    invitation_list = models.ForeignKey(InvitationList, models.CASCADE, related_name="invitations")
    network = models.ForeignKey("partners.Organisation", models.CASCADE, related_name="member_invitations")
    organisation = models.ForeignKey(
        "partners.Organisation", models.CASCADE, null=True, blank=True, related_name="invitations_received"
    )
    version = models.ForeignKey("charter.CharterVersion", models.PROTECT, related_name="+")
    line = models.PositiveIntegerField("ligne")
    name = models.CharField("nom", max_length=160)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    sent_at = models.DateTimeField("envoyée le", null=True, blank=True)
    expires_at = models.DateTimeField("valable jusqu’au", null=True, blank=True)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    answer = models.CharField("réponse", max_length=8, choices=Answer, blank=True)
    revoked_at = models.DateTimeField("révoquée le", null=True, blank=True)

    objects = MemberInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation à adhérer"
        verbose_name_plural = "invitations à adhérer"
        ordering = ["line", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["network", "organisation", "version"],
                condition=Q(
                    sent_at__isnull=False, answered_at__isnull=True, revoked_at__isnull=True, organisation__isnull=False
                ),
                name="member_invitation_live_once",
                violation_error_message="Cette organisation est déjà invitée.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="member_invitation_names", violation_error_message="Donnez un nom."
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, expires_at__isnull=True)
                | Q(sent_at__isnull=False, expires_at__gt=F("sent_at")),
                name="member_invitation_expires",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="")
                | Q(answered_at__isnull=False, sent_at__isnull=False) & ~Q(answer=""),
                name="member_invitation_answer_is_dated",
            ),
        ]
        indexes = [
            models.Index(fields=["network", "-sent_at"], name="member_invitation_of_network"),
            models.Index(fields=["organisation"], name="member_invitation_to"),
        ]

    def __str__(self):
        return self.name

    @property
    def token(self) -> str:
        return signer().sign(self.public_id.hex)

    def state(self, at) -> str:
        """``adhered``, ``declined``, ``revoked``, ``expired`` or ``waiting``."""
        if self.answered_at:
            return self.answer
        if self.revoked_at:
            return "revoked"
        return "waiting" if self.expires_at and self.expires_at > at else "expired"


def signer() -> signing.Signer:
    return signing.Signer(salt=SALT, sep=".")
