"""Invitations to a gathering: a choice of organisations, the exact list that was shown, and a link for each person."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core import signing
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from alliance.outbox.models import new_message_id
from partners.models.perimeter import writable

SALT = "events.guest"


class InvitationRoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the back office: all of them for the national team, one's own for a delegate."""
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        return self if user.is_national else self.filter(prepared_by=user)


class InvitationRound(models.Model):
    """``digest`` names the list that was shown, with the text: what leaves is that list, or nothing leaves."""

    class Reach(models.TextChoices):
        NETWORK = "network", "un réseau et ses membres"
        ORGANISATION = "organisation", "une organisation"
        REGION = "region", "les organisations d’une région"
        DEPARTMENT = "department", "les organisations d’un département"
        ASKED = "asked", "des personnes qui l’ont demandé"

    class State(models.TextChoices):
        DRAFT = "draft", "en préparation"
        SENT = "sent", "envoyé"
        STOPPED = "stopped", "arrêté"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    convention = models.ForeignKey("events.Convention", models.PROTECT, related_name="invitation_rounds")
    reach = models.CharField("qui inviter", max_length=12, choices=Reach)
    organisation = models.ForeignKey(
        "partners.Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="organisation"
    )
    region = models.ForeignKey("partners.Region", models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey("partners.Department", models.PROTECT, null=True, blank=True, related_name="+")
    roles = ArrayField(models.CharField(max_length=13), verbose_name="à qui, dans chaque organisation", default=list)
    words = models.TextField("mot d’invitation", max_length=2000, blank=True)
    state = models.CharField("état", max_length=7, choices=State, default=State.DRAFT)
    expires_at = models.DateTimeField("réponse attendue jusqu’au")
    digest = models.CharField("empreinte de la liste", max_length=64, blank=True)
    prepared_by = models.ForeignKey("partners.User", models.PROTECT, null=True, related_name="+")
    prepared_at = models.DateTimeField("préparé le", auto_now_add=True)
    confirmed_by = models.ForeignKey("partners.User", models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField("envoyé le", null=True, blank=True)

    objects = InvitationRoundQuerySet.as_manager()

    class Meta:
        verbose_name = "envoi d’invitations"
        verbose_name_plural = "envois d’invitations"
        ordering = ["convention", "-prepared_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reach="network", organisation__isnull=False, region=None, department=None)
                | Q(reach="organisation", organisation__isnull=False, region=None, department=None)
                | Q(reach="region", region__isnull=False, organisation=None, department=None)
                | Q(reach="department", department__isnull=False, organisation=None, region=None)
                | Q(reach="asked", organisation=None, region=None, department=None),
                name="invitation_round_says_whom",
                violation_error_message="Choisissez le réseau, l’organisation, la région ou le département à inviter.",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", confirmed_at=None) | ~Q(state="draft") & Q(confirmed_at__isnull=False),
                name="invitation_round_leaves_when_confirmed",
            ),
            models.UniqueConstraint(
                fields=["convention"], condition=Q(reach="asked"), name="invitation_round_asked_once"
            ),
        ]  # fmt: skip

    def __str__(self):
        reach = self.get_reach_display()
        return " · ".join(filter(None, [reach[0].upper() + reach[1:], str(self.aim or "")]))

    @property
    def aim(self):
        """The network, organisation, région or département; None when people asked by themselves."""
        return self.organisation or self.region or self.department


class Aside(models.TextChoices):
    """Why somebody whom the choice reaches is not invited."""

    NOBODY = "nobody", "personne n’y tient ce rôle : aucune adresse"
    INACTIVE = "inactive", "compte fermé"
    DECLINED = "declined", "ne veut pas recevoir d’invitations"
    BOUNCED = "bounced", "adresse en échec, à corriger"
    TWICE = "twice", "déjà sur cette liste pour une autre organisation"
    INVITED = "invited", "déjà invitée à cette rencontre"
    REGISTERED = "registered", "déjà inscrite"


class GuestQuerySet(models.QuerySet):
    def invited(self):
        """Those to whom an invitation was sent, whatever they answered."""
        return self.filter(invited_at__isnull=False)

    def standing(self, at):
        """Invited, and still in time to come."""
        return self.invited().filter(round__expires_at__gt=at, round__state=InvitationRound.State.SENT)

    def of_address(self, email: str):
        return self.alias(key=Lower("email")).filter(key=email.strip().lower())

    def of_token(self, token: str) -> "Guest | None":
        """The guest of a letter's link, whatever has become of it; None for any other text."""
        try:
            public_id = uuid.UUID(_signer().unsign(token))
        except (signing.BadSignature, ValueError):
            return None
        rows = self.invited().select_related("round", "convention", "organisation", "registration")
        return rows.filter(public_id=public_id).first()

    def writable_by(self, user):
        return self.filter(writable(user, "organisation"))


class Guest(models.Model):
    """One person on the list of a round. Invited once to a Convention, whatever the rounds that reach them."""

    class Answer(models.TextChoices):
        NONE = "", "pas encore de réponse"
        COMES = "comes", "inscrite"
        DECLINES = "declines", "ne vient pas"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    round = models.ForeignKey(InvitationRound, models.PROTECT, related_name="guests")
    convention = models.ForeignKey("events.Convention", models.PROTECT, related_name="guests")
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField("nom", max_length=120, blank=True)
    email = models.CharField("adresse électronique", max_length=254, blank=True)
    aside = models.CharField("mise à part", max_length=10, choices=Aside, blank=True)
    message_id = models.CharField("courriel", max_length=320, default=new_message_id, unique=True)
    invited_at = models.DateTimeField("invitée le", null=True, blank=True)
    sent_at = models.DateTimeField("courriel parti le", null=True, blank=True)
    answer = models.CharField("réponse", max_length=8, choices=Answer, blank=True, default=Answer.NONE)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    registration = models.ForeignKey(
        "events.Registration", models.SET_NULL, null=True, blank=True, related_name="invitations"
    )

    objects = GuestQuerySet.as_manager()

    class Meta:
        verbose_name = "personne invitée"
        verbose_name_plural = "personnes invitées"
        ordering = ["round", "pk"]
        constraints = [
            models.UniqueConstraint(
                "convention",
                Lower("email"),
                condition=Q(invited_at__isnull=False) & ~Q(email=""),
                name="guest_invited_once",
                violation_error_message="Cette personne est déjà invitée.",
            ),
            models.CheckConstraint(
                condition=Q(aside="") & ~Q(email="") | ~Q(aside="") & Q(invited_at=None) | Q(person=None, email=""),
                name="guest_aside_is_not_invited",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | ~Q(answer="") & Q(answered_at__gte=F("invited_at")),
                name="guest_answer_is_dated",
            ),
        ]
        indexes = [models.Index(fields=["convention", "answer"], name="guest_answers")]

    def __str__(self):
        return f"personne invitée {self.pk}"

    @property
    def token(self) -> str:
        """The key of their letter's link: signed, so that the database alone gives none."""
        return _signer().sign(self.public_id.hex)

    def is_standing(self, at) -> bool:
        """Read with its round."""
        return self.round.state == InvitationRound.State.SENT and self.round.expires_at > at


def _signer() -> signing.Signer:
    return signing.Signer(salt=SALT, sep=".")
