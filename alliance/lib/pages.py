"""Error pages in the portal's own design."""

from django.http import HttpResponse
from django.template import TemplateDoesNotExist, loader

from alliance.lib.errors import Conflict, Throttled


def error_page(request, status: int, **context) -> HttpResponse:
    """The page ``<status>.html``."""
    try:
        body = loader.render_to_string(f"{status}.html", context, request)
    except TemplateDoesNotExist:
        body = f"<!doctype html><title>Erreur {status}</title>"
    return HttpResponse(body, status=status)


class ErrorPagesMiddleware:
    """``Conflict`` becomes a 409 page and ``Throttled`` a 429 page, wherever a view lets them rise."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, Conflict):
            return error_page(request, 409, sentence=exception.messages[0])
        if isinstance(exception, Throttled):
            response = error_page(request, 429, retry_after=exception.retry_after)
            response.headers["Retry-After"] = str(exception.retry_after)
            return response
        return None


def bad_request(request, exception):
    return error_page(request, 400)


def forbidden(request, exception):
    return error_page(request, 403)


def not_found(request, exception):
    return error_page(request, 404)


def server_error(request):
    return error_page(request, 500)


def csrf_failure(request, reason=""):
    return error_page(request, 403)
