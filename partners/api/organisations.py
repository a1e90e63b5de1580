"""Organisations of the public directory."""

from django.conf import settings
from django.db.models import F
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from alliance.lib.api_views import PublicEndpoint, answer, iso, page_of
from charter.models import CharterVersion
from charter.models.signature import signatory_state, since
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


COLUMNS = (
    "pk", "public_id", "slug", "name", "short_name", "kind", "siren", "siret", "rna", "summary", "website",
    "commune_id", "department_id", "region_id", "is_demo", "source", "updated_at", "description",
)  # fmt: skip


def organisation_rows(keys: list, *, long: bool = False) -> list[dict]:
    """Public dictionaries of these organisations, in this order; three queries."""
    version = CharterVersion.objects.in_force(timezone.localdate())
    found = Organisation.objects.filter(pk__in=keys).order_by().values(
        *COLUMNS,
        network=F("parent__slug"),
        commune_name=F("commune__name"),
        lat=F("commune__lat"),
        lon=F("commune__lon"),
        precision=F("commune__precision"),
        signatory=signatory_state(version),
        since=since(),
    )  # fmt: skip
    axes: dict[int, list[int]] = {}
    through = Organisation.axes.through.objects.filter(organisation__in=keys).order_by("axis__number")
    for organisation, number in through.values_list("organisation", "axis__number"):
        axes.setdefault(organisation, []).append(number)
    rows = {row["pk"]: _row(row, axes.get(row["pk"], []), long) for row in found}
    return [rows[key] for key in keys if key in rows]


def _row(row: dict, axes: list[int], long: bool) -> dict:
    public = {
        "id": str(row["public_id"]),
        "slug": row["slug"],
        "url": f"{settings.SITE_URL}/annuaire/{row['slug']}/",
        **{name: row[name] for name in ("name", "short_name", "kind", "network", "siren", "siret", "rna", "summary")},
        "website": row["website"],
        "axes": axes,
        "commune": row["commune_id"],
        "commune_name": row["commune_name"],
        "department": row["department_id"],
        "region": row["region_id"],
        **{name: row[name] for name in ("lat", "lon", "precision", "signatory")},
        "signatory_since": iso(row["since"]),
        "is_demo": row["is_demo"],
        "source": row["source"],
        "updated_at": iso(row["updated_at"]),
    }
    return public | {"description": row["description"]} if long else public


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

    def sql_columns(self):
        return organisation_columns()


@extend_schema(tags=["organisations"], summary="Une organisation", responses=OrganisationPage)
class OrganisationDetail(PublicEndpoint):
    def get(self, request, slug):
        key = Organisation.objects.public().filter(slug=slug).values_list("pk", flat=True).first()
        if key is None:
            raise Http404
        return answer(request, organisation_rows([key], long=True)[0])
