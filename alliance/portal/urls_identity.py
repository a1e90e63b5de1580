"""Who an organisation is: mergers, and what resembles what."""

from django.urls import path

from alliance.portal.views import staff_duplicates, staff_identity

urlpatterns = [
    path("doublons/", staff_duplicates.duplicates, name="staff_duplicates"),
    path("doublons/ressemblances/", staff_duplicates.resembling, name="staff_likely"),
    path("fusion/<slug:keep>/<slug:gone>/", staff_identity.merging, name="staff_merging"),
    path("fusions/<uuid:public_id>/", staff_identity.merge, name="staff_merge"),
]
