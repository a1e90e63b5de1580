"""What every writing endpoint of the API asks for: someone, a scope, an unchanged thing."""

import json

from rest_framework.exceptions import APIException, ParseError, PermissionDenied
from rest_framework.parsers import JSONParser
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.settings import api_settings
from rest_framework.views import APIView


class PreconditionRequired(APIException):
    status_code = 428
    default_detail = "Envoyez « If-Match » avec l’ETag que vous avez lu : il évite d’effacer le travail d’un autre."


class PreconditionFailed(APIException):
    status_code = 412
    default_detail = "Cette ressource a changé depuis votre lecture : relisez-la, puis recommencez."


class WholeCharacters(JSONParser):
    """JSON may escape half a character: neither the database nor an answer that quotes it could hold it."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            read = super().parse(stream, media_type, parser_context)
            json.dumps(read, ensure_ascii=False).encode()
        except (RecursionError, UnicodeEncodeError) as error:  # lists in lists in lists
            raise ParseError from error
        return read


class WritingEndpoint(APIView):
    """Needs an account; a token needs ``scope`` too."""

    parser_classes = [WholeCharacters]
    permission_classes = [IsAuthenticated]
    scope = ""

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        token = request.auth
        if token is not None and self.scope not in getattr(token, "scopes", [self.scope]):
            raise PermissionDenied(f"Ce jeton n’a pas le droit « {self.scope} ».")


class OpenReads(WritingEndpoint):
    """Reads are everyone's and ask for no account; writes need one."""

    http_method_names = ["get", "head", "options", "post", "patch"]

    def is_reading(self) -> bool:
        return self.request is None or self.request.method in SAFE_METHODS

    def get_authenticators(self):
        return [each() for each in api_settings.DEFAULT_AUTHENTICATION_CLASSES]

    def get_permissions(self):
        return [] if self.is_reading() else super().get_permissions()

    def initial(self, request, *args, **kwargs):
        if self.is_reading():
            APIView.initial(self, request, *args, **kwargs)
        else:
            super().initial(request, *args, **kwargs)


def require_match(request, etag: str) -> None:
    """Raise 428 without ``If-Match``, 412 when it names another state than ``etag``."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise PreconditionRequired
    wanted = {each.strip().removeprefix("W/") for each in given.split(",")}
    if "*" not in wanted and etag not in wanted:
        raise PreconditionFailed
