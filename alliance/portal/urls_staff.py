"""The back office: Django's admin site in the portal's own dress, and its own pages beside."""

from django.contrib import admin
from django.urls import path

from alliance.portal.views import staff

urlpatterns = [
    path("inviter/", staff.invite, name="staff_invite"),
    path("inviter-un-agent/", staff.invite_agent, name="staff_invite_agent"),
    path("", admin.site.urls),
]
