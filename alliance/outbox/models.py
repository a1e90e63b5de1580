"""The debts of the portal: one row for each piece of work that a committed act still owes."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class State(models.TextChoices):
    PENDING = "pending", "à faire"
    SENT = "sent", "fait"
    DEAD = "dead", "abandonné"


def new_message_id() -> str:
    return f"<{uuid.uuid4()}@{settings.SITE_HOST.rsplit(':', 1)[0]}>"


class OwedQuerySet(models.QuerySet):
    def pending(self):
        return self.filter(state=State.PENDING)

    def dead(self):
        return self.filter(state=State.DEAD)

    def due(self):
        """Owed now, and held by nobody: neither a worker at work nor a wake-up on its way."""
        free = Q(lease_until=None) | Q(lease_until__lt=Now())
        return self.pending().filter(free, due_at__lte=Now()).order_by("due_at", "pk")


class Owed(models.Model):
    """``lease`` names the worker that holds the row until ``lease_until``; without it, a wake-up is on its way."""

    work = models.CharField("travail", max_length=100)
    args = models.JSONField("arguments", default=list)
    created_at = models.DateTimeField("créé le", db_default=Now())
    due_at = models.DateTimeField("dû le", db_default=Now())
    state = models.CharField("état", max_length=10, choices=State, default=State.PENDING)
    lease = models.UUIDField("bail", null=True, editable=False)
    lease_until = models.DateTimeField("tenu jusqu’à", null=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    last_error = models.CharField("dernière erreur", max_length=200, blank=True, default="")
    message_id = models.CharField("identifiant du courriel", max_length=320, default=new_message_id, unique=True)
    done_at = models.DateTimeField("fait le", null=True)

    objects = OwedQuerySet.as_manager()

    class Meta:
        verbose_name = "travail dû"
        verbose_name_plural = "travaux dus"
        indexes = [
            models.Index("due_at", "id", name="owed_pending", condition=Q(state="pending")),
            models.Index("done_at", name="owed_sent", condition=Q(state="sent")),
            models.Index("id", name="owed_dead", condition=Q(state="dead")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="owed_state_known"),
            models.CheckConstraint(
                condition=Q(state="sent", done_at__isnull=False) | (~Q(state="sent") & Q(done_at=None)),
                name="owed_done_when_sent",
            ),
        ]

    def __str__(self):
        return f"{self.work} n° {self.pk}"


class Posting(models.Model):
    """One letter given to the post, once, and its answer; it is forgotten with the work that owed it.

    ``code`` 0: the post said nothing, ``words`` is the kind of error. ``address`` in lower case.
    """

    owed = models.ForeignKey(Owed, models.CASCADE, related_name="postings", verbose_name="travail dû")
    address = models.CharField("adresse", max_length=254)
    template = models.CharField("modèle", max_length=120)
    message_id = models.CharField("identifiant du courriel", max_length=320)
    attempt = models.PositiveSmallIntegerField("essai")
    code = models.PositiveSmallIntegerField("réponse")
    words = models.CharField("réponse, en mots", max_length=200, blank=True)
    at = models.DateTimeField("le", db_default=Now())

    class Meta:
        verbose_name = "remise à la poste"
        verbose_name_plural = "remises à la poste"
        indexes = [
            models.Index("address", "id", name="posting_address"),
            models.Index("message_id", name="posting_message"),
        ]

    def __str__(self):
        return f"remise {self.pk}"

    @property
    def is_accepted(self) -> bool:
        return 200 <= self.code < 300


class JobRun(models.Model):
    """One run of a job that the clock started. ``failure``: the kind of error, never its message."""

    name = models.CharField("travail", max_length=120)
    task_id = models.CharField(max_length=60, unique=True)
    started_at = models.DateTimeField("commencé le", db_default=Now())
    ended_at = models.DateTimeField("fini le", null=True)
    failure = models.CharField("échec", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "passage d’un travail"
        verbose_name_plural = "passages des travaux"
        indexes = [models.Index(fields=["name", "-started_at"], name="job_run_last")]

    def __str__(self):
        return f"{self.name} n° {self.pk}"
