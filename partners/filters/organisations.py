"""Organisations of the public directory."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib.postgres.search import SearchRank
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from charter.models.signature import signatory_state
from partners.filters import geo, places, references
from partners.filters.base import SharedFilterSet, fixed, ordering
from partners.filters.counting import PLACE
from partners.filters.criteria import Criteria, Problem, any_of
from partners.filters.grouping import Groups, at_once
from partners.filters.paging import COUNTED_TO
from partners.models import Organisation, Project
from partners.models.project import freshness_is

ORDERS = {"name": "par nom", "-name": "par nom, de Z à A", "relevance": "par pertinence", "distance": "par distance"}


def top_of(path: str) -> tuple[Coalesce, Q]:
    """The top of an organisation's tree, and whether a national network stands in it."""
    levels = ("", "parent__", "parent__parent__")
    is_network = Q(*((f"{path}{level}kind", "network") for level in levels), _connector="OR")
    return Coalesce(F(f"{path}parent__parent"), F(f"{path}parent"), F(f"{path}pk")), is_network


@dataclass(frozen=True)
class OrganisationCriteria(Criteria):
    columns = {"region": "region", "department": "department", "commune": "commune", "kind": "kind"}
    organisation = "pk"
    default_order = "name"

    def base(self):
        return Organisation.objects.public()

    def with_words(self):
        return Q(search=self.q.tsquery) | Q(search_name__contains=places.plain(self.q.searched))

    def nearby(self):
        return geo.within(self.near, self.radius_km, "commune__lat", "commune__lon")

    def conditions(self):
        found = super().conditions()
        if self.status or self.freshness:
            found["status"] = Q(Exists(self.led_projects()))
        return found

    def led_projects(self):
        """Public projects in one of the states and one of the freshnesses asked for, led by the outer row."""
        projects = Project.objects.filter(lead=OuterRef("pk"))
        if self.status:
            projects = projects.filter(state__in=self.keys("status"))
        if self.freshness:
            return projects.public().filter(any_of(freshness_is(each, self.today) for each in self.keys("freshness")))
        return projects.listed(self.today)

    @cached_property
    def facets(self) -> Groups:
        """All that a list page counts. One query, once."""
        axes = Organisation.axes.through.objects
        root, is_network = top_of("")
        return at_once(
            {
                "count": (self.queryset(), Value("")),
                "kind": (self.queryset(without={"kind"}), "kind"),
                "signatory": (self.queryset(without={"signatory"}), signatory_state(self.version)),
                "axis": (axes.filter(organisation__in=self.queryset(without={"axis"}).values("pk")), "axis__number"),
                "network": (self.queryset(without={"network"}).filter(is_network), root),
                "map": (self.queryset(without=PLACE), "department"),
            }
        )

    def counted(self):
        if "facets" not in self.__dict__:
            return super().counted()
        count = sum(self.facets["count"].values())
        return min(count, COUNTED_TO), count <= COUNTED_TO

    def by_department(self, *, without=()):
        if set(without) != set(PLACE) or "facets" not in self.__dict__:
            return super().by_department(without=without)
        return {"" if code == "None" else code: count for code, count in self.facets["map"].items()}

    def ordered(self):
        rows = self.queryset()
        if self.order == "distance":
            rows = rows.annotate(distance_km=geo.distance_km(self.near, F("commune__lat"), F("commune__lon")))
            return rows.order_by("distance_km", "search_name", "pk")
        if self.order == "relevance":
            rank = SearchRank(F("search"), self.q.tsquery)
            return rows.annotate(rank=rank).order_by("-rank", "search_name", "pk")
        return rows.order_by("-search_name", "-pk") if self.order == "-name" else rows.order_by("search_name", "pk")


class OrganisationFilterSet(SharedFilterSet):
    criteria_class = OrganisationCriteria

    kind = fixed(Organisation.Kind.choices, "Nature de l’organisation ; répétable.")
    status = fixed(Project.State.choices, "Organisations qui portent un projet dans cet état ; répétable.")
    freshness = fixed(
        references.FRESHNESS,
        "Organisations qui portent un projet confirmé à cette date : confirmed, to_confirm, stale.",
    )
    ordering = ordering(*ORDERS)

    class Meta:
        model = Organisation
        fields: list[str] = []


def parse(data, *, today=None, doors=("page",), versions=None) -> tuple[OrganisationCriteria, tuple[Problem, ...]]:
    """What ``data`` (a QueryDict) asks for, and what of it was not understood."""
    return OrganisationFilterSet.read(data, today=today or timezone.localdate(), doors=doors, versions=versions)
