"""The years of a moment that a form takes. Year 1 in Paris is the year before in UTC: Python cannot read it back."""

from datetime import datetime

from django.core.exceptions import ValidationError

FIRST, LAST = 1800, 2200


def within_reason(value: datetime) -> None:
    if not FIRST <= value.year <= LAST:
        raise ValidationError(f"Corrigez l’année : elle va de {FIRST} à {LAST}.", code="year")
