"""The years that a form takes. Year 1 in Paris is the year before in UTC, which Python cannot read back."""

from datetime import date

from django.core.exceptions import ValidationError

FIRST, LAST = 1800, 2200


def within_reason(value: date) -> None:
    if not FIRST <= value.year <= LAST:
        raise ValidationError(f"Corrigez l’année : elle va de {FIRST} à {LAST}.", code="year")
