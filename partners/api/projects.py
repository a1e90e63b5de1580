"""Projets territoriaux: read by everyone."""

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from alliance.lib.api_views import PublicEndpoint, answer, iso, page_of
from partners.api.columns import project_columns
from partners.api.filtered import FilteredList, filter_parameters
from partners.filters import projects
from partners.filters.facets import numbers_of
from partners.models import Project, ProjectFigure, ProjectPartner
from partners.models.project import FRESH_MONTHS, STALE_MONTHS, months_before


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


COLUMNS = (
    "pk", "slug", "title", "summary", "description", "state", "confirmed_on", "starts_on", "ends_on", "axes_mask",
    "commune_id", "department_id", "region_id", "lat", "lon", "origin", "source", "is_demo", "updated_at",
)  # fmt: skip
SAME = ("title", "summary", "confirmed_on", "starts_on", "ends_on", "origin", "source", "is_demo")


FIGURES = ArraySubquery(
    ProjectFigure.objects.filter(project=OuterRef("pk")).values(
        told=JSONObject(label="label", target="target", reached="reached")
    )
)
PARTNERS = ArraySubquery(
    ProjectPartner.objects.filter(project=OuterRef("pk"), organisation__is_public=True).values(
        told=JSONObject(role="role", organisation="organisation__slug", name="organisation__name")
    )
)


def project_rows(keys: list, *, long: bool = False) -> list[dict]:
    """Public dictionaries of these projects, in this order; one query."""
    found = Project.objects.filter(pk__in=keys).order_by().values(
        *COLUMNS,
        lead_slug=F("lead__slug"),
        lead_name=F("lead__name"),
        commune_name=F("commune__name"),
        commune_lat=F("commune__lat"),
        commune_lon=F("commune__lon"),
        precision=F("commune__precision"),
        figures_told=FIGURES,
        partners_told=PARTNERS,
    )  # fmt: skip
    today = timezone.localdate()
    limits = months_before(today, FRESH_MONTHS), months_before(today, STALE_MONTHS)
    rows = {}
    for row in found:
        public = _row(row, limits) | {"figures": row["figures_told"], "partners": row["partners_told"]}
        rows[row["pk"]] = public | {"description": row["description"]} if long else public
    return [rows[key] for key in keys if key in rows]


def _row(row: dict, limits) -> dict:
    own_point = row["lat"] is not None
    fresh, stale = limits
    confirmed = row["confirmed_on"]
    return {
        "slug": row["slug"],
        "url": f"{settings.SITE_URL}/projets/{row['slug']}/",
        **{name: row[name] for name in SAME},
        "status": row["state"],
        "freshness": "confirmed" if confirmed > fresh else "to_confirm" if confirmed >= stale else "stale",
        "lead": row["lead_slug"],
        "lead_name": row["lead_name"],
        "axes": numbers_of(row["axes_mask"]),
        "commune": row["commune_id"],
        "commune_name": row["commune_name"],
        "department": row["department_id"],
        "region": row["region_id"],
        "lat": row["lat"] if own_point else row["commune_lat"],
        "lon": row["lon"] if own_point else row["commune_lon"],
        "is_approximate": not own_point and row["precision"] in {"P", "E", "D"},
        "updated_at": iso(row["updated_at"]),
    }


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

    def nouns_of(self, params):
        """Signatures and the vocabulary matter only to those who ask for them."""
        asked = {"q": "words", "signatory": "charter"}
        return (*self.nouns, *(noun for name, noun in asked.items() if name in params))

    def sql_columns(self):
        return project_columns()


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
