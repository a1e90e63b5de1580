"""Open data: which files, what is in them, under which licence. The dictionary is the API's own."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from rest_framework.serializers import Serializer

from charter.api import SignatureRow, VersionRow
from events.api import ConventionRow
from partners.api.agreements import AgreementRow
from partners.api.organisations import OrganisationRow
from partners.api.places import AxisRow, CommuneRow, DepartmentRow, RegionRow
from partners.api.projects import ProjectRow


@dataclass(frozen=True)
class DataSet:
    """One list that can be taken away whole."""

    name: str
    resource: str
    says: str
    row: type[Serializer]
    geo: bool = False

    @property
    def fields(self) -> list[str]:
        """The columns, those that need it with their meaning."""
        return [
            f"{name} ({field.help_text.rstrip('.')})" if field.help_text else name
            for name, field in self.row().fields.items()
        ]


DATA_SETS = (
    DataSet(
        "Organisations",
        "organisations",
        "L’annuaire : nature, réseau, lieu, axes, état de la signature. Aucune donnée sur des personnes.",
        OrganisationRow,
        geo=True,
    ),
    DataSet(
        "Projets territoriaux",
        "projects",
        "Les projets publiés et confirmés depuis moins d’un an : porteur, rôles, lieu, axes, dates, chiffres. Ajoutez "
        "freshness=stale pour les archives.",
        ProjectRow,
        geo=True,
    ),
    DataSet(
        "Accords de partenariat",
        "agreements",
        "Les accords publics, en vigueur ou terminés. Les montants ne sont jamais publiés.",
        AgreementRow,
    ),
    DataSet(
        "Signatures de la charte",
        "signatures",
        "Une ligne par signature : organisation, version, dates, état. Jamais le nom du signataire.",
        SignatureRow,
    ),
    DataSet("Versions de la charte", "charter-versions", "Les textes successifs et leur empreinte.", VersionRow),
    DataSet("Conventions", "conventions", "Les rassemblements, passés et à venir.", ConventionRow),
    DataSet("Axes d’action", "axes", "Les axes, avec leur statut et leur source.", AxisRow),
    DataSet("Régions", "regions", "Code officiel géographique, INSEE, 1er janvier 2026.", RegionRow),
    DataSet("Départements", "departments", "Code officiel géographique, INSEE, 1er janvier 2026.", DepartmentRow),
    DataSet(
        "Communes",
        "communes",
        "Code officiel géographique, codes postaux, population, point et sa précision.",
        CommuneRow,
        geo=True,
    ),
)


@login_not_required
@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/donnees.html", {"data_sets": DATA_SETS})
