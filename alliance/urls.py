"""Every address of the portal. Paths are French, names English."""

from django.urls import include, path

from alliance.portal import urls_health, urls_proof

handler400 = "alliance.lib.pages.bad_request"
handler403 = "alliance.lib.pages.forbidden"
handler404 = "alliance.lib.pages.not_found"
handler429 = "alliance.portal.account.views.too_many"
handler500 = "alliance.lib.pages.server_error"

urlpatterns = [
    path("", include(urls_health.urlpatterns)),
    path("", include(urls_proof.urlpatterns)),
    path("api/v1/", include("alliance.api_v1")),  # before the pages: each pattern looked at costs its callers
    path("", include("alliance.portal.urls_account")),
    path("", include("alliance.portal.urls")),
    path("", include("alliance.portal.urls_kept")),
    path("", include("alliance.portal.urls_mail")),
    path("", include("partners.urls")),
    path("", include("charter.urls")),
    path("", include("events.urls")),
    path("gestion/", include("alliance.portal.urls_staff")),
]
