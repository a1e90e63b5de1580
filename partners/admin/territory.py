"""Axes, stakes and the official geographic code, as the back office reads them."""

from django.contrib import admin

from alliance.lib.back_office import PerimeterAdmin, ReadOnlyAdmin
from alliance.lib.db import lower_unaccent
from partners.models import Axis, Commune, Department, FormerCommune, Region, Stake


@admin.register(Axis)
class AxisAdmin(PerimeterAdmin):
    list_display = ["number", "label", "status", "stake", "valid_from", "valid_to"]
    list_display_links = ["label"]
    list_filter = ["status", "stake"]
    list_select_related = ["stake"]
    search_fields = ["label"]


@admin.register(Stake)
class StakeAdmin(PerimeterAdmin):
    list_display = ["label", "position", "source"]


@admin.register(Region)
class RegionAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "zone", "population"]
    ordering = [lower_unaccent("name")]  # of the filters by région too
    search_fields = ["name", "^code"]


@admin.register(Department)
class DepartmentAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "region", "population"]
    list_filter = ["region"]
    list_select_related = ["region"]
    search_fields = ["name", "^code"]


@admin.register(Commune)
class CommuneAdmin(ReadOnlyAdmin):
    """Communes change with the official file (``load_territories``), never by hand."""

    list_display = ["code", "name", "department", "population", "precision"]
    ordering = ["search_name", "code"]
    list_filter = ["precision", "region"]
    list_select_related = ["department"]
    search_fields = ["search_name", "^code"]
    search_help_text = "Nom ou code INSEE."


@admin.register(FormerCommune)
class FormerCommuneAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "commune", "kind"]
    list_select_related = ["commune"]
    search_fields = ["name", "^code"]
