"""The peer: the same list, the stock way. ModelViewSet, ModelSerializer, DjangoFilterBackend, pages by number.

Written as its documentation teaches, with the prefetches that a careful author adds; same rows, same fields.
"""

import django_filters
from django.contrib.auth.decorators import login_not_required
from django.contrib.postgres.search import SearchQuery
from django.db.models import Avg, Case, Count, F, Value, When
from django.db.models.functions import Coalesce, Floor
from django.http import HttpResponse
from django.urls import include, path
from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import pagination, routers, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from charter.models import CharterVersion
from charter.models.signature import signatory_state, since
from partners.models import Organisation, Project, ProjectFigure, ProjectPartner
from partners.models.project import FRESH_MONTHS, STALE_MONTHS, months_before


class FigureSerializer(serializers.ModelSerializer):
    class Meta:
        model = ProjectFigure
        fields = ["label", "target", "reached"]


class PartnerSerializer(serializers.ModelSerializer):
    organisation = serializers.CharField(source="organisation.slug")
    name = serializers.CharField(source="organisation.name")

    class Meta:
        model = ProjectPartner
        fields = ["organisation", "name", "role"]


class ProjectSerializer(serializers.ModelSerializer):
    url = serializers.SerializerMethodField()
    status = serializers.CharField(source="state")
    freshness = serializers.SerializerMethodField()
    lead = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    lead_name = serializers.CharField(source="lead.name", default=None)
    axes = serializers.SlugRelatedField(slug_field="number", many=True, read_only=True)
    commune = serializers.CharField(source="commune_id")
    commune_name = serializers.CharField(source="commune.name", default=None)
    department = serializers.CharField(source="department_id")
    region = serializers.CharField(source="region_id")
    lat = serializers.SerializerMethodField()
    lon = serializers.SerializerMethodField()
    is_approximate = serializers.SerializerMethodField()
    figures = FigureSerializer(many=True)
    partners = PartnerSerializer(many=True)

    class Meta:
        model = Project
        fields = [
            "slug", "url", "title", "summary", "status", "freshness", "confirmed_on", "starts_on", "ends_on", "lead",
            "lead_name", "axes", "commune", "commune_name", "department", "region", "lat", "lon", "is_approximate",
            "figures", "partners", "origin", "source", "is_demo", "updated_at",
        ]  # fmt: skip

    def get_url(self, project):
        return f"http://localhost/projets/{project.slug}/"

    def get_freshness(self, project):
        return project.freshness(timezone.localdate())

    def get_lat(self, project):
        return project.lat if project.lat is not None else project.commune and project.commune.lat

    def get_lon(self, project):
        return project.lon if project.lat is not None else project.commune and project.commune.lon

    def get_is_approximate(self, project):
        return project.lat is None and project.commune is not None and project.commune.is_approximate


class ProjectFilter(django_filters.FilterSet):
    axis = django_filters.NumberFilter(field_name="axes__number")
    status = django_filters.CharFilter(field_name="state")
    q = django_filters.CharFilter(method="search")

    def search(self, queryset, name, value):
        return queryset.filter(search=SearchQuery(value, config="fr", search_type="websearch"))

    class Meta:
        model = Project
        fields = ["region", "department", "commune"]


class Page(pagination.PageNumberPagination):
    page_size = 50


class Projects(viewsets.ModelViewSet):
    queryset = Project.objects.order_by("-confirmed_on", "-pk")
    serializer_class = ProjectSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = ProjectFilter
    pagination_class = Page
    authentication_classes = []
    lookup_field = "slug"

    def get_queryset(self):
        fresh = months_before(timezone.localdate(), STALE_MONTHS)
        rows = super().get_queryset().filter(moderation="published", confirmed_on__gte=fresh)
        return rows.select_related("lead", "commune").prefetch_related("axes", "figures", "partners__organisation")

    @action(detail=False)
    def whole(self, request):
        """The list without pages, for whoever wants all of it."""
        rows = self.filter_queryset(self.get_queryset())
        return Response(self.get_serializer(rows, many=True).data)

    @action(detail=False)
    def clusters(self, request):
        """How many projects in each square of a grid over the rectangle, and where on average."""
        west, south, east, north = map(float, request.query_params["bbox"].split(","))
        side = 360 / 2 ** (int(request.query_params["zoom"]) + 2)
        point = {name: Coalesce(name, f"commune__{name}") for name in ("lat", "lon")}
        rows = super().get_queryset().annotate(y=point["lat"], x=point["lon"]).order_by()
        rows = rows.filter(moderation="published", confirmed_on__gte=months_before(timezone.localdate(), STALE_MONTHS))
        rows = rows.filter(x__range=(west, east), y__range=(south, north))
        cells = rows.values(column=Floor(F("x") / side), row=Floor(F("y") / side))
        counted = cells.annotate(count=Count("pk"), lon=Avg("x"), lat=Avg("y"))
        return Response([
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [each["lon"], each["lat"]]},
             "properties": {"count": each["count"]}}
            for each in counted
        ])  # fmt: skip


def facets(asked: dict) -> dict[str, dict]:
    """The figures of our list page, the stock way: one GROUP BY for each facet, over the rows that its own parameter
    leaves when it is left out."""
    found, fresh = {}, months_before(timezone.localdate(), FRESH_MONTHS)
    freshness = Case(When(confirmed_on__gt=fresh, then=Value("confirmed")), default=Value("to_confirm"))
    for name, column in (FACETS | {"freshness": freshness}).items():
        others = {key: value for key, value in asked.items() if key != name}
        rows = ProjectFilter(others, queryset=Projects().get_queryset().order_by()).qs
        rows = rows.prefetch_related(None).select_related(None)
        found[name] = dict(rows.values_list(column).annotate(count=Count("pk")))
    return found


FACETS = {
    "axis": "axes__number",
    "status": "state",
    "region": "region",
    "department": "department",
    "network": "lead__parent",
}


class OrganisationSerializer(serializers.ModelSerializer):
    id = serializers.UUIDField(source="public_id")
    url = serializers.SerializerMethodField()
    network = serializers.CharField(source="parent.slug", default=None)
    axes = serializers.SlugRelatedField(slug_field="number", many=True, read_only=True)
    commune = serializers.CharField(source="commune_id")
    commune_name = serializers.CharField(source="commune.name", default=None)
    department = serializers.CharField(source="department_id")
    region = serializers.CharField(source="region_id")
    lat = serializers.FloatField(source="commune.lat", default=None)
    lon = serializers.FloatField(source="commune.lon", default=None)
    precision = serializers.CharField(source="commune.precision", default=None)
    signatory = serializers.CharField()
    signatory_since = serializers.DateTimeField()

    class Meta:
        model = Organisation
        fields = [
            "id", "slug", "url", "name", "short_name", "kind", "network", "siren", "siret", "rna", "summary", "website",
            "axes", "commune", "commune_name", "department", "region", "lat", "lon", "precision", "signatory",
            "signatory_since", "is_demo", "source", "updated_at", "description",
        ]  # fmt: skip

    def get_url(self, organisation):
        return f"http://localhost/annuaire/{organisation.slug}/"


class Organisations(viewsets.ModelViewSet):
    queryset = Organisation.objects.filter(is_public=True).order_by("name")
    serializer_class = OrganisationSerializer
    authentication_classes = []
    lookup_field = "slug"

    def get_queryset(self):
        version = CharterVersion.objects.in_force(timezone.localdate())
        rows = super().get_queryset().select_related("parent", "commune").prefetch_related("axes")
        return rows.annotate(signatory=signatory_state(version), signatory_since=since())


router = routers.SimpleRouter()
router.register("projects", Projects)
router.register("organisations", Organisations)
urlpatterns = [
    path("api/v1/", include(router.urls)),
    path("healthz", login_not_required(lambda request: HttpResponse("ok"))),
]
