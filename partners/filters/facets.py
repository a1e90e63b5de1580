"""Facets: for each parameter, its values with how many rows each would leave. A facet ignores its own choice."""

from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce

from charter.models.signature import signatory_state
from partners.filters.criteria import Criteria
from partners.filters.organisations import OrganisationCriteria
from partners.filters.projects import ProjectCriteria
from partners.filters.references import FRESHNESS, SIGNATORY
from partners.models import Axis, Organisation, Project
from partners.models.project import freshness_is

TOP_AXES, TOP_NETWORKS = 6, 3


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    count: int | None
    checked: bool


def options(criteria: Criteria, name: str, labels: dict[str, str], counts: dict[str, int]) -> list[Option]:
    """One for each value that would find something or is chosen."""
    chosen = criteria.values(name)
    found = (Option(value, label, counts.get(value, 0), value in chosen) for value, label in labels.items())
    return [option for option in found if option.count or option.checked]


def grouped(rows, column) -> dict[str, int]:
    return {str(value): count for value, count in rows.values_list(column).annotate(count=Count("pk"))}


def axes(criteria: Criteria, limit: int = TOP_AXES) -> list[Option]:
    """The axes chosen and those with the most rows, in the portal's order. Two queries."""
    rows = criteria.queryset(without={"axis"})
    links = rows.model.axes.through.objects.filter(**{f"{rows.model._meta.model_name}__in": rows.values("pk")})
    counts = grouped(links, "axis__number")
    labels = {str(number): label for number, label in Axis.objects.current().values_list("number", "label")}
    found = options(criteria, "axis", labels, counts)
    ranked = sorted(found, key=lambda option: (not option.checked, -(option.count or 0)))
    kept = ranked[:limit]
    return [option for option in found if option in kept]


def kinds(criteria: Criteria) -> list[Option]:
    rows = criteria.queryset(without={"kind"})
    return options(criteria, "kind", dict(Organisation.Kind.choices), grouped(rows, criteria.columns["kind"]))


def statuses(criteria: ProjectCriteria) -> list[Option]:
    rows = criteria.queryset(without={"status"})
    return options(criteria, "status", dict(Project.State.choices), grouped(rows, "state"))


def freshnesses(criteria: ProjectCriteria) -> list[Option]:
    rows = criteria.queryset(without={"freshness"})
    counts = rows.aggregate(**{each: Count("pk", filter=freshness_is(each, criteria.today)) for each in FRESHNESS})
    return options(criteria, "freshness", FRESHNESS, counts)


def signatories(criteria: OrganisationCriteria) -> list[Option]:
    """By the state of the signature: each organisation has exactly one."""
    rows = criteria.queryset(without={"signatory"}).annotate(state=signatory_state(criteria.version))
    return options(criteria, "signatory", SIGNATORY, grouped(rows, "state"))


def networks(criteria: Criteria, limit: int = TOP_NETWORKS) -> list[Option]:
    """The networks chosen, then those with the most rows, their members' included. Two queries."""
    path = "" if criteria.organisation == "pk" else f"{criteria.organisation}__"
    root = Coalesce(F(f"{path}parent__parent"), F(f"{path}parent"), F(f"{path}pk"))
    is_network = Q(
        *((f"{path}{level}kind", "network") for level in ("", "parent__", "parent__parent__")), _connector="OR"
    )
    rows = criteria.queryset(without={"network"}).filter(is_network).values_list(root).annotate(count=Count("pk"))
    chosen = criteria.keys("network")
    counts = dict(rows.order_by("-count", root)[: limit + len(chosen)])
    shown = [*chosen, *(key for key in counts if key not in chosen)][:limit]
    found = Organisation.objects.public().only("slug", "name", "short_name").in_bulk(shown)
    return [Option(found[key].slug, found[key].label, counts.get(key), key in chosen) for key in shown if key in found]
