"""Invitations to a Convention, and what people need there, in the back office."""

from django.urls import path

from alliance.portal.views import staff_attendee_needs, staff_invitations

urlpatterns = [
    path("conventions/<slug:slug>/invitations/", staff_invitations.invitations, name="staff_invitations"),
    path("conventions/<slug:slug>/invitations/nouvelles/", staff_invitations.new, name="staff_invitation_new"),
    path(
        "conventions/<slug:slug>/invitations/<uuid:public_id>/", staff_invitations.invitation, name="staff_invitation"
    ),
    path("conventions/<slug:slug>/repas/", staff_attendee_needs.attendee_needs, name="staff_attendee_needs"),
    path("conventions/<slug:slug>/repas.csv", staff_attendee_needs.caterer_csv, name="staff_caterer_csv"),
]
