"""Agreements in the partner space, under the organisation that they are of. Included by ``urls.py``."""

from django.urls import path

from alliance.portal.views import space_agreements as views

urlpatterns = [
    path("", views.agreements, name="space_agreements"),
    path("<uuid:public_id>/", views.agreement, name="space_agreement"),
    path("<uuid:public_id>/commentaires/<int:pk>/regler/", views.settle, name="space_agreement_settle"),
    path("<uuid:public_id>/actions/<uuid:action_id>/faite/", views.done, name="space_agreement_done"),
    path("<uuid:public_id>/papiers/<uuid:document_id>/", views.paper, name="space_agreement_paper"),
    path("<uuid:public_id>/pieces/<uuid:file_id>/", views.attachment, name="space_agreement_file"),
    path("<uuid:public_id>/<slug:name>/", views.act, name="space_agreement_act"),
]
