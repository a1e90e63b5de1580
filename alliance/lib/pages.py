"""Error pages in the portal's own design."""

import sys

from django.core.exceptions import ValidationError
from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist, loader
from django.utils.html import escape

from alliance.lib.errors import Conflict, Throttled

API = "/api/v1/"
BUSY_RETRY_AFTER = 2
SENTENCES = {
    400: "La demande n’a pas été comprise.",
    403: "Vous n’avez pas accès à cette page.",
    404: "Cette page n’existe pas ou n’existe plus.",
    405: "Cette page ne fait pas ce qui lui est demandé : elle se lit, ou s’envoie avec son bouton.",
    409: "L’état actuel du dossier ne permet pas cette action.",
    429: "Trop de tentatives. Attendez un peu avant de recommencer.",
    500: "Une erreur est survenue de notre côté. Elle a été enregistrée.",
    503: "Le portail est très demandé. Recommencez dans quelques secondes.",
}
FORM_EXPIRED = "Le formulaire a expiré ou votre navigateur refuse les cookies. Revenez en arrière et recommencez."
NUL_SENTENCE = "La demande contient un caractère interdit."
BARE = '<!doctype html><html lang="fr"><meta charset="utf-8"><title>Erreur {0}</title><h1>Erreur {0}</h1><p>{1}</p>'


def error_page(request: HttpRequest | None, status: int, sentence: str = "", **context) -> HttpResponse:
    """The page ``<status>.html`` with ``sentence``. Without a request it reads neither session nor database.

    A program that asked the API for what is not there is answered in its language.
    """
    if request is not None and request.path.startswith(API):
        return JsonResponse(
            {"detail": sentence or SENTENCES[status]}, status=status, headers={"Cache-Control": "no-store"}
        )
    try:
        body = loader.render_to_string(f"{status}.html", {"sentence": sentence, "status": status} | context, request)
    except TemplateDoesNotExist:
        body = BARE.format(status, escape(sentence or SENTENCES[status]))
    response = HttpResponse(body, status=status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Frame-Options"] = "DENY"  # some are written outside of the middleware that says it
    return response


def not_allowed(request: HttpRequest, refusal: HttpResponse) -> HttpResponse:
    """The page for a refusal without a body, with the methods that it allows."""
    response = error_page(request, 405)
    response.headers["Allow"] = refusal.headers["Allow"]
    return response


def busy_page() -> HttpResponse:
    response = error_page(None, 503)
    response.headers["Retry-After"] = str(BUSY_RETRY_AFTER)
    return response


def throttled_page(request: HttpRequest, retry_after: int) -> HttpResponse:
    response = error_page(request, 429, retry_after=retry_after)
    response.headers["Retry-After"] = str(retry_after)
    return response


def is_nul_refusal(error: BaseException | None) -> bool:
    """Whether PostgreSQL refused a NUL character, in a text or in JSON."""
    return isinstance(error, DataError) and ("NUL" in str(error) or "\\u0000" in str(error))


class ErrorPagesMiddleware:
    """Refusals that rise out of a view become pages: 409, 429 and, when the database cannot serve us, 503."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\x00" in request.path:
            return error_page(request, 400, NUL_SENTENCE)
        response = self.get_response(request)
        return response if response.status_code != 405 or response.content else not_allowed(request, response)

    def process_exception(self, request, exception):
        if isinstance(exception, Conflict):
            return error_page(request, 409, exception.messages[0], code=exception.code)
        if isinstance(exception, Throttled):
            return throttled_page(request, exception.retry_after)
        if isinstance(exception, OperationalError):
            return busy_page()
        if isinstance(exception, ValidationError) or is_nul_refusal(exception):
            return error_page(request, 400, NUL_SENTENCE if is_nul_refusal(exception) else exception.messages[0])
        return None


def bad_request(request, exception):
    return error_page(request, 400)


def forbidden(request, exception):
    return error_page(request, 403)


def not_found(request, exception):
    return error_page(request, 404)


def server_error(request):
    """What no view caught, middleware included: a database that cannot serve us is 503, the rest is 500.

    A NUL where a middleware reads is a 400, as it is in a view: it came in a cookie.
    """
    error = sys.exception()
    if isinstance(error, OperationalError):
        return busy_page()
    page_of = request if request.path.startswith(API) else None
    return error_page(page_of, 400, NUL_SENTENCE) if is_nul_refusal(error) else error_page(page_of, 500)


def csrf_failure(request, reason=""):
    return error_page(request, 403, FORM_EXPIRED)
