"""How somebody comes to act for an organisation: invited, or asking to be let in."""

import uuid
from datetime import timedelta

from django.core import signing
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from partners.models.people import Membership
from partners.models.perimeter import readable, writable

INVITATION_LIFE = timedelta(days=14)
UNCONFIRMED_KEPT = timedelta(days=7)
DECIDED_KEPT = timedelta(days=365)
PATIENCE = timedelta(days=5)
SALT = "partners.invitation"


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the organisations that one administers; for agents, of their perimeter."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_staff:
            return self.filter(readable(user, "organisation"))
        managed = Membership.objects.live().filter(user=user, role=Membership.Role.ADMINISTRATOR)
        return self.filter(organisation__in=managed.values("organisation"))

    def waiting(self):
        """Neither accepted nor taken back; perhaps expired."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)

    def open(self, at):
        return self.waiting().filter(expires_at__gt=at)

    def of_token(self, token: str) -> "Invitation | None":
        """The invitation of a letter's link, whatever has become of it; None for any other text."""
        try:
            public_id = uuid.UUID(signer().unsign(token))
        except (signing.BadSignature, ValueError):
            return None
        return self.select_related("organisation", "invited_by").filter(public_id=public_id).first()

    def forgettable(self, at):
        """Long settled: the address has no use any more."""
        settled = Q(accepted_at__lt=at - DECIDED_KEPT) | Q(revoked_at__lt=at - DECIDED_KEPT)
        return self.filter(settled | Q(accepted_at__isnull=True, expires_at__lt=at - DECIDED_KEPT))


class Invitation(models.Model):
    """The token of its letter is the signed ``public_id``: the database alone gives none."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="invitations")
    email = models.EmailField("adresse électronique", max_length=254)
    full_name = models.CharField("nom", max_length=120)
    role = models.CharField("rôle", max_length=13, choices=Membership.Role)
    job_title = models.CharField("qualité", max_length=120, blank=True)
    invited_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="par")
    sent_at = models.DateTimeField("envoyée le", default=timezone.now)
    expires_at = models.DateTimeField("valable jusqu’au")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    revoked_at = models.DateTimeField("reprise le", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                "role",
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_waiting_once",
                violation_error_message="Cette personne est déjà invitée à ce rôle.",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="invitation_dates_in_order"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True), name="invitation_settled_once"
            ),
        ]

    def __str__(self):
        return str(self.public_id)

    @property
    def token(self) -> str:
        return signer().sign(self.public_id.hex)

    def is_open(self, at) -> bool:
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > at


class JoinRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the organisations that one administers; for agents, of their perimeter."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_staff:
            return self.filter(_known(readable(user, "organisation")) | _proposed(user))
        managed = Membership.objects.live().filter(user=user, role=Membership.Role.ADMINISTRATOR)
        return self.filter(organisation__in=managed.values("organisation"))

    def writable_by(self, user):
        """What an agent may decide."""
        if not user.is_staff:
            return self.none()
        return self if user.is_national else self.filter(_known(writable(user, "organisation")))

    def waiting(self):
        return self.filter(state=JoinRequest.State.WAITING)

    def for_staff(self):
        """Those that agents have to decide: nobody else was there to, or nobody answered."""
        return self.waiting().filter(escalated_at__isnull=False)

    def forgettable(self, at):
        unconfirmed = Q(state="unconfirmed", asked_at__lt=at - UNCONFIRMED_KEPT)
        return self.filter(unconfirmed | Q(decided_at__lt=at - DECIDED_KEPT))


def _known(rows: Q) -> Q:
    return Q(organisation__isnull=False) & rows


def _proposed(user) -> Q:
    """Organisations that the register does not know: the région of their commune reads, the national team decides."""
    here = Q() if user.is_national else Q(commune__isnull=True) | Q(commune__region__in=user.region_codes)
    return Q(organisation__isnull=True) & here


class JoinRequest(models.Model):
    """``organisation`` is empty as long as the register does not know ``number``: staff decide, and create it.

    Nobody is told of it before the owner of ``email`` has confirmed. Agents decide from ``escalated_at`` on.
    """

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", "à confirmer"
        WAITING = "waiting", "en attente"
        ACCEPTED = "accepted", "acceptée"
        REFUSED = "refused", "refusée"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "partners.Organisation", models.PROTECT, null=True, blank=True, related_name="join_requests"
    )
    number = models.CharField("SIRET ou SIREN", max_length=14, blank=True)
    name = models.CharField("nom de l’organisation", max_length=160, blank=True)
    commune = models.ForeignKey("partners.Commune", models.PROTECT, null=True, blank=True, related_name="+")
    email = models.EmailField("adresse électronique", max_length=254)
    full_name = models.CharField("nom", max_length=120)
    job_title = models.CharField("qualité", max_length=120, blank=True)
    message = models.TextField("message", max_length=1000, blank=True)
    state = models.CharField("état", max_length=11, choices=State, default=State.UNCONFIRMED)
    asked_at = models.DateTimeField("demandée le", default=timezone.now)
    confirmed_at = models.DateTimeField("confirmée le", null=True, blank=True)
    escalated_at = models.DateTimeField("confiée à La Poste le", null=True, blank=True)
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)
    decided_by = models.ForeignKey("partners.User", models.PROTECT, null=True, blank=True, related_name="+")
    motive = models.TextField("motif", max_length=500, blank=True)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de rattachement"
        verbose_name_plural = "demandes de rattachement"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "organisation",
                "number",
                Lower("email"),
                condition=Q(state="waiting"),
                nulls_distinct=False,
                name="join_request_waiting_once",
                violation_error_message="Votre demande est déjà en attente.",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | ~Q(name=""), name="join_request_names_an_organisation"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "refused"], decided_at__isnull=False, decided_by__isnull=False)
                | Q(state__in=["unconfirmed", "waiting"], decided_at__isnull=True, decided_by__isnull=True),
                name="join_request_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(motive=""),
                name="join_request_refused_with_motive",
                violation_error_message="Un refus dit son motif.",
            ),
            models.CheckConstraint(
                condition=Q(state="unconfirmed") | Q(confirmed_at__isnull=False), name="join_request_is_confirmed"
            ),
        ]
        indexes = [
            models.Index(fields=["confirmed_at", "id"], condition=Q(state="waiting"), name="join_request_waiting")
        ]

    def __str__(self):
        return str(self.public_id)

    @property
    def label(self) -> str:
        """As the person who asks may know it: a hidden organisation is called what they called it."""
        shown = self.organisation is not None and (self.organisation.is_public or self.state == self.State.ACCEPTED)
        return self.organisation.name if shown or not self.name else self.name


def signer() -> signing.Signer:
    return signing.Signer(salt=SALT, sep=".")
