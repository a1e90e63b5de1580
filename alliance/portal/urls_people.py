"""People, their roles and perimeters; the jobs of the clock."""

from django.urls import path

from alliance.portal.views import staff_jobs, staff_people

urlpatterns = [
    path("personnes/", staff_people.people, name="staff_people"),
    path("personnes/<int:pk>/perimetre/", staff_people.perimeter, name="staff_perimeter"),
    path("travaux/", staff_jobs.jobs, name="staff_jobs"),
]
