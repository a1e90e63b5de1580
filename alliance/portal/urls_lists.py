"""Saved views of the back office's lists, and acts upon many rows."""

from django.urls import path

from alliance.portal.views import staff_batches, staff_lists

urlpatterns = [
    path("vues/", staff_lists.views, name="staff_views"),
    path("vues/nouvelle/<str:noun>/", staff_lists.view_new, name="staff_view_new"),
    path("vues/<uuid:public_id>/", staff_lists.view, name="staff_view"),
    path("vues/<uuid:public_id>/garder/", staff_lists.view_keep, name="staff_view_keep"),
    path("vues/<uuid:public_id>/par-defaut/", staff_lists.view_first, name="staff_view_first"),
    path("vues/<uuid:public_id>/supprimer/", staff_lists.view_drop, name="staff_view_drop"),
    path("lots/", staff_batches.batches_page, name="staff_batches"),
    path("lots/<uuid:public_id>/", staff_batches.batch, name="staff_batch"),
    path("lots/<uuid:public_id>/<slug:name>/", staff_batches.batch_act, name="staff_batch_act"),
]
