"""Organisations of the public directory."""

from functools import lru_cache

import orjson
from django.conf import settings
from django.db.models import F
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from alliance.lib import json_rows
from alliance.lib.api_views import PublicEndpoint, answer, page_of
from alliance.lib.copy_out import Table
from alliance.lib.exports import kinds_of
from charter.models import CharterVersion
from partners.api.columns import organisation_columns
from partners.api.filtered import FilteredList, filter_parameters
from partners.filters import organisations
from partners.models import Organisation

SIGNATORY = ["current", "pending", "former", "none"]


class OrganisationRow(serializers.Serializer):
    """What everyone may read of an organisation."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    url = serializers.URLField()
    name = serializers.CharField()
    short_name = serializers.CharField()
    kind = serializers.ChoiceField(Organisation.Kind.choices)
    network = serializers.CharField(allow_null=True, help_text="Adresse (slug) du réseau de rattachement.")
    siren = serializers.CharField()
    siret = serializers.CharField()
    rna = serializers.CharField()
    summary = serializers.CharField()
    website = serializers.CharField()
    axes = serializers.ListField(child=serializers.IntegerField(), help_text="Numéros des axes.")
    commune = serializers.CharField(allow_null=True, help_text="Code INSEE.")
    commune_name = serializers.CharField(allow_null=True)
    department = serializers.CharField(allow_null=True)
    region = serializers.CharField(allow_null=True)
    lat = serializers.FloatField(allow_null=True, help_text="Point de la commune, en degrés.")
    lon = serializers.FloatField(allow_null=True)
    precision = serializers.CharField(allow_null=True, help_text="Précision du point : M, G, P, E, D ou N.")
    signatory = serializers.ChoiceField(SIGNATORY, help_text="Au regard de la version de la charte en vigueur.")
    signatory_since = serializers.DateTimeField(allow_null=True)
    is_demo = serializers.BooleanField()
    source = serializers.CharField()
    updated_at = serializers.DateTimeField()


class OrganisationPage(OrganisationRow):
    description = serializers.CharField()


@lru_cache(maxsize=64)
def statement(fields: tuple[str, ...], version: CharterVersion | None, site_url: str) -> str:
    """How PostgreSQL writes these fields of organisations as JSON while ``version`` of the charter is in force."""
    columns = organisation_columns(version) | {"description": F("description")}
    return json_rows.statement(Table(Organisation.objects.all(), columns, kinds_of(OrganisationPage)), fields)


def organisation_json(keys: list, fields: tuple[str, ...] = ()) -> bytes:
    """These organisations, in this order, with these fields or all of ``OrganisationRow``: objects between commas.

    Two queries.
    """
    version = CharterVersion.objects.in_force(timezone.localdate())
    return json_rows.written(statement(fields or Organisations.row_fields, version, settings.SITE_URL), keys)


def organisation_rows(keys: list, *, long: bool = False) -> list[dict]:
    """The same as dictionaries; ``long`` adds what only the organisation's own page tells."""
    fields = (OrganisationPage if long else OrganisationRow)().fields
    return orjson.loads(b"[%b]" % organisation_json(keys, tuple(fields)))


@extend_schema(
    tags=["organisations"],
    summary="Organisations de l’annuaire",
    parameters=filter_parameters(organisations.OrganisationFilterSet),
    responses=page_of(OrganisationRow),
)
class Organisations(FilteredList):
    filterset = organisations
    row = OrganisationRow
    row_fields = tuple(OrganisationRow().fields)
    point = ("lon", "lat")
    filename = "organisations"

    def rows(self, keys):
        return organisation_rows(keys)

    def told(self, keys, fields):
        return organisation_json(keys, fields)

    def sql_columns(self):
        return organisation_columns(CharterVersion.objects.in_force(timezone.localdate()))


@extend_schema(tags=["organisations"], summary="Une organisation", responses=OrganisationPage)
class OrganisationDetail(PublicEndpoint):
    def get(self, request, slug):
        key = Organisation.objects.public().filter(slug=slug).values_list("pk", flat=True).first()
        if key is None:
            raise Http404
        return answer(request, organisation_rows([key], long=True)[0])
