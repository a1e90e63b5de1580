"""Rows that an agent ticked in a list of the back office, to write to them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class MailingSelection(models.Model):
    """``keys``: of organisations, or of people. Frozen: what is written to is what was ticked, not what the list shows
    later; who of them may be written to is asked again each time."""

    class Noun(models.TextChoices):
        ORGANISATION = "organisation", "organisations"
        PERSON = "person", "personnes"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    noun = models.CharField("liste", max_length=12, choices=Noun)
    keys = ArrayField(models.BigIntegerField(), verbose_name="lignes")
    made_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="choisi par")
    made_at = models.DateTimeField("choisi le", auto_now_add=True)

    class Meta:
        verbose_name = "sélection d’une liste"
        verbose_name_plural = "sélections de listes"
        constraints = [
            models.CheckConstraint(
                condition=Q(keys__len__gt=0), name="mailing_selection_of_some",
                violation_error_message="Cochez au moins une ligne.",
            )
        ]  # fmt: skip

    def __str__(self):
        return f"sélection {self.pk}"

    @property
    def is_of_people(self) -> bool:
        return self.noun == self.Noun.PERSON
