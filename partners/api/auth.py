"""Who writes through the API: a person in a session, or a token with scopes."""

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from partners.models import ApiToken
from partners.models.token import digest_of


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer adp_…``; ``request.auth`` is the ``ApiToken``."""

    def authenticate(self, request):
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("L’en-tête s’écrit « Authorization: Bearer » suivi du jeton.")
        secret = parts[1].decode("latin-1")
        tokens = ApiToken.objects.live(timezone.now()).select_related("user", "organisation")
        token = tokens.filter(digest=digest_of(secret), user__is_active=True).first()
        if token is not None and token.user.is_staff:
            raise AuthenticationFailed("Un agent de La Poste n’agit pas par jeton : son second facteur est demandé.")
        if token is None:
            raise AuthenticationFailed("Ce jeton n’existe pas, a expiré ou a été révoqué.")
        return token.user, token

    def authenticate_header(self, request):
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "jeton"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}
