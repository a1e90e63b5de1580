"""Which data sets are open, what is in them, under which licence: one list for page, dumps and catalogue."""

from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework import serializers

from alliance.lib.api_views import Listing, iso
from alliance.proof.models import Checkpoint
from charter import api as charter
from events import api as events
from partners.api import agreements, organisations, places, projects

LO = "Licence Ouverte 2.0"
LO_URL = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
CC_BY = "CC BY 4.0"
CC_BY_URL = "https://creativecommons.org/licenses/by/4.0/"
COG = "Code officiel géographique au 1er janvier 2026 (INSEE), codes postaux (La Poste), EPCI (DGCL)"


class CheckpointRow(serializers.Serializer):
    """What a copy of the journal's checkpoints keeps: enough to see that nothing was rewritten."""

    size = serializers.IntegerField(help_text="Nombre d’entrées du journal.")
    root = serializers.CharField(help_text="Racine de l’arbre, en hexadécimal.")
    signed_at = serializers.DateTimeField()
    note = serializers.CharField(help_text="Note signée, telle qu’elle a été publiée.")


class Checkpoints(Listing):
    """Not a resource of the API: its own addresses stand under /.well-known/."""

    row = CheckpointRow
    row_fields = tuple(CheckpointRow().fields)
    filename = "points-de-controle"

    def select(self, params) -> QuerySet:
        return Checkpoint.objects.order_by("size")

    def rows(self, keys):
        found = {each.pk: each for each in Checkpoint.objects.filter(pk__in=keys)}
        return [
            {"size": each.size, "root": bytes(each.root).hex(), "signed_at": iso(each.signed_at), "note": each.text}
            for each in (found[key] for key in keys if key in found)
        ]


@dataclass(frozen=True)
class DataSet:
    """One list that can be taken away whole; ``whole`` asks for the rows that the list leaves out by default."""

    key: str
    name: str
    says: str
    endpoint: type[Listing]
    resource: str = ""
    whole: str = ""
    licence: str = LO
    licence_url: str = LO_URL
    source: str = "Alliance Dynamique"
    keywords: tuple[str, ...] = field(default=("alliance", "économie sociale et solidaire"))

    @property
    def row(self) -> type[serializers.Serializer]:
        return self.endpoint.row

    @property
    def geo(self) -> bool:
        return self.endpoint.point is not None

    @property
    def formats(self) -> tuple[str, ...]:
        return ("csv", "geojson", "parquet") if self.geo else ("csv", "parquet")

    @property
    def api(self) -> str:
        return f"/api/v1/{self.resource}/" if self.resource else ""

    @property
    def fields(self) -> list[str]:
        """The columns, those that need it with their meaning."""
        return [
            f"{name} ({found.help_text.rstrip('.')})" if found.help_text else name
            for name, found in self.row().fields.items()
        ]

    def rows(self) -> QuerySet:
        return self.endpoint().select(QueryDict(self.whole))


DATA_SETS = (
    DataSet(
        "organisations",
        "Organisations",
        "L’annuaire : nature, réseau, lieu, axes, état de la signature. Aucune donnée sur des personnes.",
        organisations.Organisations,
        "organisations",
    ),
    DataSet(
        "projets",
        "Projets territoriaux",
        "Les projets publiés : porteur, rôles, lieu, axes, dates, chiffres. La liste s’arrête à ceux confirmés depuis "
        "moins d’un an ; le fichier du jour tient aussi les archives (freshness=stale).",
        projects.Projects,
        "projects",
        whole="freshness=confirmed&freshness=to_confirm&freshness=stale",
    ),
    DataSet(
        "accords",
        "Accords de partenariat",
        "Les accords publics, en vigueur ou terminés. Les montants ne sont jamais publiés.",
        agreements.Agreements,
        "agreements",
    ),
    DataSet(
        "signatures",
        "Signatures de la charte",
        "Une ligne par signature : organisation, version, dates, état. Jamais le nom du signataire.",
        charter.Signatures,
        "signatures",
    ),
    DataSet(
        "versions",
        "Versions de la charte",
        "Les textes successifs et leur empreinte.",
        charter.CharterVersions,
        "charter-versions",
    ),
    DataSet("conventions", "Conventions", "Les rassemblements, passés et à venir.", events.Conventions, "conventions"),
    DataSet("axes", "Axes d’action", "Les axes, avec leur statut et leur source.", places.Axes, "axes"),
    DataSet(
        "points-de-controle",
        "Points de contrôle du journal",
        "La racine signée du journal, jour après jour : une copie suffit à voir si quelque chose a été réécrit.",
        Checkpoints,
    ),
    DataSet("regions", "Régions", "Codes, noms, population.", places.Regions, "regions", source=COG),
    DataSet("departements", "Départements", "Codes, noms, population.", places.Departments, "departments", source=COG),
    DataSet(
        "communes",
        "Communes",
        "Codes, codes postaux, population, point et sa précision. Les points viennent de GeoNames.",
        places.Communes,
        "communes",
        licence=f"{LO} ; points : {CC_BY}",
        licence_url=CC_BY_URL,
        source=f"{COG} ; points : GeoNames",
    ),
)
BY_KEY = {data.key: data for data in DATA_SETS}
