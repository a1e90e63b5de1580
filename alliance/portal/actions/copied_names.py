"""What rows point at, as one reads it: each thing is named once, whatever the number of rows that point at it."""

from collections.abc import Iterable
from itertools import batched

from django.db import models

from partners.models import User

AT_ONCE = 5_000


class Names:
    """``read(rows)`` asks one query for each sort of thing that the rows point at; ``of(row, field)`` none."""

    def __init__(self):
        self.known: dict[tuple, str] = {}

    def read(self, rows: Iterable[models.Model]) -> None:
        """``rows`` are of one model."""
        rows = list(rows)
        for field in references(type(rows[0])) if rows else ():
            asked = {getattr(row, field.attname) for row in rows} - {None}
            missing = [key for key in asked if (field.related_model, key) not in self.known]
            for keys in batched(missing, AT_ONCE):
                self._find(field, keys)

    def _find(self, field: models.ForeignKey, keys: Iterable) -> None:
        target, model = field.target_field, field.related_model
        around = [each.name for each in references(model)]  # a name may say what it belongs to
        for thing in model._base_manager.filter(**{f"{target.name}__in": keys}).select_related(*(around or [None])):
            self.known[model, getattr(thing, target.attname)] = _said(thing)

    def of(self, row: models.Model, field: models.ForeignKey) -> str:
        return self.known[field.related_model, getattr(row, field.attname)]


def _said(thing: models.Model) -> str:
    """An agent acts for La Poste: their name and address are not in the copies of others."""
    return "un agent de La Poste" if isinstance(thing, User) and thing.is_staff else str(thing)


def references(model) -> list[models.ForeignKey]:
    return [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
