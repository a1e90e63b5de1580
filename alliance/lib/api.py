"""Errors of the API, in the contract's shape and in French."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler
from rest_framework.views import set_rollback

from alliance.lib.errors import Conflict, Throttled
from alliance.lib.pages import BUSY_RETRY_AFTER, NUL_SENTENCE, SENTENCES, is_nul_refusal

FORM = "non_field_errors"
NOT_JSON = "Le corps de la requête n’est pas du JSON lisible."
NOT_FOUND = "Il n’y a rien à cette adresse."
NO_CSRF = "Il manque l’en-tête X-CSRFToken, ou la session a expiré."


def exception_handler(exc: Exception, context: dict) -> Response | None:
    """``Conflict`` → 409, ``ValidationError`` → 400 by field, throttles → 429, a busy database → 503."""
    response = _refusal(exc)
    if response is None:
        return rest_exception_handler(exc, context)
    set_rollback()
    return response


def _refusal(exc: Exception) -> Response | None:
    """Ours, or None. What Django and its framework say in English, or with the names of our tables, is said again."""
    return _wrong(exc) or _wait(exc) or _unsaid(exc)


def _wrong(exc: Exception) -> Response | None:
    if isinstance(exc, Conflict):
        return Response({"errors": [{"code": exc.code, "detail": exc.messages[0]}]}, status=409)
    if isinstance(exc, ValidationError):
        return Response(fields_of(exc), status=400)
    if is_nul_refusal(exc):
        return Response({FORM: [NUL_SENTENCE]}, status=400)
    return None


def _wait(exc: Exception) -> Response | None:
    if isinstance(exc, Throttled):
        return _later(429, exc.retry_after)
    if isinstance(exc, exceptions.Throttled):
        return _later(429, int(exc.wait or 60))
    if isinstance(exc, OperationalError):
        return _later(503, BUSY_RETRY_AFTER)
    return None


def _unsaid(exc: Exception) -> Response | None:
    if isinstance(exc, exceptions.ParseError):
        return Response({"detail": NOT_JSON}, status=400)
    if isinstance(exc, Http404):
        return Response({"detail": NOT_FOUND}, status=404)
    if isinstance(exc, exceptions.PermissionDenied) and str(exc.detail).startswith("CSRF Failed"):
        return Response({"detail": NO_CSRF}, status=403)
    return None


def _later(status: int, seconds: int) -> Response:
    return Response({"detail": SENTENCES[status]}, status=status, headers={"Retry-After": str(seconds)})


def fields_of(error: ValidationError) -> dict[str, list[str]]:
    """Sentences by field; those that concern the whole stand under ``non_field_errors``."""
    if not hasattr(error, "error_dict"):
        return {FORM: error.messages}
    return {FORM if name == NON_FIELD_ERRORS else name: messages for name, messages in error.message_dict.items()}
