"""Registrations of attendees: colleagues and walk-ins exist, an account is not needed to be one."""

import uuid

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Lower

from alliance.lib.db import LowerUnaccent
from events.models.quota import Audience
from events.models.ticket_codes import draw_code, read_code
from partners.models import Membership, Organisation
from partners.models.perimeter import writable

# Those who may register colleagues and read who is registered; a reader sees only themselves.
REGISTERING_ROLES = (Membership.Role.ADMINISTRATOR, Membership.Role.SIGNATORY, Membership.Role.CONTRIBUTOR)


class AttendeeQuerySet(models.QuerySet):
    def known(self, *, email, organisation):
        """The one row of this address in this organisation, whatever the case of its letters."""
        return self.of_address(email).filter(organisation=organisation)

    def of_address(self, email):
        return self.alias(key=Lower("email")).filter(key=email.lower())


class Attendee(models.Model):
    name = models.CharField("nom", max_length=120)
    email = models.EmailField("adresse électronique", max_length=254, blank=True)
    organisation = models.ForeignKey(
        "partners.Organisation", models.PROTECT, null=True, blank=True, related_name="attendees"
    )
    user = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="attendances")
    affiliation = models.CharField("organisation dite à l’accueil", max_length=160, blank=True)

    objects = AttendeeQuerySet.as_manager()

    class Meta:
        verbose_name = "participant"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), "organisation", condition=~Q(email=""), name="attendee_once", nulls_distinct=False
            )
        ]
        indexes = [
            GinIndex(OpClass(LowerUnaccent("name"), name="gin_trgm_ops"), name="attendee_name_trgm"),
            GinIndex(OpClass(LowerUnaccent("email"), name="gin_trgm_ops"), name="attendee_email_trgm"),
        ]

    def __str__(self):
        return self.name

    @property
    def audience(self) -> Audience:
        """Whom they come as: an agent, a national network, another organisation, or themselves."""
        if self.user and self.user.is_staff:
            return Audience.POSTE
        if self.organisation is None:
            return Audience.PUBLIC
        return Audience.NETWORK if self.organisation.kind == Organisation.Kind.NETWORK else Audience.PARTNER


def _of(user) -> Q:
    """One's own registrations and those of the organisations for which one may register."""
    registering = Membership.objects.live().filter(user=user, role__in=REGISTERING_ROLES)
    return Q(attendee__user=user) | Q(attendee__organisation__in=registering.values("organisation"))


class RegistrationQuerySet(models.QuerySet):
    def live(self):
        return self.filter(status__in=[s for s in Registration.Status if s.is_live])

    def seated(self):
        """Those who hold a seat: confirmed, or offered one."""
        return self.filter(status__in=[Registration.Status.CONFIRMED, Registration.Status.OFFERED])

    def coming(self):
        """Those whom doors and tables know: a seat, or let in without one."""
        return self.filter(status__in=[s for s in Registration.Status if s.comes])

    def waiting(self):
        """The waiting list, first come first."""
        return self.filter(status=Registration.Status.WAITING).order_by("pk")

    def lapsed(self, at):
        """Offers that nobody took in time, and that have not been passed on yet; the first to end first."""
        late = self.filter(status=Registration.Status.OFFERED, offer_ends_at__lte=at)
        return late.order_by("offer_ends_at", "pk")

    def of_address(self, email):
        """Those of this address, in whatever organisation. From the attendee's side: few rows, found by an index."""
        return self.filter(attendee__in=Attendee.objects.of_address(email))

    def of_code(self, convention, code: str):
        """The one of this ticket, however its code was typed."""
        return self.filter(convention=convention, code=read_code(code))

    def present(self):
        """Those who came in: once each, through however many doors."""
        return self.filter(Exists(self._entries()))

    def with_entry(self):
        """``entered_at``: when they first came in, or nothing."""
        first = self._entries().order_by("happened_at").values("happened_at")[:1]
        return self.annotate(entered_at=Subquery(first))

    @staticmethod
    def _entries():
        check_in = Registration._meta.get_field("check_ins").related_model
        return check_in.objects.standing().filter(registration=OuterRef("pk"))

    def with_rank(self):
        """``rank`` in the waiting list, from 1; nothing for those who do not wait."""
        before = (
            Registration.objects.waiting()
            .filter(convention=OuterRef("convention"), pk__lte=OuterRef("pk"))
            .order_by()
            .values("convention")
            .annotate(number=Count("pk"))
            .values("number")
        )
        return self.annotate(rank=Case(When(status=Registration.Status.WAITING, then=Subquery(before))))

    def visible_to(self, user):
        """One's own; those of the organisations for which one may register; for staff those of the perimeter."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_national:
            return self
        if user.is_staff:
            return self.filter(_of(user) | Q(attendee__organisation__in=Organisation.objects.visible_to(user)))
        return self.filter(_of(user))

    def cancellable_by(self, user):
        """Those that one sees; agents cancel only what is theirs to write."""
        seen = self.visible_to(user)
        if user.is_national or not user.is_staff:
            return seen
        return seen.filter(_of(user) | writable(user, "attendee__organisation"))

    def writable_by(self, user):
        """Agents within their perimeter; those of nobody's organisation are the national team's."""
        return self.filter(writable(user, "attendee__organisation"))


class Registration(models.Model):
    """``pk`` is the order of acceptance: rows are written one by one under the lock of the Convention."""

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", "confirmée"
        WAITING = "waiting", "sur liste d’attente"
        OFFERED = "offered", "place proposée"
        DECLINED = "declined", "place déclinée"
        EXPIRED = "expired", "sans réponse"
        CANCELLED = "cancelled", "annulée"
        OVER = "over", "hors capacité"  # let in on the day, without a seat

        @property
        def is_live(self) -> bool:
            return self in {self.CONFIRMED, self.WAITING, self.OFFERED}

        @property
        def comes(self) -> bool:
            """Has a seat, or was let in on the day without one: sits at tables like everybody."""
            return self in {self.CONFIRMED, self.OVER}

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    convention = models.ForeignKey("events.Convention", models.PROTECT, related_name="registrations")
    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="registrations", verbose_name="participant")
    registered_by = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")
    code = models.CharField("code du billet", max_length=8, default=draw_code, editable=False)
    status = models.CharField("état", max_length=9, choices=Status)
    audience = models.CharField("au titre de", max_length=7, choices=Audience, default="public", db_default="public")
    registered_at = models.DateTimeField("inscrite le")
    confirmed_at = models.DateTimeField("confirmée le", null=True, blank=True)
    offered_at = models.DateTimeField("proposée le", null=True, blank=True)
    offer_ends_at = models.DateTimeField("proposée jusqu’au", null=True, blank=True)
    declined_at = models.DateTimeField("déclinée le", null=True, blank=True)
    cancelled_at = models.DateTimeField("annulée le", null=True, blank=True)
    cancelled_by = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")
    sequence = models.PositiveIntegerField("révision du calendrier", default=0)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = "inscription"
        ordering = ["convention", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["convention", "attendee"],
                condition=Q(status__in=["confirmed", "waiting", "offered"]),
                name="registration_live_once",
                violation_error_message="Cette personne est déjà inscrite.",
            ),
            models.UniqueConstraint(fields=["convention", "code"], name="registration_code_once"),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(confirmed_at__isnull=False),
                name="registration_confirmed_is_dated",
            ),
            models.CheckConstraint(
                condition=~Q(status="cancelled") | Q(cancelled_at__isnull=False),
                name="registration_cancelled_is_dated",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(confirmed_at__gte=F("registered_at")),
                name="registration_confirmed_after",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["offered", "expired"])
                | Q(offered_at__isnull=False, offer_ends_at__gt=F("offered_at")),
                name="registration_offered_has_a_term",
            ),
            models.CheckConstraint(
                condition=~Q(status="declined") | Q(declined_at__isnull=False),
                name="registration_declined_is_dated",
            ),
        ]
        indexes = [
            models.Index(fields=["convention", "status", "id"], name="registration_queue"),
            models.Index("offer_ends_at", condition=Q(status="offered"), name="registration_offers"),
        ]

    def __str__(self):
        return f"inscription {self.public_id}"

    @property
    def is_live(self) -> bool:
        return self.Status(self.status).is_live

    @property
    def comes(self) -> bool:
        return self.Status(self.status).comes

    def is_offered(self, at) -> bool:
        """Whether the seat may be taken at this instant: the term counts, not the clock that passes it on."""
        return self.status == self.Status.OFFERED and self.offer_ends_at > at
