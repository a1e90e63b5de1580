"""Tables, proposals and the roadmap, in the back office."""

from django.urls import path

from alliance.portal.views import staff_proposals, staff_roadmap, staff_tables

urlpatterns = [
    path("conventions/<slug:slug>/tables/", staff_tables.tables, name="staff_tables"),
    path("conventions/<slug:slug>/tables/<uuid:public_id>/", staff_tables.table, name="staff_table"),
    path("conventions/<slug:slug>/propositions/", staff_proposals.proposals, name="staff_proposals"),
    path("conventions/<slug:slug>/propositions/reunir/", staff_proposals.merging, name="staff_proposals_merge"),
    path("conventions/<slug:slug>/propositions/<uuid:public_id>/", staff_proposals.proposal, name="staff_proposal"),
    path("feuille-de-route/", staff_roadmap.roadmap, name="staff_roadmap"),
    path("feuille-de-route/<uuid:public_id>/", staff_roadmap.roadmap_item, name="staff_roadmap_item"),
]
