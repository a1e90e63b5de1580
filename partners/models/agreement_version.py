"""The versions of an agreement: first text, amendments, renewals. Which one is in force follows from dates alone."""

import uuid
from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q


class Stage(models.TextChoices):
    DRAFT = "draft", "brouillon"
    SHARED = "shared", "en discussion"
    SIGNING = "signing", "à la signature"
    SIGNED = "signed", "signé, à mettre en vigueur"
    ACTIVE = "active", "mis en vigueur"
    DROPPED = "dropped", "sans suite"


OPEN = [Stage.DRAFT, Stage.SHARED, Stage.SIGNING, Stage.SIGNED]
WRITTEN = [Stage.DRAFT, Stage.SHARED]


class DateRange(Func):
    function = "daterange"
    output_field = DateRangeField()


class AgreementVersionQuerySet(models.QuerySet):
    def open(self):
        """Still to come into force: one at most for each agreement."""
        return self.filter(stage__in=OPEN)

    def in_force(self, on: date):
        """Put in force by somebody, for a period that holds this day."""
        until = Q(runs_until__isnull=True) | Q(runs_until__gte=on)
        return self.filter(until, stage=Stage.ACTIVE, runs_from__lte=on)

    def visible_to(self, user):
        """Agents read all those of the agreements they read; partners, what was shown to them."""
        agreements = self.model._meta.get_field("agreement").related_model.objects
        rows = self.filter(agreement__in=agreements.visible_to(user))
        return rows if user.is_staff else rows.filter(shared_at__isnull=False)


class AgreementVersion(models.Model):
    """``starts_on`` … ``ends_on`` is what the text says; ``runs_from`` … ``runs_until`` is when it really runs.

    The second begins when an agent puts it in force, and is cut short by an amendment or by the end of the agreement.
    """

    class Kind(models.TextChoices):
        INITIAL = "initial", "accord initial"
        AMENDMENT = "amendment", "avenant"
        RENEWAL = "renewal", "renouvellement"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    agreement = models.ForeignKey("partners.Agreement", models.PROTECT, related_name="versions", verbose_name="accord")
    kind = models.CharField("sorte", max_length=9, choices=Kind, default=Kind.INITIAL)
    number = models.PositiveSmallIntegerField("rang", default=0)
    stage = models.CharField("étape", max_length=7, choices=Stage, default=Stage.DRAFT)
    template = models.ForeignKey(
        "partners.AgreementTemplate", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="modèle"
    )
    changes = models.CharField("ce qui change", max_length=500, blank=True)
    text = models.TextField("texte", blank=True, max_length=60_000)
    starts_on = models.DateField("prend effet le", null=True, blank=True)
    ends_on = models.DateField("jusqu’au (inclus)", null=True, blank=True)
    amount_cents = models.BigIntegerField("montant (centimes d’euro)", null=True, blank=True)
    runs_from = models.DateField("en vigueur du", null=True, editable=False)
    runs_until = models.DateField("en vigueur jusqu’au", null=True, editable=False)
    shared_at = models.DateTimeField("montré au partenaire le", null=True, editable=False)
    activated_at = models.DateTimeField("mis en vigueur le", null=True, editable=False)
    activated_by = models.ForeignKey("partners.User", models.PROTECT, null=True, editable=False, related_name="+")
    created_by = models.ForeignKey("partners.User", models.PROTECT, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AgreementVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "version d’un accord"
        verbose_name_plural = "versions des accords"
        ordering = ["agreement", "number"]
        indexes = [models.Index(fields=["agreement"], condition=Q(stage="signed"), name="agreement_version_signed")]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="agreement_version_number_once"),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(stage__in=OPEN),
                name="agreement_version_open_once",
                violation_error_message="Une version de cet accord est déjà en préparation.",
            ),
            ExclusionConstraint(
                name="agreement_periods_apart",
                expressions=[
                    ("agreement", RangeOperators.EQUAL),
                    (
                        DateRange(F("runs_from"), F("runs_until"), RangeBoundary(True, True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(runs_from__isnull=False),
                violation_error_message="Deux périodes du même accord se chevauchent.",
            ),
            models.CheckConstraint(
                condition=(Q(kind="initial") & Q(number=0)) | (~Q(kind="initial") & Q(number__gt=0)),
                name="agreement_version_first_is_initial",
                violation_error_message="Le premier texte d’un accord est l’accord initial.",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="agreement_version_dates_in_order",
                violation_error_message="La date de fin précède la date de début.",
            ),
            models.CheckConstraint(
                condition=Q(stage="active", runs_from__isnull=False, shared_at__isnull=False)
                | (~Q(stage="active") & Q(runs_from__isnull=True, runs_until__isnull=True)),
                name="agreement_version_active_runs",
                violation_error_message="Une version en vigueur, et elle seule, porte sa période.",
            ),
            models.CheckConstraint(
                condition=Q(runs_until__isnull=True) | Q(runs_until__gte=F("runs_from")),
                name="agreement_version_runs_in_order",
                violation_error_message="La période finit avant de commencer.",
            ),
            models.CheckConstraint(
                condition=Q(amount_cents__isnull=True) | Q(amount_cents__gte=0),
                name="agreement_amount_positive",
                violation_error_message="Le montant ne peut pas être négatif.",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        """« Accord initial », « Avenant n° 2 »."""
        name = self.get_kind_display().capitalize()
        return name if self.kind == self.Kind.INITIAL else f"{name} n°\u00a0{self.number}"

    @property
    def may_be_written(self) -> bool:
        return self.stage in WRITTEN

    def runs_on(self, day: date) -> bool:
        return self.runs_from is not None and self.runs_from <= day and (not self.runs_until or day <= self.runs_until)

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """("title" or "text", words) for each block of the text; a line that begins with « # » is a title."""
        found = []
        for block in self.text.replace("\r\n", "\n").split("\n\n"):
            if words := block.strip():
                found.append(("title", words[1:].strip()) if words.startswith("#") else ("text", words))
        return found

    @property
    def passages(self) -> list[str]:
        """The titles of the text, that a comment may point at."""
        return [words[:120] for kind, words in self.blocks if kind == "title"]
