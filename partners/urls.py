"""The addresses of partners: pages of the public, then of the partner space."""

from django.urls import path

from partners.views import axes, communes, corrections, directory, projects, space

app_name = "partners"
urlpatterns = [
    path("annuaire/", directory.directory, name="directory"),
    path("annuaire/<slug:slug>/", directory.organisation_page, name="organisation"),
    path("annuaire/<slug:slug>/signaler/", corrections.report_organisation, name="report_organisation"),
    path(
        "annuaire/<slug:slug>/signaler/merci/",
        corrections.thank,
        {"noun": "organisation"},
        name="reported_organisation",
    ),
    path("projets/", projects.project_list, name="projects"),
    path("projets/carte/", projects.project_map, name="project_map"),
    path("projets/<slug:slug>/", projects.project_page, name="project"),
    path("projets/<slug:slug>/signaler/", corrections.report_project, name="report_project"),
    path("projets/<slug:slug>/signaler/merci/", corrections.thank, {"noun": "project"}, name="reported_project"),
    path("axes/", axes.axis_list, name="axes"),
    path("axes/<int:number>/", axes.axis_page, name="axis"),
    path("communes/", communes.suggestions, name="communes"),
    path("espace/<slug:slug>/projets/", space.projects, name="space_projects"),
    path("espace/<slug:slug>/projets/nouveau/", space.new_project, name="space_project_new"),
    path("espace/<slug:slug>/projets/<slug:project_slug>/modifier/", space.edit_project, name="space_project_edit"),
]
