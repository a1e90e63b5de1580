"""The team of an organisation, in its partner space. Included by ``urls.py``."""

from django.urls import path

from alliance.portal.views import space_team as views

urlpatterns = [
    path("", views.space_team, name="space_team"),
    path("<int:pk>/terminer/", views.space_end_membership, name="space_end_membership"),
    path("<int:pk>/depart/", views.space_departure, name="space_departure"),
    path("demandes/<uuid:public_id>/", views.space_join_request, name="space_join_request"),
    path(
        "invitations/<uuid:public_id>/renvoyer/",
        views.space_invitation,
        {"act": "renvoyer"},
        name="space_invitation_resend",
    ),
    path(
        "invitations/<uuid:public_id>/reprendre/",
        views.space_invitation,
        {"act": "reprendre"},
        name="space_invitation_revoke",
    ),
]
