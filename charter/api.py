"""Versions of the charter and public signatures."""

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Cast, Concat
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError as BadRequest

from alliance.lib.api_views import PAGING_PARAMETERS, ListEndpoint, PublicEndpoint, answer, iso, page_of
from alliance.proof.models import JournalEntry
from charter.filters import YEAR
from charter.models import Article, CarriedOver, CharterVersion, Signature
from charter.models.signature import StandingState

SIGNATURE_FILTERS = [
    OpenApiParameter("version", str, many=True, description="Adresse (slug) d’une version de la charte ; répétable."),
    OpenApiParameter("state", str, many=True, enum=StandingState.values, description="État ; répétable."),
    OpenApiParameter("organisation", str, many=True, description="Adresse (slug) d’une organisation ; répétable."),
    OpenApiParameter("year", int, many=True, description="Année de la signature, à Paris ; répétable."),
]


PUBLIC_STATES = [state for state in StandingState.choices if state[0] != StandingState.REFUSED]


class VersionRow(serializers.Serializer):
    slug = serializers.CharField()
    url = serializers.URLField()
    label = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(CharterVersion.Kind.choices)
    compare_url = serializers.URLField(
        allow_null=True, help_text="Page qui la compare, mot à mot, à la version précédente ; nul pour la première."
    )
    in_force = serializers.BooleanField()
    effective_on = serializers.DateField()
    published_at = serializers.DateTimeField()
    digest = serializers.CharField(help_text="SHA-256 du texte en JSON canonique (RFC 8785), en hexadécimal.")
    is_placeholder = serializers.BooleanField(help_text="Texte de démonstration, à remplacer.")
    source = serializers.CharField()


class ArticleRow(serializers.Serializer):
    heading = serializers.CharField()
    text = serializers.CharField()


class VersionPage(VersionRow):
    partner_commitment = serializers.CharField()
    la_poste_commitment = serializers.CharField()
    articles = ArticleRow(many=True)


class SignatureRow(serializers.Serializer):
    """Organisation, version, dates and state: nobody's name."""

    code = serializers.CharField(help_text="Code de vérification.")
    url = serializers.URLField()
    organisation = serializers.CharField(help_text="Adresse (slug) de l’organisation.")
    organisation_name = serializers.CharField(help_text="Nom du jour de la signature.")
    version = serializers.CharField()
    carried_over = serializers.ListField(
        child=serializers.CharField(), help_text="Versions éditoriales sur lesquelles elle a été reportée."
    )
    state = serializers.ChoiceField(PUBLIC_STATES)
    signed_at = serializers.DateTimeField()
    countersigned_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True, help_text="Début de la chaîne ininterrompue des signatures.")
    journal_position = serializers.IntegerField(
        allow_null=True, help_text="Rang de sa feuille dans le journal ; nul si elle vient d’un registre antérieur."
    )
    proof = serializers.URLField(allow_null=True, help_text="Sa feuille et la preuve que le journal la contient.")
    badge = serializers.URLField(help_text="Image SVG qui dit toujours l’état du jour.")
    is_demo = serializers.BooleanField()


def version_rows(keys: list) -> list[dict]:
    in_force = CharterVersion.objects.in_force(timezone.localdate())
    oldest_first = CharterVersion.objects.published().order_by("effective_on", "pk")
    found, previous = {}, None
    for version in oldest_first:
        found[version.pk] = _version_row(version, previous, in_force)
        previous = version
    return [found[key] for key in keys if key in found]


def _version_row(version: CharterVersion, previous: CharterVersion | None, in_force: CharterVersion | None) -> dict:
    same = ("slug", "label", "title", "kind", "effective_on", "digest", "is_placeholder", "source")
    return {name: getattr(version, name) for name in same} | {
        "url": f"{settings.SITE_URL}/charte/versions/{version.slug}/",
        "compare_url": previous and f"{settings.SITE_URL}/charte/versions/{previous.slug}/comparer/{version.slug}/",
        "in_force": version == in_force,
        "published_at": iso(version.published_at),
    }


def carried_over() -> ArraySubquery:
    carried = CarriedOver.objects.filter(signature=OuterRef("pk")).order_by("carried_at", "pk")
    return ArraySubquery(carried.values("version__slug"))


def journal_position() -> Subquery:
    leaves = JournalEntry.objects.filter(subject=OuterRef("code"), kind="signed").order_by("position")
    return Subquery(leaves.values("position")[:1])


def address(before: str, value, after: str = "/") -> Concat:
    return Concat(Value(f"{settings.SITE_URL}{before}"), value, Value(after), output_field=CharField())


def proof_address() -> Case:
    """Needs ``journal_position``."""
    known = When(
        journal_position__isnull=False,
        then=address("/api/v1/journal/entries/", Cast("journal_position", CharField())),
    )
    return Case(known, default=None, output_field=CharField())


def signature_rows(keys: list) -> list[dict]:
    """Public dictionaries of these signatures, in this order; two queries."""
    in_force = CharterVersion.objects.in_force(timezone.localdate())
    asked = Signature.objects.filter(pk__in=keys).with_standing(in_force).annotate(journal_position=journal_position())
    found = asked.order_by().values(
        "pk", "code", "organisation_name", "signed_at", "countersigned_at", "withdrawn_at", "since", "is_demo",
        "standing_state", "journal_position", organisation_slug=F("organisation__slug"),
        version_slug=F("version__slug"), carried=carried_over(), proof=proof_address(),
    )  # fmt: skip
    rows = {
        row["pk"]: {
            "code": row["code"],
            "url": f"{settings.SITE_URL}/verifier/{row['code']}/",
            "organisation": row["organisation_slug"],
            "organisation_name": row["organisation_name"],
            "version": row["version_slug"],
            "carried_over": row["carried"],
            "state": row["standing_state"],
            **{name: iso(row[name]) for name in ("signed_at", "countersigned_at", "withdrawn_at", "since")},
            "journal_position": row["journal_position"],
            "proof": row["proof"],
            "badge": f"{settings.SITE_URL}/charte/badge/{row['code']}.svg",
            "is_demo": row["is_demo"],
        }
        for row in found
    }
    return [rows[key] for key in keys if key in rows]


@extend_schema(
    tags=["charte"], summary="Versions publiées", parameters=PAGING_PARAMETERS, responses=page_of(VersionRow)
)
class CharterVersions(ListEndpoint):
    row = VersionRow
    row_fields = tuple(VersionRow().fields)
    filename = "versions-de-la-charte"

    def select(self, params):
        return CharterVersion.objects.published().order_by("-effective_on", "-pk")

    def rows(self, keys):
        return version_rows(keys)


@extend_schema(tags=["charte"], summary="Une version et ses articles", responses=VersionPage)
class CharterVersionDetail(PublicEndpoint):
    def get(self, request, slug):
        version = CharterVersion.objects.published().filter(slug=slug).first()
        if version is None:
            raise Http404
        articles = list(Article.objects.filter(version=version).order_by("position").values("heading", "text"))
        commitments = {name: getattr(version, name) for name in ("partner_commitment", "la_poste_commitment")}
        return answer(request, version_rows([version.pk])[0] | commitments | {"articles": articles})


@extend_schema(
    tags=["charte"],
    summary="Signatures publiques",
    parameters=[*SIGNATURE_FILTERS, *PAGING_PARAMETERS],
    responses=page_of(SignatureRow),
)
class Signatures(ListEndpoint):
    row = SignatureRow
    row_fields = tuple(SignatureRow().fields)
    filters = ("version", "state", "organisation", "year")
    filename = "signatures"

    def select(self, params):
        in_force = CharterVersion.objects.in_force(timezone.localdate())
        rows = Signature.objects.public().with_standing(in_force).annotate(journal_position=journal_position())
        rows = rows.order_by("-signed_at", "-pk")
        if states := params.getlist("state"):
            unknown = [state for state in states if state not in StandingState.values]
            if unknown:
                raise BadRequest({"state": [f"État inconnu. Les états sont : {', '.join(StandingState.values)}."]})
            rows = rows.filter(standing_state__in=states)
        if slugs := _known(params, "version", CharterVersion.objects.published()):
            rows = rows.filter(version__slug__in=slugs)
        if slugs := _known(params, "organisation", Signature.objects.public(), "organisation__slug"):
            rows = rows.filter(organisation__slug__in=slugs)
        if years := params.getlist("year"):
            if not all(YEAR.fullmatch(year) for year in years):
                raise BadRequest({"year": ["Donnez une année, comme 2020."]})
            rows = rows.filter(signed_at__year__in=years[:50])
        return rows

    def rows(self, keys):
        return signature_rows(keys)

    def sql_columns(self):
        """As ``signature_rows``; ``select`` gives each row its standing state and its « depuis »."""
        same = ("code", "organisation_name", "signed_at", "countersigned_at", "withdrawn_at", "since", "is_demo")
        return {name: F(name) for name in same} | {
            "url": address("/verifier/", F("code")),
            "badge": address("/charte/badge/", F("code"), ".svg"),
            "carried_over": carried_over(),
            "journal_position": F("journal_position"),
            "proof": proof_address(),
            "organisation": F("organisation__slug"),
            "version": F("version__slug"),
            "state": F("standing_state"),
        }


def _known(params, name: str, queryset, lookup: str = "slug") -> list[str]:
    """The values given for a parameter; 400 when one of them names nothing public."""
    given = list(dict.fromkeys(params.getlist(name)))
    if not given:
        return []
    if any("\x00" in value for value in given) or len(given) > 50:
        raise BadRequest({name: ["Valeur impossible à lire."]})
    found = set(queryset.order_by().filter(**{f"{lookup}__in": given}).values_list(lookup, flat=True))
    unknown = [value for value in given if value not in found]
    if unknown:
        raise BadRequest({name: [f"« {unknown[0][:40]} » n’est pas connu."]})
    return given
