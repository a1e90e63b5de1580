"""What partners wrote, and what staff decide of it."""

from django.urls import path

from alliance.portal.views import staff_moderation

urlpatterns = [
    path("", staff_moderation.queue, name="staff_moderation"),
    path("projets/<slug:slug>/", staff_moderation.project, name="staff_moderation_project"),
    path("<uuid:public_id>/", staff_moderation.change, name="staff_moderation_change"),
]
