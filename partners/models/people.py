"""Persons who sign in, what they may do for which organisation, and the perimeter of La Poste's staff."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Lower
from django.utils import timezone
from django.utils.functional import cached_property

from alliance.lib.db import LowerUnaccent
from partners.models.perimeter import readable, writable


class UserQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the back office: colleagues, and the people of the organisations of the perimeter."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_national:
            return self
        if not user.is_staff:
            return self.filter(pk=user.pk)
        # A set made once, not asked row by row.
        attached = Membership.objects.visible_to(user).order_by().values("user")
        return self.filter(Q(is_staff=True) | Q(pk__in=attached))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email).strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField("adresse électronique", max_length=254)
    full_name = models.CharField("nom", max_length=120, blank=True)
    is_staff = models.BooleanField("agent de La Poste", default=False)
    is_active = models.BooleanField("compte actif", default=True)
    is_demo = models.BooleanField("donnée de démonstration", default=False)
    date_joined = models.DateTimeField("depuis", default=timezone.now)
    search_name = models.GeneratedField(
        expression=LowerUnaccent(Concat("full_name", Value(" "), "email", output_field=models.TextField())),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = "personne"
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message="Une personne utilise déjà cette adresse électronique.",
            ),
        ]
        indexes = [
            GinIndex(OpClass("search_name", name="gin_trgm_ops"), name="user_search_trgm"),
            models.Index(fields=["search_name", "id"], name="user_by_name"),
        ]

    def __str__(self):
        return self.full_name or self.email

    def get_full_name(self):
        return str(self)

    @cached_property
    def is_national(self) -> bool:
        """An agent whose perimeter is the whole country."""
        if not self.is_staff or not self.is_active:
            return False
        perimeter = StaffPerimeter.objects.filter(user=self).first()
        return self.is_superuser or bool(perimeter and perimeter.national)

    @cached_property
    def region_codes(self) -> frozenset[str]:
        """INSEE codes of the régions of a regional agent; empty for everybody else, national agents included."""
        if not self.is_staff or not self.is_active or self.is_national:
            return frozenset()
        return (
            frozenset(self.perimeter.regions.values_list("code", flat=True))
            if hasattr(self, "perimeter")
            else frozenset()
        )

    @cached_property
    def own_organisations(self) -> dict[int, tuple[str, str]]:
        """``{id: (slug, label)}`` of those that this person is attached to today, in any role, by name; one query."""
        rows = Membership.objects.live().filter(user=self).order_by("organisation__search_name", "organisation_id")
        names = rows.values_list(*(f"organisation__{name}" for name in ("id", "slug", "short_name", "name")))
        return {key: (slug, short_name or name) for key, slug, short_name, name in names}

    @cached_property
    def organisation_ids(self) -> frozenset[int]:
        """The organisations that this person is attached to today, in any role."""
        return frozenset(self.own_organisations)

    def roles_in(self, organisation) -> frozenset[str]:
        """The roles held today in ``organisation``; one query."""
        return frozenset(
            Membership.objects.live().filter(user=self, organisation=organisation).values_list("role", flat=True)
        )


class StaffPerimeter(models.Model):
    """What an agent of La Poste sees and writes: the whole country, or some régions."""

    user = models.OneToOneField(User, models.CASCADE, related_name="perimeter", verbose_name="agent")
    national = models.BooleanField("équipe nationale", default=False)
    regions = models.ManyToManyField("partners.Region", blank=True, verbose_name="régions")
    job_title = models.CharField("fonction", max_length=120, blank=True)

    class Meta:
        verbose_name = "périmètre"
        ordering = ["user"]

    def __str__(self):
        return "national" if self.national else "régional"


class MembershipQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own; for agents those of the organisations of their perimeter."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(readable(user, "organisation")) if user.is_staff else self.filter(user=user)

    def writable_by(self, user):
        return self.filter(writable(user, "organisation"))

    def live(self, on=None):
        """Running on a day; one that somebody has ended ceases at once, on its last day already."""
        on = on or timezone.localdate()
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=on) | Q(ends_on=on, ended_at__isnull=True), starts_on__lte=on
        )


class Membership(models.Model):
    class Role(models.TextChoices):
        ADMINISTRATOR = "administrator", "administrateur ou administratrice"
        SIGNATORY = "signatory", "représentant habilité"
        CONTRIBUTOR = "contributor", "contributeur ou contributrice"
        READER = "reader", "lecteur ou lectrice"

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name="personne")
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="memberships")
    role = models.CharField("rôle", max_length=13, choices=Role)
    job_title = models.CharField("qualité", max_length=120, blank=True)
    starts_on = models.DateField("depuis le", default=timezone.localdate)
    ends_on = models.DateField("jusqu’au", null=True, blank=True)
    ended_at = models.DateTimeField("terminé le", null=True, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "rattachement"
        ordering = ["organisation", "role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=Q(ends_on__isnull=True),
                name="membership_live_once",
                violation_error_message="Cette personne a déjà ce rôle dans cette organisation.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="membership_dates_in_order",
                violation_error_message="La date de fin précède la date de début.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ends_on__isnull=False),
                name="membership_ended_has_end",
                violation_error_message="Un rattachement terminé porte sa date de fin.",
            ),
        ]

    def __str__(self):
        return f"{self.user_id} · {self.organisation_id} · {self.role}"
