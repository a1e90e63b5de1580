"""Conventions in the back office: the page of each, and its screens."""

from django.urls import path

from alliance.portal.views import staff_conventions

urlpatterns = [
    path("conventions/<slug:slug>/", staff_conventions.convention_hub, name="convention_hub"),
]
