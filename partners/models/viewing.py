"""« Voir comme »: an agent of the national team looks at the portal as somebody else sees it. Read only, and told.

Through a person’s eyes, or through those of a role in an organisation, whether or not anybody holds it.
"""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from partners.models.people import Membership

LASTS = timedelta(minutes=30)


class ViewingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The national team reads who looked at what."""
        return self if user.is_authenticated and user.is_national else self.none()

    def running(self, at):
        return self.filter(ended_at__isnull=True, ends_at__gt=at)


class Viewing(models.Model):
    """``ended_at`` is set once, when the agent stops before ``ends_at``; nothing else ever changes (trigger)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agent = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="agent")
    person = models.ForeignKey("partners.User", models.PROTECT, null=True, related_name="+", verbose_name="vu comme")
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, null=True, related_name="+")
    role = models.CharField("rôle", max_length=13, choices=Membership.Role, blank=True)
    motive = models.CharField("motif", max_length=300)
    started_at = models.DateTimeField("à partir de", default=timezone.now)
    ends_at = models.DateTimeField("jusqu’à")
    ended_at = models.DateTimeField("arrêté à", null=True, blank=True)

    objects = ViewingQuerySet.as_manager()

    class Meta:
        verbose_name = "consultation « voir comme »"
        verbose_name_plural = "consultations « voir comme »"
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(agent=F("person")), name="viewing_of_somebody_else"),
            models.CheckConstraint(condition=~Q(motive=""), name="viewing_says_why"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, organisation__isnull=True, role="")
                | Q(person__isnull=True, organisation__isnull=False) & ~Q(role=""),
                name="viewing_of_a_person_or_a_role",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("started_at"), ends_at__lte=F("started_at") + LASTS), name="viewing_is_short"
            ),
        ]
        indexes = [models.Index(fields=["-started_at", "-id"], name="viewing_recent")]

    def __str__(self):
        return f"Consultation {self.public_id}"

    @property
    def seen_as(self) -> str:
        return str(self.person) if self.person else f"{self.get_role_display()}, {self.organisation}"

    @property
    def stopped_at(self):
        """When it was over, or will be."""
        return self.ended_at or self.ends_at


class ViewedPage(models.Model):
    """One address that was asked for; rows are only ever added (trigger)."""

    viewing = models.ForeignKey(Viewing, models.PROTECT, related_name="pages")
    at = models.DateTimeField("à", default=timezone.now)
    path = models.CharField("page", max_length=500)

    class Meta:
        verbose_name = "page vue"
        verbose_name_plural = "pages vues"
        ordering = ["pk"]

    def __str__(self):
        return self.path
