"""The peer: the same list, the stock way. ModelViewSet, ModelSerializer, DjangoFilterBackend, pages by number.

Written as its documentation teaches, with the prefetches that a careful author adds; same rows, same fields.
"""

import django_filters
from django.contrib.auth.decorators import login_not_required
from django.contrib.postgres.search import SearchQuery
from django.http import HttpResponse
from django.urls import include, path
from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import pagination, routers, serializers, viewsets

from partners.models import Organisation, Project, ProjectFigure, ProjectPartner
from partners.models.project import STALE_MONTHS, months_before


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


class OrganisationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Organisation
        fields = ["slug", "name", "short_name", "kind", "summary", "description", "website"]


class Organisations(viewsets.ModelViewSet):
    queryset = Organisation.objects.filter(is_public=True).order_by("name")
    serializer_class = OrganisationSerializer
    lookup_field = "slug"


router = routers.SimpleRouter()
router.register("projects", Projects)
router.register("organisations", Organisations)
urlpatterns = [
    path("api/v1/", include(router.urls)),
    path("healthz", login_not_required(lambda request: HttpResponse("ok"))),
]
