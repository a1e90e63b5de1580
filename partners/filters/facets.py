"""Facets: for each parameter, its values with how many rows each would leave. A facet ignores its own choice."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from partners.filters import counting
from partners.filters.counting import BANDS
from partners.filters.criteria import Criteria
from partners.filters.organisations import OrganisationCriteria, top_of
from partners.filters.projects import ProjectCriteria
from partners.filters.references import FRESHNESS, SIGNATORY
from partners.models import Axis, Organisation, Project

TOP_AXES, TOP_NETWORKS = 6, 3
AT_LEAST = "Au moins : la sélection est trop longue pour être comptée tout entière, chaque nombre est un minimum."
"""Beside a map whose figures are not exact; facets say it of each figure."""


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    count: int | None
    checked: bool
    at_least: bool = False
    """Beyond 20,000 rows that neither cells nor bits tell apart, only those are counted."""


def options(criteria: Criteria, name: str, labels: dict[str, str], counts: dict[str, int]) -> list[Option]:
    """One for each value that would find something or is chosen."""
    chosen, at_least = criteria.values(name), is_at_least(criteria, name)
    found = (Option(value, label, counts.get(value, 0), value in chosen, at_least) for value, label in labels.items())
    return [option for option in found if option.count or option.checked]


def is_at_least(criteria: Criteria, name: str) -> bool:
    return isinstance(criteria, ProjectCriteria) and name not in criteria.facets.exact


def grouped(rows, column) -> dict[str, int]:
    return {str(value): count for value, count in rows.values_list(column).annotate(count=Count("pk"))}


def axes(criteria: Criteria, limit: int = TOP_AXES) -> list[Option]:
    """The axes chosen and those with the most rows, in the portal's order. Two queries."""
    counts = axis_counts(criteria)
    labels = {str(number): label for number, label in Axis.objects.current().values_list("number", "label")}
    found = options(criteria, "axis", labels, counts)
    ranked = sorted(found, key=lambda option: (not option.checked, -(option.count or 0)))
    kept = ranked[:limit]
    return [option for option in found if option in kept]


def axis_counts(criteria: Criteria) -> dict[str, int]:
    """Number → rows: of projects, from their counted sets of axes."""
    if isinstance(criteria, OrganisationCriteria):
        return criteria.facets["axis"]
    if not isinstance(criteria, ProjectCriteria):
        rows = criteria.queryset(without={"axis"})
        links = rows.model.axes.through.objects.filter(**{f"{rows.model._meta.model_name}__in": rows.values("pk")})
        return grouped(links, "axis__number")
    counts: Counter[str] = Counter()
    for mask, count in criteria.facets.by["axis"].items():
        counts.update({str(number): count for number in numbers_of(int(mask))})
    return counts


def numbers_of(mask: int) -> list[int]:
    """The numbers whose bits are set."""
    return [number for number in range(mask.bit_length()) if mask >> number & 1]


def kinds(criteria: Criteria) -> list[Option]:
    if isinstance(criteria, OrganisationCriteria):
        return options(criteria, "kind", dict(Organisation.Kind.choices), criteria.facets["kind"])
    rows = criteria.queryset(without={"kind"})
    return options(criteria, "kind", dict(Organisation.Kind.choices), grouped(rows, criteria.columns["kind"]))


def statuses(criteria: ProjectCriteria) -> list[Option]:
    return options(criteria, "status", dict(Project.State.choices), criteria.facets.by["status"])


def freshnesses(criteria: ProjectCriteria) -> list[Option]:
    return options(criteria, "freshness", FRESHNESS, _by_freshness(criteria.facets))


def freshness_counts(criteria: ProjectCriteria) -> dict[str, int]:
    """For a page that shows no other facet. One query."""
    return _by_freshness(counting.count(criteria, "freshness"))


def _by_freshness(found: counting.Counts) -> dict[str, int]:
    names = {str(band): name for name, band in BANDS.items()}
    return {names[band]: count for band, count in found.by["freshness"].items()}


def signatories(criteria: OrganisationCriteria) -> list[Option]:
    """By the state of the signature: each organisation has exactly one."""
    return options(criteria, "signatory", SIGNATORY, criteria.facets["signatory"])


def networks(criteria: Criteria, limit: int = TOP_NETWORKS) -> list[Option]:
    """The networks chosen, then those with the most rows, their members' included. Two queries."""
    chosen, at_least = criteria.keys("network"), is_at_least(criteria, "network")
    counts = network_counts(criteria)
    ranked = sorted(counts, key=lambda key: (-counts[key], key))[: limit + len(chosen)]
    shown = [*chosen, *(key for key in ranked if key not in chosen)][:limit]
    found = Organisation.objects.public().only("slug", "name", "short_name").in_bulk(shown)
    rows = ((found[key], counts.get(key), key in chosen) for key in shown if key in found)
    return [Option(row.slug, row.label, count, checked, at_least) for row, count, checked in rows]


def network_counts(criteria: Criteria) -> dict[int, int]:
    """Key of a network at the top of its tree → rows."""
    if isinstance(criteria, ProjectCriteria):
        return {int(key): count for key, count in criteria.facets.by["network"].items()}
    if isinstance(criteria, OrganisationCriteria):
        return {int(key): count for key, count in criteria.facets["network"].items()}
    root, is_network = top_of(f"{criteria.organisation}__")
    rows = criteria.queryset(without={"network"}).filter(is_network)
    return dict(rows.values_list(root).annotate(count=Count("pk")))
