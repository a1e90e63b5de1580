"""The day of a Convention in the back office: attendance live, doors, badges."""

from django.urls import path

from alliance.portal.views import staff_doors

urlpatterns = [
    path("conventions/<slug:slug>/accueil/", staff_doors.attendance, name="staff_attendance"),
    path("conventions/<slug:slug>/accueil/portes/<uuid:public_id>/", staff_doors.door, name="staff_door"),
    path("conventions/<slug:slug>/accueil/entrees/<uuid:key>/", staff_doors.entry, name="staff_entry"),
    path("conventions/<slug:slug>/accueil/entrer/", staff_doors.desk_entry, name="staff_desk_entry"),
    path("conventions/<slug:slug>/accueil/ateliers/", staff_doors.seat, name="staff_workshop_seat"),
    path("conventions/<slug:slug>/accueil/badges.pdf", staff_doors.badges, name="staff_badges"),
]
