"""Accords de partenariat in the back office."""

from django.contrib import admin

from alliance.lib.back_office import PerimeterAdmin, verb
from partners.actions.agreements import activate_agreement, end_agreement
from partners.models import Agreement


@admin.register(Agreement)
class AgreementAdmin(PerimeterAdmin):
    list_display = ["title", "organisation", "kind", "state", "starts_on", "ends_on", "is_public"]
    list_filter = ["state", "kind", "is_public", "organisation__region"]
    list_select_related = ["organisation"]
    search_fields = ["title", "organisation__search_name"]
    autocomplete_fields = ["organisation"]
    filter_horizontal = ["axes"]
    date_hierarchy = "ends_on"
    readonly_fields = ["state", "public_id", "created_at", "updated_at"]
    actions = ["activate", "end"]

    def get_readonly_fields(self, request, obj=None):
        """What was agreed upon does not change once in force: amend or end it."""
        if obj and obj.state != Agreement.State.DRAFT:
            return [*self.readonly_fields, "organisation", "kind", "starts_on", "ends_on", "amount_cents"]
        return self.readonly_fields

    def has_add_permission(self, request):
        return request.user.is_staff

    @verb("Mettre en vigueur")
    def activate(self, request, agreement):
        activate_agreement(agreement=agreement, by=request.user)

    @verb("Mettre fin à l’accord")
    def end(self, request, agreement):
        end_agreement(agreement=agreement, by=request.user)
