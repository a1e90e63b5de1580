"""Every field of every door, as the code has them: the API and its files, forms, lists and rows of the back office.

What ``field_matrix.py`` declares is compared with this.
"""

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.test import RequestFactory
from rest_framework.serializers import BaseSerializer

from alliance.lib.api_views import Listing
from tests.portal.test_public_pages import all_routes

OURS = ("alliance", "partners", "charter", "events")


def ours(parent: type) -> list[type]:
    """The subclasses that we wrote, once each."""
    found = {each for each in _below(parent) if each.__module__.split(".")[0] in OURS}
    return sorted(found, key=lambda each: (each.__module__, each.__name__))


def _below(parent: type):
    for child in parent.__subclasses__():
        yield child
        yield from _below(child)


def api() -> dict[str, list[str]]:
    list(all_routes())  # everything that has an address is imported
    return {f"{each.__module__}.{each.__name__}": list(each().fields) for each in ours(BaseSerializer)}


def typed() -> dict[str, list[str]]:
    list(all_routes())
    return {f"{each.__module__}.{each.__name__}": list(each.base_fields) for each in ours(forms.BaseForm)}


def lists() -> dict[str, list[str]]:
    return {model._meta.label_lower: list(site.list_display) for model, site in admin.site._registry.items()}


def endpoints() -> list[type]:
    """The lists of the API, which are files too."""
    list(all_routes())
    return [each for each in ours(Listing) if each.row]


def row(model, person, instance) -> tuple[list[str], list[str]]:
    """What ``person`` reads of a row in the back office, and what of it they may change."""
    site, request = admin.site._registry[model], RequestFactory().get("/")
    request.user = person
    if not site.has_view_permission(request, instance):
        return [], []
    shown = flatten_fieldsets(site.get_fieldsets(request, instance))
    fixed = set(site.get_readonly_fields(request, instance))
    writes = [name for name in shown if name not in fixed] if site.has_change_permission(request, instance) else []
    return shown, writes
