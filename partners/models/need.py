"""What a partner lacks: one kind, one axis, one commune, a day until which it is looked for."""

import uuid
from datetime import date, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q

from partners.models.people import Membership

LONGEST_DAYS = 366
ENDING_DAYS = 30
WRITING = ("administrator", "signatory", "contributor")


class Kind(models.TextChoices):
    """Of needs and of resources alike: only what is of one kind is brought together."""

    PREMISES = "premises", "locaux"
    SKILLS = "skills", "compétences"
    EQUIPMENT = "equipment", "matériel"
    PURCHASES = "purchases", "achats"


class NeedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's organisations'; for agents those of the perimeter, and those brought together with its resources."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_national:
            return self
        if not user.is_staff:
            return self.filter(organisation__in=user.organisation_ids)
        from partners.models.match import Match

        ours = Match.objects.filter(need=OuterRef("pk"), resource__region__in=user.region_codes)
        return self.filter(Q(region__in=user.region_codes) | Exists(ours))

    def writable_by(self, user):
        """For agents: to propose something for it."""
        return self if user.is_national else self.filter(region__in=user.region_codes)

    def open(self, on: date):
        """Still looked for: neither ended by somebody nor past its day (included)."""
        return self.filter(ended_at__isnull=True, until__gte=on)

    def unanswered(self):
        """For which nothing was ever proposed, or everything was declined."""
        from partners.models.match import Match

        return self.filter(~Exists(Match.objects.live().filter(need=OuterRef("pk"))))

    def unmet(self):
        """Looked for without an answer, still or until it was given up: what the table by territory counts."""
        return self.filter(Q(ended_at__isnull=True) | Q(outcome=Need.Outcome.DROPPED))

    def ending(self, on: date):
        """Open, and over within thirty days: those who described them are reminded, by the monthly letter."""
        return self.open(on).filter(until__lte=on + timedelta(days=ENDING_DAYS))

    def ending_for(self, person, on: date):
        """Those that ``person`` described and may still write."""
        own = Membership.objects.live(on).filter(user=person, role__in=WRITING).values("organisation")
        return self.ending(on).filter(created_by=person, organisation__in=own)


class Need(models.Model):
    class Outcome(models.TextChoices):
        MATCHED = "matched", "devenu un projet"
        ELSEWHERE = "elsewhere", "trouvé autrement"
        DROPPED = "dropped", "abandonné"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="needs")
    kind = models.CharField("nature", max_length=9, choices=Kind)
    title = models.CharField("ce qu’il vous faut", max_length=120)
    description = models.TextField("en quelques phrases", max_length=1000, blank=True)
    axis = models.ForeignKey("partners.Axis", models.PROTECT, related_name="+", verbose_name="axe")
    commune = models.ForeignKey("partners.Commune", models.PROTECT, related_name="+", verbose_name="commune")
    region = models.ForeignKey("partners.Region", models.PROTECT, null=True, editable=False, related_name="+")
    lat = models.FloatField(null=True, editable=False)
    lon = models.FloatField(null=True, editable=False)
    until = models.DateField("jusqu’au (inclus)")
    created_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="décrit par")
    created_at = models.DateTimeField("décrit le")
    updated_at = models.DateTimeField("modifié le", auto_now=True)
    ended_at = models.DateTimeField("clos le", null=True, blank=True)
    outcome = models.CharField("issue", max_length=9, choices=Outcome, blank=True)
    is_demo = models.BooleanField("donnée de démonstration", default=False)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = "besoin"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""), name="need_has_title", violation_error_message="Dites ce qu’il vous faut."
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="") | Q(ended_at__isnull=False) & ~Q(outcome=""),
                name="need_ended_says_how",
                violation_error_message="Un besoin clos dit comment il s’est terminé.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "axis", "lat", "lon"], condition=Q(ended_at__isnull=True), name="need_open_near"
            ),
            models.Index(
                fields=["created_at", "id"], include=["until", "region"], condition=Q(ended_at__isnull=True),
                name="need_waiting",
            ),
            models.Index(fields=["region", "-created_at"], name="need_of_region"),
            models.Index(fields=["organisation", "-created_at"], name="need_of_organisation"),
        ]  # fmt: skip

    def __str__(self):
        return self.title

    def is_open(self, on: date) -> bool:
        return self.ended_at is None and self.until >= on

    def state(self, on: date) -> str:
        """In words: open, past its day, or how it ended."""
        if self.ended_at:
            return self.get_outcome_display()
        return "recherché" if self.until >= on else "échu sans réponse"
