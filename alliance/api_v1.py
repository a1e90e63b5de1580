"""The whole surface of API v1, one line per resource."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from alliance.portal import api_journal
from alliance.portal.views import api_docs
from charter import api as charter
from events import api as events
from events import api_report
from partners.api import agreements, clusters, organisations, places, project_writes


def opened(endpoint):
    """Endpoints decide by themselves who may come in: the login middleware lets everybody through to them."""
    return login_not_required(endpoint.as_view())


app_name = "api"
urlpatterns = [
    path("organisations/", opened(organisations.Organisations), name="organisations"),
    path("organisations/<slug:slug>/", opened(organisations.OrganisationDetail), name="organisation"),
    path("projects/", opened(project_writes.ProjectsEndpoint), name="projects"),
    path("projects/clusters/", opened(clusters.Clusters), name="clusters"),
    path("projects/<slug:slug>/", opened(project_writes.ProjectEndpoint), name="project"),
    path("agreements/", opened(agreements.Agreements), name="agreements"),
    path("axes/", opened(places.Axes), name="axes"),
    path("stakes/", opened(places.Stakes), name="stakes"),
    path("regions/", opened(places.Regions), name="regions"),
    path("departments/", opened(places.Departments), name="departments"),
    path("communes/", opened(places.Communes), name="communes"),
    path("communes/<str:code>/", opened(places.CommuneDetail), name="commune"),
    path("charter-versions/", opened(charter.CharterVersions), name="charter_versions"),
    path("charter-versions/<slug:slug>/", opened(charter.CharterVersionDetail), name="charter_version"),
    path("signatures/", opened(charter.Signatures), name="signatures"),
    path("conventions/", opened(events.Conventions), name="conventions"),
    path("conventions/<slug:slug>/", opened(events.ConventionDetail), name="convention"),
    path("conventions/<slug:slug>/programme/", opened(api_report.Programme), name="convention_programme"),
    path("conventions/<slug:slug>/report/", opened(api_report.Report), name="convention_report"),
    path("conventions/<slug:slug>/proposals/", opened(api_report.Proposals), name="convention_proposals"),
    path("conventions/<slug:slug>/roadmap-items/", opened(api_report.ConventionRoadmap), name="convention_roadmap"),
    path("roadmap-items/", opened(api_report.Roadmap), name="roadmap"),
    path("registrations/", opened(events.Registrations), name="registrations"),
    path("registrations/<uuid:public_id>/", opened(events.RegistrationDetail), name="registration"),
    path("registrations/<uuid:public_id>/offer/", opened(events.RegistrationOffer), name="registration_offer"),
    path("journal/entries/<str:position>/", opened(api_journal.Entries), name="journal_entry"),
    path("journal/proofs/consistency/", opened(api_journal.Consistency), name="journal_consistency"),
    path("schema/", api_docs.schema, name="schema"),
    path("docs/", api_docs.docs, name="docs"),
]
