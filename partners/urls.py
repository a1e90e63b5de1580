"""The addresses of partners: pages of the public, then of the partner space."""

from django.urls import path, register_converter

from partners.views import (
    agreements,
    axes,
    communes,
    corrections,
    directory,
    follow_up,
    maps,
    messages,
    needs,
    projects,
    space,
    space_forms,
    space_photos,
    space_profile,
    territories,
)


class TerritoryCode:
    """An INSEE code of a région or a département, whatever the case of its letter."""

    regex = "[0-9]{2,3}|2[ABab]"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(TerritoryCode, "territory")

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
    path("projets/carte/", maps.project_map, name="project_map"),
    path("projets/<slug:slug>/", projects.project_page, name="project"),
    path("projets/<slug:slug>/photos/<uuid:public_id>/<int:width>.webp", space_photos.photo, name="project_photo"),
    path("projets/<slug:slug>/signaler/", corrections.report_project, name="report_project"),
    path("projets/<slug:slug>/signaler/merci/", corrections.thank, {"noun": "project"}, name="reported_project"),
    path("accords/", agreements.agreement_list, name="agreements"),
    path("axes/", axes.axis_list, name="axes"),
    path("axes/<int:number>/", axes.axis_page, name="axis"),
    path("territoires/", territories.territory_list, name="territories"),
    path("territoires/regions/<territory:code>/", territories.territory_page, {"kind": "region"}, name="region"),
    path(
        "territoires/departements/<territory:code>/",
        territories.territory_page,
        {"kind": "department"},
        name="department",
    ),
    path("territoires/regions/<territory:code>/ecrire/", messages.write, {"kind": "region"}, name="write_to_region"),
    path(
        "territoires/regions/<territory:code>/ecrire/merci/", messages.thank, {"kind": "region"}, name="wrote_to_region"
    ),
    path(
        "territoires/departements/<territory:code>/ecrire/",
        messages.write,
        {"kind": "department"},
        name="write_to_department",
    ),
    path(
        "territoires/departements/<territory:code>/ecrire/merci/",
        messages.thank,
        {"kind": "department"},
        name="wrote_to_department",
    ),
    path("suivi/<str:token>/", follow_up.news, name="follow_up"),
    path("suivi/<str:token>/arreter/", follow_up.stop, name="follow_up_stop"),
    path("communes/", communes.suggestions, name="communes"),
    path("espace/<slug:slug>/besoins/", needs.needs, name="space_needs"),
    path("espace/<slug:slug>/besoins/nouveau/", needs.new_need, name="space_need_new"),
    path("espace/<slug:slug>/besoins/<uuid:public_id>/", needs.need, name="space_need"),
    path("espace/<slug:slug>/besoins/<uuid:public_id>/modifier/", needs.edit_need, name="space_need_edit"),
    path("espace/<slug:slug>/profil/", space_profile.profile, name="space_profile"),
    path("espace/<slug:slug>/profil/retirer/", space_profile.withdraw, name="space_profile_withdraw"),
    path("espace/<slug:slug>/projets/", space.projects, name="space_projects"),
    path("espace/<slug:slug>/projets/nouveau/", space_forms.new_project, name="space_project_new"),
    path("espace/<slug:slug>/projets/ressemblances/", space_forms.alike, name="space_project_alike"),
    path("espace/<slug:slug>/projets/brouillon/", space_forms.draft, name="space_project_draft"),
    path(
        "espace/<slug:slug>/projets/brouillon/<uuid:public_id>/supprimer/",
        space_forms.drop,
        name="space_project_draft_drop",
    ),
    path(
        "espace/<slug:slug>/projets/<slug:project_slug>/modifier/", space_forms.edit_project, name="space_project_edit"
    ),
    path("espace/<slug:slug>/projets/<slug:project_slug>/photos/", space_photos.photos, name="space_project_photos"),
    path(
        "espace/<slug:slug>/projets/<slug:project_slug>/photos/<uuid:public_id>/retirer/",
        space_photos.drop,
        name="space_project_photo_drop",
    ),
    path(
        "espace/<slug:slug>/projets/<slug:project_slug>/retirer/", space_forms.withdraw, name="space_project_withdraw"
    ),
]
