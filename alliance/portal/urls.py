"""Pages that speak of all apps."""

from django.urls import include, path, register_converter
from django.urls.converters import SlugConverter

from alliance.portal.views import api_docs, home, open_data, search, space, static_pages, statistics, suggestions


class OrganisationSlug(SlugConverter):
    """Not the words that stand at the same place under /espace/."""

    regex = r"(?!(?:signer|securite|confirmer|compte)/)[-a-zA-Z0-9_]+"


register_converter(OrganisationSlug, "organisation")

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("accessibilite/", static_pages.accessibility, name="accessibility"),
    path("mentions-legales/", static_pages.legal, name="legal"),
    path("confidentialite/", static_pages.privacy, name="privacy"),
    path("plan-du-site/", static_pages.sitemap_page, name="sitemap_page"),
    path("aide/", static_pages.help_page, name="help"),
    path("recherche/", search.search, name="search"),
    path("recherche/propositions/", suggestions.suggestions, name="suggestions"),
    path("chiffres/", statistics.figures, name="figures"),
    path("chiffres/axes-et-regions/", statistics.axes_by_region, name="axes_by_region"),
    path("donnees/", open_data.open_data, name="open_data"),
    path("donnees/fichiers/", open_data.published, name="published"),
    path("donnees/fichiers/<str:day>/<str:name>", open_data.download, name="dump"),
    path("donnees/catalogue.jsonld", open_data.catalogue, name="catalogue"),
    path("donnees/api/", api_docs.changes, name="api_changes"),
    path("robots.txt", open_data.robots, name="robots"),
    path("sitemap.xml", open_data.sitemap_index, name="sitemap"),
    path("sitemap-<slug:section>-<int:number>.xml", open_data.sitemap_part, name="sitemap_part"),
    path("", include("alliance.portal.urls_arrival")),
    path("espace/", space.space, name="space"),
    path("espace/<organisation:slug>/", space.space_organisation, name="space_organisation"),
    path("espace/<organisation:slug>/equipe/", include("alliance.portal.urls_team")),
    path("espace/<organisation:slug>/accords/", include("alliance.portal.urls_agreements")),
]
