"""The table of a workshop: where proposals are typed, and its minutes. Its links are signed, and can be renewed."""

import uuid

from django.core import signing
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from events.models.allocation_run import AllocationRun
from events.models.convention import Workshop
from events.models.registration import Registration

SALTS = {"table": "events.table", "animation": "events.table.facilitator"}


class WorkshopTableQuerySet(models.QuerySet):
    def of_link(self, token: str, door: str) -> "WorkshopTable | None":
        """The table of a link that still counts; ``door``: "table" for those who sit there, or "animation".

        ``is_allotted``: whether places of its workshop were given.
        """
        try:
            public_id, links = signing.Signer(salt=SALTS[door]).unsign_object(token)
            public_id = uuid.UUID(public_id)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        run = AllocationRun.objects.published().filter(convention=OuterRef("workshop__item__convention"))
        rows = self.select_related("workshop__item__convention", "workshop__axis").annotate(is_allotted=Exists(run))
        return rows.filter(public_id=public_id, links=links).first()


class WorkshopTable(models.Model):
    """``links`` grows when the links are renewed: those of before no longer count."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    workshop = models.OneToOneField(Workshop, models.CASCADE, related_name="table", verbose_name="atelier")
    links = models.PositiveIntegerField("liens renouvelés", default=0)
    facilitator = models.ForeignKey(
        Registration, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="animation"
    )
    opened_at = models.DateTimeField("ouverte le", null=True, blank=True)
    closed_at = models.DateTimeField("fermée le", null=True, blank=True)
    minutes = models.TextField("compte rendu", blank=True, max_length=20_000)
    minutes_at = models.DateTimeField("compte rendu écrit le", null=True, blank=True)
    minutes_published_at = models.DateTimeField("compte rendu publié le", null=True, blank=True)

    objects = WorkshopTableQuerySet.as_manager()

    class Meta:
        verbose_name = "table d’atelier"
        verbose_name_plural = "tables d’atelier"
        ordering = ["workshop"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(opened_at__isnull=False, closed_at__gte=F("opened_at")),
                name="workshop_table_closed_after",
            ),
            models.CheckConstraint(
                condition=Q(minutes_published_at__isnull=True) | ~Q(minutes=""),
                name="workshop_table_publishes_something",
                violation_error_message="Un compte rendu vide ne se publie pas.",
            ),
        ]

    def __str__(self):
        return f"table {self.public_id}"

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None and self.closed_at is None

    def token(self, door: str) -> str:
        """The same each time, so that a page that was kept is found again under its address."""
        return signing.Signer(salt=SALTS[door]).sign_object([self.public_id.hex, self.links])

    @property
    def path(self) -> str:
        return reverse("events:table", args=[self.token("table")])

    @property
    def facilitator_path(self) -> str:
        return reverse("events:table_facilitator", args=[self.token("animation")])
