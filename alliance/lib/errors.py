"""Refusals that a person can act on."""

from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction


class Conflict(ValidationError):
    """The state of things forbids the act, whatever was typed: HTTP 409, an error of the whole form on a page.

    ``code`` is the stable English word that the API shows; the message is the French sentence for people.
    """

    def __init__(self, message: str, *, code: str):
        super().__init__(message, code=code)


class Throttled(Exception):
    """Too many attempts: HTTP 429. ``retry_after`` in seconds."""

    def __init__(self, retry_after: int):
        super().__init__(retry_after)
        self.retry_after = retry_after


@contextmanager
def conflict_on(constraint: str, message: str, *, code: str):
    """Open a transaction and turn the violation of *this* constraint, no other, into ``Conflict``."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if diagnosis is None or diagnosis.constraint_name != constraint:
            raise
        raise Conflict(message, code=code) from error
