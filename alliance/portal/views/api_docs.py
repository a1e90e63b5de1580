"""The OpenAPI description and its documentation page, from our own files."""

from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

schema = login_not_required(SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[]))

CHANGES = {
    "2026-11-22": "Listes : « fields » peut omettre tout champ, et le schéma le dit. Signatures : paramètre « year ». "
    "« page », « page_size », « format » et « fields » présents mais vides sont refusés (400). Une adresse inconnue "
    "sous /api/v1/ répond en JSON. Le schéma décrit les fichiers GeoJSON, nomme les champs de « fields », donne des "
    "exemples, et dit que la lecture des projets se fait sans jeton. "
    "Fichiers CSV : marque d’ordre des octets en tête, textes entre guillemets. En-tête RateLimit ; 429 et 503 avec "
    "Retry-After. Conventions : programme, bilan (report), propositions (proposals) et feuille de route "
    "(roadmap-items), qui existe aussi pour toutes les Conventions.",
    "2026-11-21": "Première version : organisations, projets, axes, charte, signatures, accords, Conventions, "
    "territoires, inscriptions, journal.",
}


@login_not_required
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What changed, when, and how long what is old stays."""
    told = [{"day": date.fromisoformat(day), "says": says} for day, says in CHANGES.items()]
    return render(request, "portal/api_changes.html", {"changes": told, "rates": settings.API_RATES})


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
