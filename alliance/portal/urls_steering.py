"""Steering: figures of the perimeter, their lists, and who receives them."""

from django.urls import path

from alliance.portal.views import staff_steering

urlpatterns = [
    path("", staff_steering.figures, name="staff_steering"),
    path("organisations/", staff_steering.organisations, name="staff_steering_organisations"),
    path("bilans/", staff_steering.reviews, name="staff_steering_reviews"),
    path("envois/", staff_steering.reports, name="staff_reports"),
    path("envois/<uuid:public_id>/", staff_steering.report, name="staff_report"),
    path("envois/<uuid:public_id>/arreter/", staff_steering.report_stop, name="staff_report_stop"),
]
