"""What partners lack, what La Poste brings; the network of a partner."""

from django.urls import path

from alliance.portal.views import staff_needs, staff_network

urlpatterns = [
    path("partenaires/<slug:slug>/reseau/", staff_network.partner_network, name="staff_partner_network"),
    path("besoins/", staff_needs.needs, name="staff_needs"),
    path("besoins/<uuid:public_id>/", staff_needs.need, name="staff_need"),
    path("ressources/", staff_needs.resources, name="staff_resources"),
    path("ressources/nouvelle/", staff_needs.new_resource, name="staff_resource_new"),
    path("ressources/<uuid:public_id>/", staff_needs.resource, name="staff_resource"),
]
