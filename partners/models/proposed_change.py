"""What a partner changes of a published project or of a profile: it waits beside what stands, until staff decide."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from partners.models.organisation import Organisation
from partners.models.project import Project

MOTIVE_MAX = 500


class ProposedChangeQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=ProposedChange.State.WAITING)

    def told(self):
        """What the partner still has to know or to do something about: it waits, or came back."""
        came_back = Q(state=ProposedChange.State.RETURNED, answered_at__isnull=True)
        return self.filter(came_back | Q(state=ProposedChange.State.WAITING))

    def visible_to(self, user):
        """Partners: those of their organisations. Staff: the perimeter, projects without a place included."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_national:
            return self
        ids = user.organisation_ids
        if not user.is_staff:
            return self.filter(Q(project__lead__in=ids) | Q(organisation__in=ids))
        placed = Q(lead__in=ids) | Q(region__isnull=True) | Q(region__in=user.region_codes)
        return self.filter(_of(Project.objects.filter(placed)) | Q(organisation__in=ids) | _profiles(user))

    def writable_by(self, user):
        """What an agent may decide."""
        if user.is_national:
            return self
        return self.filter(_of(Project.objects.writable_by(user)) | _profiles(user))


def _of(projects) -> Q:
    """Found first, by their indexes: joined beside « or », all of them would be read."""
    return Q(project__in=projects.order_by().values("pk"))


def _profiles(user) -> Q:
    return Q(organisation__in=Organisation.objects.writable_by(user).order_by().values("pk"))


class ProposedChange(models.Model):
    """``values``: ``{field: {"before": …, "after": …}}`` as JSON, ``before`` being what stood when it was proposed;
    ``decided``: ``{field: value}`` as written upon acceptance. ``note``: the change told in words, for the agent.
    ``answered_at``: when the partner wrote again, or gave up, after a return."""

    class State(models.TextChoices):
        WAITING = "waiting", "en relecture"
        ACCEPTED = "accepted", "acceptée"
        CORRECTED = "corrected", "acceptée après correction"
        RETURNED = "returned", "retournée"
        WITHDRAWN = "withdrawn", "retirée"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(
        "partners.Project", models.CASCADE, null=True, blank=True, related_name="proposed_changes"
    )
    organisation = models.ForeignKey(
        "partners.Organisation", models.CASCADE, null=True, blank=True, related_name="proposed_changes"
    )
    values = models.JSONField("valeurs proposées", default=dict, blank=True)
    note = models.CharField("ce qui a changé, en quelques mots", max_length=500, blank=True)
    proposed_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="proposée par")
    proposed_at = models.DateTimeField("proposée le", default=timezone.now)
    changed_at = models.DateTimeField("écrite le", default=timezone.now)
    state = models.CharField("état", max_length=9, choices=State, default=State.WAITING)
    decided = models.JSONField("valeurs écrites", null=True, blank=True)
    motive = models.CharField("motif", max_length=MOTIVE_MAX, blank=True)
    decided_by = models.ForeignKey("partners.User", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)
    answered_at = models.DateTimeField("suite donnée par le partenaire le", null=True, blank=True)
    escalated_days = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = ProposedChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "modification proposée"
        verbose_name_plural = "modifications proposées"
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(project__isnull=False, organisation__isnull=True)
                | Q(project__isnull=True, organisation__isnull=False),
                name="proposed_change_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["project"], condition=Q(state="waiting"), name="proposed_change_waiting_once_project"
            ),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(state="waiting"), name="proposed_change_waiting_once_profile"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | ~Q(state="waiting") & Q(decided_at__isnull=False),
                name="proposed_change_decided_is_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(motive=""),
                name="proposed_change_returned_has_motive",
                violation_error_message="Une modification retournée porte un motif.",
            ),
        ]
        indexes = [models.Index(fields=["proposed_at"], condition=Q(state="waiting"), name="proposed_change_queue")]

    def __str__(self):
        return str(self.project or self.organisation)

    @property
    def subject(self):
        return self.project or self.organisation

    @property
    def is_open(self) -> bool:
        return self.state == self.State.WAITING
