"""What waits, and who looks after it."""

from django.urls import path

from alliance.portal.views import staff_work

urlpatterns = [path("<slug:source>/<int:pk>/", staff_work.work, name="staff_work")]
