"""What stands above a list of the back office."""

from django import template

from alliance.lib.back_office_lists import COLUMNS

register = template.Library()


@register.inclusion_tag("admin/parts_list_tools.html")
def list_tools(cl) -> dict:
    """``cl``: the change list. Filters and order are kept when columns change; the page is not."""
    asked = {name: values for name, values in cl.filter_params.items() if name not in (COLUMNS, "p")}
    kept = [(name, value) for name, values in asked.items() for value in values]
    return {"columns": cl.column_choices, "kept": kept}
