"""The saved views above a list of the back office."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse

from alliance.lib.back_office_lists import VIEW
from alliance.portal.lists import saved
from partners.models import SavedView

register = template.Library()


@register.inclusion_tag("admin/lists/switch.html", takes_context=True)
def list_views(context, cl) -> dict:
    """``cl``: the change list. One query."""
    request, noun = context["request"], cl.opts.label_lower
    asked = request.GET.get(VIEW, "")
    views = [(view, saved.address(view)) for view in SavedView.objects.for_list(request.user, noun)]
    here = next((view for view, _ in views if str(view.public_id) == asked), None)
    query = request.META.get("QUERY_STRING", "")
    return {
        "views": views,
        "here": here,
        "moved": here is not None and saved.read(query) != (here.query, here.columns),
        "query": query,
        "whole": f"{request.path}?{urlencode({VIEW: saved.WHOLE})}",
        "new": f"{reverse('staff_view_new', args=[noun])}?{query}",
        "csrf_token": context.get("csrf_token"),
        "title": cl.opts.verbose_name_plural,
    }
