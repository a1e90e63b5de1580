"""Projets territoriaux. State, moderation and freshness are three separate facts."""

from datetime import date, timedelta

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from alliance.lib.db import LowerUnaccent

FRESH_MONTHS, STALE_MONTHS = 6, 12


def months_before(day: date, months: int) -> date:
    """The same day ``months`` earlier, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = [31, 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return date(year, month + 1, min(day.day, last[month]))


def freshness_is(freshness: str, on: date) -> Q:
    """What ``ProjectQuerySet.fresh`` demands of a project."""
    six, twelve = months_before(on, FRESH_MONTHS), months_before(on, STALE_MONTHS)
    return {
        "confirmed": Q(confirmed_on__gt=six),
        "to_confirm": Q(confirmed_on__lte=six, confirmed_on__gte=twelve),
        "stale": Q(confirmed_on__lt=twelve),
    }[freshness]


class ProjectQuerySet(models.QuerySet):
    def public(self):
        """Published projects; stale ones too: they leave the default list, never the archive."""
        return self.filter(moderation=Project.Moderation.PUBLISHED)

    def visible_to(self, user):
        """Staff: the perimeter, projects without a place included. Others: their organisations' and their own."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_national:
            return self
        own = Q(lead__in=user.organisation_ids) | Q(submitted_by=user)
        if user.is_staff:
            own |= Q(region__isnull=True) | Q(region__in=user.region_codes)
        return self.filter(own)

    def writable_by(self, user):
        return self if user.is_national else self.filter(region__in=user.region_codes)

    def fresh(self, freshness: str, on: date):
        """``confirmed`` (< 6 months), ``to_confirm`` (6–12) or ``stale`` (> 12) on a day."""
        return self.filter(freshness_is(freshness, on))

    def listed(self, on: date):
        """The default list and map: public and not stale."""
        return self.public().filter(confirmed_on__gte=months_before(on, STALE_MONTHS))

    def for_cards(self):
        """With all that a line of a list shows: three queries in all, however many rows."""
        return (
            self.select_related("lead", "commune__department")
            .prefetch_related("axes", "figures")
            .defer("search", "keywords", "description", "lead__search", "lead__description")
        )


class Project(models.Model):
    class State(models.TextChoices):
        IDEA = "idea", "idée"
        ONGOING = "ongoing", "en cours"
        DONE = "done", "terminé"
        ABANDONED = "abandoned", "abandonné"

    class Moderation(models.TextChoices):
        DRAFT = "draft", "brouillon"
        SUBMITTED = "submitted", "soumis"
        PUBLISHED = "published", "publié"
        RETURNED = "returned", "retourné"

    slug = models.SlugField("adresse", max_length=140, unique=True)
    title = models.CharField("titre", max_length=160)
    summary = models.CharField("en une phrase", max_length=280, blank=True)
    description = models.TextField("récit", blank=True)
    lead = models.ForeignKey(
        "partners.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_projects",
        verbose_name="porteur",
    )
    commune = models.ForeignKey(
        "partners.Commune", models.PROTECT, null=True, blank=True, related_name="projects", verbose_name="commune"
    )
    department = models.ForeignKey(
        "partners.Department",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="département",
    )
    region = models.ForeignKey(
        "partners.Region",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="région",
    )
    lat = models.FloatField("latitude (degrés)", null=True, blank=True)
    lon = models.FloatField("longitude (degrés)", null=True, blank=True)
    axes = models.ManyToManyField("partners.Axis", blank=True, related_name="projects", verbose_name="axes")
    axes_mask = models.BigIntegerField("axes, un bit par numéro", default=0, editable=False)
    state = models.CharField("état", max_length=9, choices=State, default=State.ONGOING)
    moderation = models.CharField("modération", max_length=9, choices=Moderation, default=Moderation.DRAFT)
    return_motive = models.CharField("motif du retour", max_length=500, blank=True)
    starts_on = models.DateField("début", null=True, blank=True)
    ends_on = models.DateField("fin (incluse)", null=True, blank=True)
    confirmed_on = models.DateField("dernière confirmation", default=timezone.localdate)
    origin = models.CharField("origine", max_length=200, blank=True)
    source = models.CharField(max_length=300, blank=True)
    submitted_by = models.ForeignKey(
        "partners.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="soumis par"
    )
    submitted_at = models.DateTimeField("soumis le", null=True, blank=True, editable=False)
    escalated_days = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    is_demo = models.BooleanField("donnée de démonstration", default=False)
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    updated_at = models.DateTimeField("modifié le", auto_now=True)
    keywords = models.TextField("mots du lieu, du porteur et des axes", blank=True, default="", editable=False)
    search = SearchVectorField(null=True, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "projet territorial"
        verbose_name_plural = "projets territoriaux"
        ordering = ["-confirmed_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="project_dates_in_order",
                violation_error_message="La date de fin précède la date de début.",
            ),
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__isnull=False, lon__isnull=False, lat__range=(-90, 90), lon__range=(-180, 180)),
                name="project_point_whole",
                violation_error_message="Donnez la latitude et la longitude, ou aucune des deux.",
            ),
            models.CheckConstraint(
                condition=~Q(slug__in=["carte", "clusters", "integrer", "reutiliser"]),
                name="project_slug_is_free",
                violation_error_message="Cette adresse est réservée au portail : choisissez-en une autre.",
            ),
            models.CheckConstraint(
                condition=~Q(title=""), name="project_has_title", violation_error_message="Le titre est obligatoire."
            ),
            models.CheckConstraint(
                condition=~Q(moderation="returned") | ~Q(return_motive=""),
                name="project_returned_has_motive",
                violation_error_message="Un projet retourné porte un motif.",
            ),
        ]
        indexes = [
            models.Index(fields=["lat", "lon"], condition=Q(lat__isnull=False), name="project_own_point"),
            models.Index(
                "region", "state", F("confirmed_on").desc(), F("id").desc(),
                condition=Q(moderation="published"), name="project_region_state",
            ),
            models.Index(
                "department", "state", F("confirmed_on").desc(), F("id").desc(),
                condition=Q(moderation="published"), name="project_department_state",
            ),
            models.Index(
                F("confirmed_on").desc(), F("id").desc(), condition=Q(moderation="published"), name="project_recent"
            ),
            models.Index(
                F("updated_at").desc(), condition=Q(moderation="published"), name="project_updated"
            ),
            models.Index(
                "lead", F("confirmed_on").desc(), condition=Q(moderation="published"), name="project_lead_recent"
            ),
            models.Index("title", "id", condition=Q(moderation="published"), name="project_title"),
            models.Index(
                F("starts_on").desc(nulls_last=True), F("id").desc(), condition=Q(moderation="published"),
                name="project_starts",
            ),
            models.Index(fields=["region", "id"], name="project_by_region"),
            models.Index("region", "updated_at", condition=Q(moderation="submitted"), name="project_submitted"),
            models.Index(
                Coalesce("submitted_at", "updated_at"), "id",
                condition=Q(moderation="submitted"), name="project_waiting",
            ),
            models.Index(
                fields=["confirmed_on", "id"], include=["lead", "commune", "region", "state", "moderation"],
                name="project_staff_list",
            ),
            GinIndex(OpClass(LowerUnaccent("title"), name="gin_trgm_ops"), name="project_title_trgm"),
        ]  # fmt: skip

    def __str__(self):
        return self.title

    def freshness(self, on: date) -> str:
        if self.confirmed_on > months_before(on, FRESH_MONTHS):
            return "confirmed"
        return "to_confirm" if self.confirmed_on >= months_before(on, STALE_MONTHS) else "stale"

    @property
    def leaves_on(self) -> date:
        """The first day on which the project is no longer in the default list and on the map, without news."""
        return next(
            day
            for day in (months_before(self.confirmed_on, -STALE_MONTHS) + timedelta(days=n) for n in range(5))
            if self.confirmed_on < months_before(day, STALE_MONTHS)
        )
