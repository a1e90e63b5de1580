"""Daily screens of the back office: a partner at a glance, views of lists, acts upon many rows."""

from django.urls import include, path

from alliance.portal.views import staff_partners

urlpatterns = [
    path("tableurs/", include("alliance.portal.urls_sheets")),
    path("partenaires/<slug:slug>/", staff_partners.partner, name="staff_partner"),
    path("partenaires/<slug:slug>/noter/", staff_partners.note, name="staff_partner_note"),
]
