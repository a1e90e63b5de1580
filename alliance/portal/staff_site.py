"""The back office: Django's admin site in the portal's dress, its first page a queue of what waits."""

from django.contrib.admin.apps import AdminConfig
from django.urls import reverse

from alliance.lib.back_office import BackOfficeSite


class StaffSite(BackOfficeSite):
    site_title = "Gestion · Alliance Dynamique"
    site_header = "Gestion de l’Alliance Dynamique"
    index_title = "Ce qui vous attend"
    index_template = "admin/morning.html"

    def each_context(self, request):
        """No inventory of applications but on the first page: it costs queries and serves nobody."""
        context = super().each_context(request)
        if request.resolver_match and request.resolver_match.url_name != "index":
            context["available_apps"] = []
        return context | {"rooms": rooms(request)}

    def begin_batch(self, model_admin, request, action, queryset):
        from alliance.portal.views.staff_batches import begin_batch

        return begin_batch(model_admin, request, action, queryset)

    def begin_letter(self, model_admin, request, queryset):
        from alliance.portal.views.staff_mailings import begin_letter

        return begin_letter(model_admin, request, queryset)

    def begin_sheet(self, model_admin, request, queryset):
        from alliance.portal.views.staff_sheet_exports import begin_sheet

        return begin_sheet(model_admin, request, queryset)

    def opening(self, model_admin, request):
        """The view that this agent has chosen for the list; one query."""
        from alliance.portal.lists.saved import opening

        return opening(request.user, model_admin.opts.label_lower)

    def index(self, request, extra_context=None):
        from alliance.portal.staff_queue import waiting_work
        from alliance.portal.views.staff_work import work_list
        from charter import alarms

        wrong = alarms.sentences() if request.user.is_national else []
        waiting = {"queue": waiting_work(request.user), "alarms": wrong} | work_list(request)
        return super().index(request, waiting | (extra_context or {}))


ROOMS = {
    "Ce qui attend": "admin:index",
    "Modération": "staff_moderation",
    "Accords": "staff_agreements",
    "Partenaires": "admin:partners_organisation_changelist",
    "Campagnes": "staff_campaigns",
    "Courriels": "staff_mails",
    "Pilotage": "staff_steering",
    "Personnes": "staff_people",
    "Demandes": "staff_join_requests",
    "Besoins": "staff_needs",
    "Ressources": "staff_resources",
    "Tableurs": "staff_sheets",
    "Inviter": "staff_invite",
}
NATIONAL_ROOMS = {"Voir comme": "staff_view_as", "Journal des accès": "staff_access_journal", "Travaux": "staff_jobs"}


def rooms(request) -> list[tuple[str, str, bool]]:
    """The way around: label, address, and whether one is there."""
    national = getattr(request.user, "is_national", False)
    found = [(label, reverse(name)) for label, name in (ROOMS | (NATIONAL_ROOMS if national else {})).items()]
    home = reverse("admin:index")
    return [(label, url, request.path == url or (url != home and request.path.startswith(url))) for label, url in found]


class StaffSiteConfig(AdminConfig):
    default_site = "alliance.portal.staff_site.StaffSite"
