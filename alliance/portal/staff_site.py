"""The back office: Django's admin site in the portal's dress, its first page a queue of what waits."""

from django.contrib.admin.apps import AdminConfig

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
        return context

    def index(self, request, extra_context=None):
        from alliance.portal.staff_queue import waiting_work
        from charter import alarms

        wrong = alarms.sentences() if request.user.is_national else []
        waiting = {"queue": waiting_work(request.user), "alarms": wrong}
        return super().index(request, waiting | (extra_context or {}))


class StaffSiteConfig(AdminConfig):
    default_site = "alliance.portal.staff_site.StaffSite"
