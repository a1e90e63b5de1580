"""Pages that speak of all apps."""

from django.urls import path

from alliance.portal.views import home, static_pages

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("accessibilite/", static_pages.accessibility, name="accessibility"),
    path("mentions-legales/", static_pages.legal, name="legal"),
    path("confidentialite/", static_pages.privacy, name="privacy"),
    path("plan-du-site/", static_pages.sitemap_page, name="sitemap_page"),
    path("aide/", static_pages.help_page, name="help"),
]
