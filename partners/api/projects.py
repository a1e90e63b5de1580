"""Projets territoriaux: read by everyone."""

from datetime import date
from functools import lru_cache

import orjson
from django.conf import settings
from django.db.models import F
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from alliance.lib import json_rows, stamps
from alliance.lib.api_views import PAGING, PublicEndpoint, Told, answer, page_of
from alliance.lib.copy_out import Table
from alliance.lib.exports import kinds_of
from partners.api.columns import project_columns
from partners.api.filtered import FilteredList, filter_parameters
from partners.filters import projects, small
from partners.models import Project, ProjectPartner


class FigureRow(serializers.Serializer):
    label = serializers.CharField()
    target = serializers.IntegerField(allow_null=True)
    reached = serializers.IntegerField(allow_null=True)


class PartnerRow(serializers.Serializer):
    organisation = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(ProjectPartner.Role.choices)


class ProjectRow(serializers.Serializer):
    """What everyone may read of a project."""

    slug = serializers.CharField()
    url = serializers.URLField()
    title = serializers.CharField()
    summary = serializers.CharField()
    status = serializers.ChoiceField(Project.State.choices)
    freshness = serializers.ChoiceField(["confirmed", "to_confirm", "stale"])
    confirmed_on = serializers.DateField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True, help_text="Incluse.")
    lead = serializers.CharField(allow_null=True, help_text="Adresse (slug) de l’organisation qui porte le projet.")
    lead_name = serializers.CharField(allow_null=True)
    axes = serializers.ListField(child=serializers.IntegerField(), help_text="Numéros des axes.")
    commune = serializers.CharField(allow_null=True, help_text="Code INSEE.")
    commune_name = serializers.CharField(allow_null=True)
    department = serializers.CharField(allow_null=True)
    region = serializers.CharField(allow_null=True)
    lat = serializers.FloatField(allow_null=True, help_text="Degrés ; celui de la commune à défaut du sien.")
    lon = serializers.FloatField(allow_null=True)
    is_approximate = serializers.BooleanField(help_text="Le point est celui d’une commune placée à peu près.")
    figures = FigureRow(many=True)
    partners = PartnerRow(many=True)
    origin = serializers.CharField()
    source = serializers.CharField()
    is_demo = serializers.BooleanField()
    updated_at = serializers.DateTimeField()


class ProjectPage(ProjectRow):
    description = serializers.CharField()


@lru_cache(maxsize=64)
def statement(fields: tuple[str, ...], today: date, site_url: str, keys: str = json_rows.GIVEN) -> str:
    """How PostgreSQL writes these fields of projects as JSON, on this day and for this address of the portal."""
    columns = project_columns(today) | {"description": F("description")}
    return json_rows.statement(Table(Project.objects.all(), columns, kinds_of(ProjectPage)), fields, keys)


def project_json(keys: list, fields: tuple[str, ...] = ()) -> bytes:
    """These projects, in this order, with these fields or all of ``ProjectRow``: objects between commas. One query."""
    sql = statement(fields or Projects.row_fields, timezone.localdate(), settings.SITE_URL)
    return json_rows.written(sql, keys)


def project_rows(keys: list, *, long: bool = False) -> list[dict]:
    """The same as dictionaries; ``long`` adds what only the project's own page tells."""
    return orjson.loads(b"[%b]" % project_json(keys, tuple((ProjectPage if long else ProjectRow)().fields)))


@extend_schema(
    tags=["projets"],
    summary="Projets territoriaux",
    parameters=filter_parameters(projects.ProjectFilterSet),
    responses=page_of(ProjectRow),
)
class Projects(FilteredList):
    filterset = projects
    nouns = ("project", "organisation", "place", "axis")
    row = ProjectRow
    row_fields = tuple(ProjectRow().fields)
    point = ("lon", "lat")
    filename = "projets"

    def rows(self, keys):
        return project_rows(keys)

    def told(self, keys, fields):
        return project_json(keys, fields)

    def at_once(self, params, wanted):
        """One statement, of an address that is read with the versions seen last; if others come with the rows and it
        now says something else, all is read step by step.
        """
        nouns = self.nouns_of(params)
        known = self.versions or stamps.lately(nouns)
        criteria, problems = self.filterset.parse(params, doors=PAGING, versions=known)
        sql = statement(wanted.fields or self.row_fields, criteria.today, settings.SITE_URL, small.CHOSEN)
        found = None if problems else criteria.page_told(wanted.first, wanted.page_size, sql, nouns)
        if found is None:
            return None
        *page, versions = found
        is_same = versions == known or self.filterset.parse(params, doors=PAGING, versions=versions)[0] == criteria
        return Told(versions, *page) if is_same else None

    def nouns_of(self, params):
        """Signatures and the vocabulary matter only to those who ask for them."""
        asked = {"q": "words", "signatory": "charter"}
        return (*self.nouns, *(noun for name, noun in asked.items() if name in params))

    def sql_columns(self):
        return project_columns(timezone.localdate())


def readable_project(slug: str, user) -> dict:
    """The whole dictionary of one project, stale or not, that ``user`` may read; 404 otherwise."""
    projects_of = Project.objects.public() | Project.objects.visible_to(user)
    key = projects_of.filter(slug=slug).values_list("pk", flat=True).first()
    if key is None:
        raise Http404
    return project_rows([key], long=True)[0]


@extend_schema(tags=["projets"], summary="Un projet", responses=ProjectPage)
class ProjectDetail(PublicEndpoint):
    def get(self, request, slug):
        return answer(request, readable_project(slug, request.user))
