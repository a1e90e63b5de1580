"""Versions of a published programme, and what is drafted of the next one."""

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from events.models.convention import Convention, ProgrammeItem
from events.models.programme_words import ProgrammeWords


class ProgrammeChange(ProgrammeWords):
    """What a published temps will be from the next publication on, or that it will be withdrawn. For staff only."""

    item = models.OneToOneField(ProgrammeItem, models.CASCADE, related_name="change", verbose_name="temps")
    is_withdrawal = models.BooleanField("à retirer", default=False)
    axis = models.ForeignKey("partners.Axis", models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField("changé le")
    changed_by = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "changement du programme"
        verbose_name_plural = "changements du programme"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="programme_change_times_in_order",
                violation_error_message="La fin précède le début.",
            )
        ]

    def __str__(self):
        return f"changement {self.pk}"


class ProgrammeVersion(models.Model):
    """A programme as it was published, for ever: the database refuses to change or delete one.

    ``content`` is public as it stands (``events.models.programme_content``); it names no speaker, since consent may
    be withdrawn. ``links``: online addresses by the id of their temps, for those who hold a seat.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="programme_versions")
    number = models.PositiveSmallIntegerField("numéro")
    published_at = models.DateTimeField("publiée le")
    published_by = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField("ce qui change, en une phrase", max_length=280, blank=True)
    content = models.JSONField("temps")
    links = models.JSONField("visioconférences", default=dict, blank=True)

    class Meta:
        verbose_name = "version du programme"
        verbose_name_plural = "versions du programme"
        ordering = ["convention", "number"]
        constraints = [
            models.UniqueConstraint(fields=["convention", "number"], name="programme_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="programme_version_from_one"),
        ]

    def __str__(self):
        return f"version {self.number}"


def last_version() -> dict[str, Subquery]:
    """To annotate Conventions with: ``version_number`` and ``version_at`` of their published programme, if any."""
    versions = ProgrammeVersion.objects.filter(convention=OuterRef("pk")).order_by("-number")
    columns = {"version_number": "number", "version_at": "published_at"}
    return {name: Subquery(versions.values(column)[:1]) for name, column in columns.items()}
