"""Conventions in the back office: the page of each, and its screens."""

from django.urls import path

from alliance.portal.views import staff_conventions, staff_programme, staff_report, staff_speakers

urlpatterns = [
    path("conventions/<slug:slug>/", staff_conventions.convention_hub, name="convention_hub"),
    path("conventions/<slug:slug>/apercu/", staff_conventions.preview, name="staff_convention_preview"),
    path("conventions/<slug:slug>/suivante/", staff_conventions.prepare, name="staff_convention_after"),
    path("conventions/<slug:slug>/programme/", staff_programme.programme, name="staff_programme"),
    path("conventions/<slug:slug>/programme/nouveau/", staff_programme.new_item, name="staff_programme_new"),
    path("conventions/<slug:slug>/programme/publier/", staff_programme.publish, name="staff_programme_publish"),
    path("conventions/<slug:slug>/programme/<uuid:public_id>/", staff_programme.item, name="staff_programme_item"),
    path(
        "conventions/<slug:slug>/programme/<uuid:public_id>/acte/", staff_programme.item_act, name="staff_programme_act"
    ),
    path(
        "conventions/<slug:slug>/programme/<uuid:public_id>/intervenants/",
        staff_speakers.new_speaker,
        name="staff_speaker_new",
    ),
    path(
        "conventions/<slug:slug>/programme/<uuid:public_id>/intervenants/<uuid:speaker_id>/",
        staff_speakers.speaker,
        name="staff_speaker",
    ),
    path("conventions/<slug:slug>/bilan/", staff_report.report, name="staff_convention_report"),
]
