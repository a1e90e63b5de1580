"""Régions, départements, communes, axes and stakes."""

import unicodedata

from django.db.models import F
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound

from alliance.lib.api_views import PAGING_PARAMETERS, ListEndpoint, PublicEndpoint, answer, page_of
from partners.models import Axis, Commune, Department, Region, Stake

COMMUNE_PARAMETERS = [
    OpenApiParameter(
        "q", str, description="Début d’un nom, ou code postal.", examples=[OpenApiExample("Brest", "bre")]
    ),
    OpenApiParameter("department", str, many=True, description="Code d’un département ; répétable."),
    OpenApiParameter("region", str, many=True, description="Code INSEE d’une région ; répétable."),
    *PAGING_PARAMETERS,
]


class RegionRow(serializers.Serializer):
    code = serializers.CharField(help_text="Code INSEE.")
    name = serializers.CharField()
    zone = serializers.ChoiceField(["metro", "drom", "com"])
    population = serializers.IntegerField()


class DepartmentRow(RegionRow):
    region = serializers.CharField(help_text="Code INSEE de la région.")


class CommuneRow(serializers.Serializer):
    code = serializers.CharField(help_text="Code INSEE.")
    name = serializers.CharField()
    department = serializers.CharField()
    region = serializers.CharField()
    postal_codes = serializers.ListField(child=serializers.CharField())
    population = serializers.IntegerField()
    lat = serializers.FloatField(allow_null=True)
    lon = serializers.FloatField(allow_null=True)
    precision = serializers.ChoiceField(Commune.Precision.choices)


class StakeRow(serializers.Serializer):
    slug = serializers.CharField()
    label = serializers.CharField()
    source = serializers.CharField()


class AxisRow(serializers.Serializer):
    number = serializers.IntegerField(help_text="Ordre du portail.")
    label = serializers.CharField()
    status = serializers.ChoiceField(Axis.Status.choices)
    source = serializers.CharField()
    stake = serializers.CharField(allow_null=True)
    summary = serializers.CharField()
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)


class CodeList(ListEndpoint):
    """A list read straight from one table, in the order of its key."""

    columns: dict[str, str] = {}
    model = Region
    order = ("code",)

    def select(self, params):
        return self.model.objects.order_by(*self.order)

    def rows(self, keys):
        found = self.model.objects.filter(pk__in=keys).values("pk", *self.columns.values())
        by_key = {row["pk"]: {name: row[column] for name, column in self.columns.items()} for row in found}
        return [by_key[key] for key in keys]

    def sql_columns(self):
        return {name: F(column) for name, column in self.columns.items()}


@extend_schema(tags=["territoires"], summary="Régions", parameters=PAGING_PARAMETERS, responses=page_of(RegionRow))
class Regions(CodeList):
    row = RegionRow
    row_fields = tuple(RegionRow().fields)
    columns = {name: name for name in row_fields}
    filename = "regions"


@extend_schema(
    tags=["territoires"], summary="Départements", parameters=PAGING_PARAMETERS, responses=page_of(DepartmentRow)
)
class Departments(CodeList):
    model = Department
    row = DepartmentRow
    row_fields = tuple(DepartmentRow().fields)
    columns = {name: name for name in row_fields} | {"region": "region_id"}
    filename = "departements"


@extend_schema(tags=["territoires"], summary="Communes", parameters=COMMUNE_PARAMETERS, responses=page_of(CommuneRow))
class Communes(CodeList):
    """``q`` is the beginning of a name or a postal code; ``department`` and ``region`` narrow."""

    model = Commune
    row = CommuneRow
    row_fields = tuple(CommuneRow().fields)
    columns = {name: name for name in row_fields} | {"department": "department_id", "region": "region_id"}
    filename = "communes"
    filters = ("q", "department", "region")
    point = ("lon", "lat")

    def select(self, params):
        rows = super().select(params)
        if params.getlist("department"):
            rows = rows.filter(department__in=_clean(params.getlist("department")))
        if params.getlist("region"):
            rows = rows.filter(region__in=_clean(params.getlist("region")))
        typed = params.get("q", "").replace("\x00", "").strip()[:80]
        if typed.isdigit():
            rows = rows.filter(postal_codes__contains=[typed[:5]])
        elif typed:
            rows = rows.filter(search_name__startswith=folded(typed))
        return rows


def _clean(values):
    return [value.replace("\x00", "")[:5] for value in values]


def folded(text: str) -> str:
    """As ``lower(unaccent(text))`` has it, for prefixes."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("æ", "ae"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).lower().replace("’", "'")


@extend_schema(tags=["territoires"], summary="Une commune, par son code ou un ancien code", responses=CommuneRow)
class CommuneDetail(PublicEndpoint):
    def get(self, request, code):
        commune = Commune.objects.resolve(code)
        if commune is None:
            raise NotFound("Aucune commune ne porte ce code INSEE.")
        return answer(request, Communes().rows([commune.pk])[0])


@extend_schema(tags=["axes"], summary="Enjeux", parameters=PAGING_PARAMETERS, responses=page_of(StakeRow))
class Stakes(CodeList):
    model = Stake
    row = StakeRow
    row_fields = tuple(StakeRow().fields)
    columns = {name: name for name in row_fields}
    order = ("position",)
    filename = "enjeux"


@extend_schema(
    tags=["axes"],
    summary="Axes d’action, avec leur statut et leur source",
    parameters=PAGING_PARAMETERS,
    responses=page_of(AxisRow),
)
class Axes(CodeList):
    model = Axis
    row = AxisRow
    row_fields = tuple(AxisRow().fields)
    columns = {name: name for name in row_fields} | {"stake": "stake_id"}
    order = ("number", "pk")
    filename = "axes"
