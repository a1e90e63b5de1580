"""The addresses of events: pages of the public, then of the partner space."""

from django.urls import path

from events.views import conventions, offers, registration, space, workshops

app_name = "events"
urlpatterns = [
    path("conventions/", conventions.convention_list, name="conventions"),
    path("conventions/<slug:slug>.ics", conventions.convention_ics, name="convention_ics"),
    path("conventions/<slug:slug>/", conventions.convention_detail, name="convention"),
    path("conventions/<slug:slug>/inscription/", registration.register_oneself, name="register"),
    path("conventions/<slug:slug>/inscription/<uuid:public_id>.ics", registration.registration_ics, name="my_calendar"),
    path("conventions/<slug:slug>/inscription/<uuid:public_id>/annuler/", registration.cancel_one, name="cancel"),
    path("conventions/<slug:slug>/inscription/<uuid:public_id>/place/", offers.answer_offer, name="answer_offer"),
    path("place-proposee/<str:token>/", offers.offer, name="offer"),
    path("conventions/<slug:slug>/ateliers/voeux/", workshops.wishes, name="wishes"),
    path("conventions/<slug:slug>/ateliers/voeux/<uuid:public_id>/", workshops.wishes_of, name="wishes_of"),
    path("conventions/<slug:slug>/ateliers/attribution/", workshops.allocation, name="workshop_allocation"),
    path("conventions/<slug:slug>/ateliers/attribution.json", workshops.allocation_file, name="workshop_file"),
    path("espace/<slug:slug>/inscriptions/", space.registrations, name="space_registrations"),
]
