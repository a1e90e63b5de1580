"""Accords de partenariat in the back office."""

from django.contrib import admin

from alliance.lib.back_office import PerimeterAdmin
from partners.models import Agreement, AgreementTemplate, GroupEntity


@admin.register(Agreement)
class AgreementAdmin(PerimeterAdmin):
    list_display = ["title", "organisation", "kind", "state", "starts_on", "ends_on", "is_public"]
    list_filter = ["state", "kind", "is_public", "organisation__region"]
    list_select_related = ["organisation"]
    search_fields = ["title", "organisation__search_name"]
    autocomplete_fields = ["organisation"]
    filter_horizontal = ["axes", "regions", "departments", "entities"]
    date_hierarchy = "ends_on"
    readonly_fields = ["state", "starts_on", "ends_on", "public_id", "created_at", "updated_at"]

    def get_readonly_fields(self, request, obj=None):
        """What was agreed upon does not change once in force: amend or end it."""
        if obj and obj.state != Agreement.State.DRAFT:
            return [*self.readonly_fields, "organisation", "kind"]
        return self.readonly_fields

    def has_add_permission(self, request):
        """An agreement begins with a text: see /gestion/accords/nouveau/."""
        return False


@admin.register(AgreementTemplate)
class AgreementTemplateAdmin(PerimeterAdmin):
    list_display = ["title", "kind", "is_current", "is_placeholder", "updated_at"]
    list_filter = ["is_current", "is_placeholder"]
    search_fields = ["title"]


@admin.register(GroupEntity)
class GroupEntityAdmin(PerimeterAdmin):
    list_display = ["label", "source", "is_current"]
    list_filter = ["is_current"]
    search_fields = ["label"]
