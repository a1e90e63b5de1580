"""People, their attachments and the agents' perimeters: read here, changed by verbs and invitations."""

from django.contrib import admin

from alliance.lib.back_office import ReadOnlyAdmin, verb
from partners.actions.people import end_membership, end_staff, reset_second_factor
from partners.admin.asked import export_sheet, write_to
from partners.models import Membership, StaffPerimeter, User


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ["email", "full_name", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["search_name"]
    fields = ["email", "full_name", "is_staff", "is_active", "date_joined", "last_login"]
    actions = [write_to, "reset_factor", "end_agent"]

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    def get_search_results(self, request, queryset, search_term):
        """La Poste's referent is one of its agents: nobody else is offered."""
        if request.GET.get("field_name") == "referent":
            queryset = queryset.filter(is_staff=True, is_active=True)
        return super().get_search_results(request, queryset, search_term)

    def writable(self, request):
        rows = self.get_queryset(request)
        return rows if request.user.is_national else rows.none()

    @verb("Réinitialiser le second facteur (agent qui l’a perdu)", effect="ses sessions se ferment")
    def reset_factor(self, request, user):
        reset_second_factor(user=user, by=request.user)

    @verb("Retirer l’accès à la gestion", effect="ses sessions se ferment")
    def end_agent(self, request, user):
        end_staff(user=user, by=request.user)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["user", "organisation", "role", "job_title", "starts_on", "ends_on"]
    more_columns = ["ended_at"]
    list_filter = ["role", "organisation__kind", "organisation__region"]
    list_select_related = ["user", "organisation"]
    search_fields = ["user__search_name", "organisation__search_name"]
    actions = [write_to, export_sheet, "end"]

    def row_label(self, membership):
        return f"{membership.user}, {membership.get_role_display()} · {membership.organisation}"

    @verb("Mettre fin au rattachement", undone=True)
    def end(self, request, membership):
        end_membership(membership=membership, by=request.user)


@admin.register(StaffPerimeter)
class StaffPerimeterAdmin(ReadOnlyAdmin):
    list_display = ["user", "national", "job_title"]
    list_filter = ["national", "regions"]
    list_select_related = ["user"]
    search_fields = ["user__search_name"]
