"""Workshops of a Convention, in the back office."""

from django.urls import path

from alliance.portal.views import staff_workshops

urlpatterns = [
    path("conventions/<slug:slug>/ateliers/", staff_workshops.workshops, name="staff_workshops"),
    path("conventions/<slug:slug>/ateliers/<uuid:public_id>/", staff_workshops.decide, name="staff_workshops_decide"),
]
