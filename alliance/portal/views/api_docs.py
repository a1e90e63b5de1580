"""The OpenAPI description and its documentation page, from our own files."""

from django.contrib.auth.decorators import login_not_required
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

schema = login_not_required(SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[]))

# Swagger UI draws its icons from data: addresses; nothing else is loosened.
DOCS_POLICY = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}

docs = login_not_required(
    csp_override(DOCS_POLICY)(
        SpectacularSwaggerSplitView.as_view(
            url_name="api:schema",
            title="API de l’Alliance Dynamique",
            authentication_classes=[],
            permission_classes=[],
            template_name="api/docs.html",
        )
    )
)
