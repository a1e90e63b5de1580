"""What the dictionaries of the API are in SQL, a field at a time: PostgreSQL writes pages and files by itself.

Tests write them again from the models and compare, row by row.
"""

from datetime import date

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, CharField, F, Func, IntegerField, JSONField, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Concat

from charter.models import CharterVersion
from charter.models.signature import signatory_state, since
from partners.models import Agreement, Organisation, ProjectFigure, ProjectPartner
from partners.models.project import FRESH_MONTHS, STALE_MONTHS, months_before

APPROXIMATE = ("P", "E", "D")


class AxesOfMask(Func):
    """The numbers whose bits are set, in order; quick for the dozen that a portal has, right for all."""

    output_field = ArrayField(IntegerField())
    usual, highest = 12, 62

    def as_sql(self, compiler, connection, **context):
        mask, parameters = compiler.compile(self.source_expressions[0])
        few, all_of_them = (self.bits(mask, last) for last in (self.usual, self.highest))
        sql = f"CASE WHEN {mask} < {2 << self.usual} THEN {few} ELSE {all_of_them} END"
        return sql, tuple(parameters) * (1 + self.usual + self.highest)

    def bits(self, mask: str, last: int) -> str:
        cases = ", ".join(f"CASE WHEN {mask} & {1 << number} <> 0 THEN {number} END" for number in range(1, last + 1))
        return f"array_remove(ARRAY[{cases}]::int[], NULL)"


def address(folder: str, slug: str = "slug") -> Concat:
    return Concat(Value(f"{settings.SITE_URL}/{folder}/"), F(slug), Value("/"), output_field=CharField())


def objects(rows, **pairs: str) -> ArraySubquery:
    """A list of JSON objects ``{key: column}`` over the rows of a correlated, ordered queryset."""
    words = [each for key, column in pairs.items() for each in (Value(key, TextField()), F(column))]
    made = Func(*words, function="json_build_object", output_field=JSONField())
    return ArraySubquery(rows.annotate(made=made).values("made"))


def linked_axes(model) -> ArraySubquery:
    """The numbers of the axes of a row, in order."""
    links = model.axes.through.objects.filter(**{model._meta.model_name: OuterRef("pk")}).order_by("axis__number")
    return ArraySubquery(links.values("axis__number"))


def same(*names: str) -> dict:
    return {name: F(name) for name in names}


def project_columns(today: date) -> dict:
    fresh, stale = months_before(today, FRESH_MONTHS), months_before(today, STALE_MONTHS)
    own, at_commune = Q(lat__isnull=False), Q(lat__isnull=True, commune__precision__in=APPROXIMATE)
    shown = ProjectPartner.objects.filter(project=OuterRef("pk"), organisation__is_public=True).order_by("pk")
    return same("slug", "title", "summary", "confirmed_on", "starts_on", "ends_on", "origin", "source", "is_demo") | {
        "url": address("projets"),
        "status": F("state"),
        "freshness": Case(
            When(confirmed_on__gt=fresh, then=Value("confirmed")),
            When(confirmed_on__gte=stale, then=Value("to_confirm")),
            default=Value("stale"),
        ),
        "lead": F("lead__slug"),
        "lead_name": F("lead__name"),
        "axes": AxesOfMask(F("axes_mask")),
        "commune": F("commune_id"),
        "commune_name": F("commune__name"),
        "department": F("department_id"),
        "region": F("region_id"),
        "lat": Case(When(own, then=F("lat")), default=F("commune__lat")),
        "lon": Case(When(own, then=F("lon")), default=F("commune__lon")),
        "is_approximate": Case(When(at_commune, then=Value(True)), default=Value(False)),
        "figures": objects(
            ProjectFigure.objects.filter(project=OuterRef("pk")).order_by("position", "pk"),
            label="label", target="target", reached="reached",
        ),
        "partners": objects(shown, role="role", organisation="organisation__slug", name="organisation__name"),
        "updated_at": F("updated_at"),
    }  # fmt: skip


def organisation_columns(version: CharterVersion | None) -> dict:
    """``version`` is the charter in force."""
    names = ("slug", "name", "short_name", "kind", "siren", "siret", "rna", "summary", "website", "is_demo", "source")
    return same(*names, "updated_at") | {
        "id": F("public_id"),
        "url": address("annuaire"),
        "network": F("parent__slug"),
        "axes": linked_axes(Organisation),
        "commune": F("commune_id"),
        "commune_name": F("commune__name"),
        "department": F("department_id"),
        "region": F("region_id"),
        "lat": F("commune__lat"),
        "lon": F("commune__lon"),
        "precision": F("commune__precision"),
        "signatory": signatory_state(version),
        "signatory_since": since(),
    }


def agreement_columns() -> dict:
    return same("title", "kind", "starts_on", "ends_on", "is_demo", "updated_at") | {
        "id": F("public_id"),
        "status": F("state"),
        "organisation": F("organisation__slug"),
        "organisation_name": F("organisation__name"),
        "organisation_url": address("annuaire", "organisation__slug"),
        "axes": linked_axes(Agreement),
    }
