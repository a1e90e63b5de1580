"""What waits, and who looks after it."""

from django.urls import path

from alliance.portal.views import staff_work, staff_work_several

urlpatterns = [
    path("plusieurs/", staff_work_several.several, name="staff_work_several"),
    path("<slug:source>/<int:pk>/", staff_work.work, name="staff_work"),
]
