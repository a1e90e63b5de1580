"""Public accords de partenariat; amounts are never public."""

from django.conf import settings
from django.db.models import F
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from alliance.lib.api_views import iso, page_of
from partners.api.columns import agreement_columns
from partners.api.filtered import FilteredList, filter_parameters
from partners.filters import agreements
from partners.models import Agreement


class AgreementRow(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(Agreement.Kind.choices)
    status = serializers.ChoiceField(["active", "ended"])
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True, help_text="Incluse.")
    organisation = serializers.CharField(help_text="Adresse (slug) de l’organisation.")
    organisation_name = serializers.CharField()
    organisation_url = serializers.URLField()
    axes = serializers.ListField(child=serializers.IntegerField())
    is_demo = serializers.BooleanField()
    updated_at = serializers.DateTimeField()


def agreement_rows(keys: list) -> list[dict]:
    """Public dictionaries of these agreements, in this order; two queries."""
    found = Agreement.objects.filter(pk__in=keys).order_by().values(
        "pk", "public_id", "title", "kind", "state", "starts_on", "ends_on", "is_demo", "updated_at",
        organisation_slug=F("organisation__slug"), organisation_name=F("organisation__name"),
    )  # fmt: skip
    axes: dict[int, list[int]] = {}
    through = Agreement.axes.through.objects.filter(agreement__in=keys).order_by("axis__number")
    for agreement, number in through.values_list("agreement", "axis__number"):
        axes.setdefault(agreement, []).append(number)
    rows = {
        row["pk"]: {
            "id": str(row["public_id"]),
            **{name: row[name] for name in ("title", "kind")},
            "status": row["state"],
            **{name: row[name] for name in ("starts_on", "ends_on")},
            "organisation": row["organisation_slug"],
            "organisation_name": row["organisation_name"],
            "organisation_url": f"{settings.SITE_URL}/annuaire/{row['organisation_slug']}/",
            "axes": axes.get(row["pk"], []),
            "is_demo": row["is_demo"],
            "updated_at": iso(row["updated_at"]),
        }
        for row in found
    }
    return [rows[key] for key in keys if key in rows]


@extend_schema(
    tags=["accords"],
    summary="Accords de partenariat publics",
    parameters=filter_parameters(agreements.AgreementFilterSet),
    responses=page_of(AgreementRow),
)
class Agreements(FilteredList):
    filterset = agreements
    row = AgreementRow
    row_fields = tuple(AgreementRow().fields)
    filename = "accords"

    def rows(self, keys):
        return agreement_rows(keys)

    def sql_columns(self):
        return agreement_columns()
