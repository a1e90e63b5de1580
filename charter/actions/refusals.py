"""A refusal that belongs to one field."""

from django.core.exceptions import ValidationError


def wrong(field: str, sentence: str, code: str) -> ValidationError:
    return ValidationError({field: ValidationError(sentence, code=code)})
