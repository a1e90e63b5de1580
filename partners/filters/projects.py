"""Projets territoriaux: the public list, its map, its facets."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.contrib.postgres.search import SearchRank, SearchVectorExact
from django.db.models import F, FloatField, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from partners.filters import counting, geo, hits, references, small
from partners.filters.base import SharedFilterSet, fixed, ordering
from partners.filters.bits import LED, Base, base_of
from partners.filters.criteria import Criteria, Problem, any_of
from partners.models import Axis, Organisation, Project, ProjectIndex
from partners.models.project import STALE_MONTHS, freshness_is, months_before
from partners.models.project_index import Words

ORDERS = {
    "-confirmed_on": "dernière confirmation",
    "-starts_on": "début, du plus récent",
    "title": "par titre",
    "relevance": "par pertinence",
    "distance": "par distance",
}
LISTED = ("confirmed", "to_confirm")
MANY_MASKS = 500
MOVING = frozenset({"stake", "signatory"})
"""What is looked up before the statement and does not show in the criteria."""


def freshness_among(states: Collection[str], on: date) -> Q:
    """Any of the states; the default list is one range of dates, which an index can read."""
    if set(states) == set(LISTED):
        return Q(confirmed_on__gte=months_before(on, STALE_MONTHS))
    return any_of(freshness_is(each, on) for each in states)


def where(name: str) -> Coalesce:
    """The project's own point, else its commune's."""
    return Coalesce(F(name), F(f"commune__{name}"), output_field=FloatField())


@dataclass(frozen=True)
class ProjectCriteria(Criteria):
    columns = {
        "region": "region",
        "department": "department",
        "commune": "commune",
        "kind": "lead__kind",
        "status": "state",
    }
    organisation = "lead"
    default_order = "-confirmed_on"

    def base(self):
        return Project.objects.public()

    def with_words(self):
        return Q(pk__in=ProjectIndex.objects.filter(self.indexed_words()).order_by().values("pk"))

    def indexed_words(self):
        """What the words demand of a row of the project index."""
        return Q(SearchVectorExact(Words(), self.q.tsquery))

    def nearby(self):
        near = ProjectIndex.objects.filter(geo.indexed_within(self.near, self.radius_km))
        return Q(pk__in=near.order_by().values("pk"))

    def conditions(self):
        found = {"freshness": freshness_among(self.freshnesses, self.today)} | super().conditions()
        return found | {name: self.with_mask(name) for name in ("axis", "stake") if name in found}

    @property
    def freshnesses(self) -> Collection[str]:
        """Stale projects are out unless asked for."""
        return self.values("freshness") or LISTED

    def with_mask(self, name: str) -> Q:
        """Rows with one of the axes asked for. The masks that exist are few: naming them lets an index find them."""
        masks = self.__dict__["counts"].by.get("masks") if "counts" in self.__dict__ else None
        if masks is None or len(masks) > MANY_MASKS:
            return Q(axes_mask__shares=self.mask(name))
        return Q(axes_mask__in=[int(each) for each in masks])

    def mask(self, name: str) -> int:
        """The bits of the axes, or of the axes of the stakes, asked for."""
        if name == "axis":
            return sum(1 << int(number) for number in self.values("axis"))
        return self.stake_mask

    @cached_property
    def stake_mask(self) -> int:
        axes = Axis.objects.current().filter(stake__in=self.keys("stake"))
        return sum(1 << number for number in axes.values_list("number", flat=True))

    def leads(self, name: str):
        """The organisations whose projects a parameter asks for."""
        found = {
            "kind": lambda: Organisation.objects.filter(kind__in=self.keys("kind")),
            "network": lambda: Organisation.objects.within(self.keys("network")),
            "signatory": self.signatories,
        }
        return found[name]().order_by().values("pk")

    @cached_property
    def bits(self) -> Base | None:
        """The bits that answer, when they do. One query, once."""
        return base_of(self)

    def is_counted(self, without: Collection[str] = ()) -> bool:
        """Whether the cells tell apart all that is asked."""
        return not counting.UNCOUNTED.intersection(self.asked) - set(without)

    def narrow(self, *, without: Collection[str] = ()):
        """The rows asked for, of the narrow index."""
        own = {"near": lambda: geo.indexed_within(self.near, self.radius_km), "q": self.indexed_words}
        wanted = self.conditions() | {name: demand() for name, demand in own.items() if getattr(self, name)}
        demands = [condition for name, condition in wanted.items() if name not in without]
        return ProjectIndex.objects.filter(*demands).order_by()

    @cached_property
    def counts(self) -> counting.Counts:
        """How many rows, and with which sets of axes when axes are asked for. One query, once."""
        return self.facets if "facets" in self.__dict__ else counting.count(self, *self.counted_first)

    @property
    def counted_first(self) -> tuple[str, ...]:
        by_bits = not LED.isdisjoint(self.asked) and self.bits
        named = (self.axis or self.stake) and self.is_counted() and not by_bits
        return ("count", "masks") if named else ("count",)

    @cached_property
    def facets(self) -> counting.Counts:
        """All that a list page counts. One query, once."""
        return counting.count(self, *self.counted_first, "axis", "status", "freshness", "network", "map")

    @cached_property
    def placed(self) -> counting.Counts:
        """How many rows in each département. One query, once."""
        return counting.count(self, "departments")

    def by_department(self, *, without=()):
        if set(without) == set(counting.PLACE):
            found = self.facets.by["map"] if "facets" in self.__dict__ else counting.count(self, "map").by["map"]
        elif not without:
            found = self.placed.by["departments"]
        else:
            return super().by_department(without=without)
        return {code or "": number for code, number in found.items()}

    def counted(self):
        return self.counts.count, self.counts.count_exact

    def page(self, first, size):
        return small.page(self, first, size) or super().page(first, size)

    def page_told(self, first: int, size: int, rows: str, nouns: Collection[str]):
        """``page`` and its rows in one statement, when one can tell all: see ``small``."""
        return None if MOVING.intersection(self.asked) else small.page_told(self, first, size, rows, nouns)

    def keys_of(self, first, last):
        return hits.keys(self, first, last)

    def rows_of(self, first, last, with_rows):
        keys = self.keys_of(first, last)
        found = with_rows(self.in_order(Project.objects.filter(pk__in=keys), self.order)) if keys else []
        return sorted(found, key=lambda row: keys.index(row.pk))

    def ordered(self):
        return self.in_order(self.queryset(), self.order)

    def in_order(self, rows, order: str):
        if order == "distance":
            distance = geo.distance_km(self.near, F("indexed__lat"), F("indexed__lon"))
            return rows.annotate(distance_km=distance).order_by("distance_km", "-pk")
        if order == "relevance":
            rank = SearchRank(F("search"), self.q.tsquery)
            return rows.annotate(rank=rank).order_by("-rank", "-confirmed_on", "-pk")
        if order == "-starts_on":
            return rows.order_by(F("starts_on").desc(nulls_last=True), "-pk")
        return rows.order_by("title", "pk") if order == "title" else rows.order_by("-confirmed_on", "-pk")


class ProjectFilterSet(SharedFilterSet):
    criteria_class = ProjectCriteria

    kind = fixed(Organisation.Kind.choices, "Nature de l’organisation qui porte le projet ; répétable.")
    status = fixed(Project.State.choices, "État du projet : idea, ongoing, done, abandoned ; répétable.")
    freshness = fixed(
        references.FRESHNESS,
        "Dernière confirmation : confirmed (moins de 6 mois), to_confirm (6 à 12), stale (plus de 12, absents de la "
        "liste sans ce filtre) ; répétable.",
    )
    ordering = ordering(*ORDERS)

    class Meta:
        model = Project
        fields: list[str] = []


def parse(data, *, today=None, doors=("page",), versions=None) -> tuple[ProjectCriteria, tuple[Problem, ...]]:
    """What ``data`` (a QueryDict) asks for, and what of it was not understood."""
    return ProjectFilterSet.read(data, today=today or timezone.localdate(), doors=doors, versions=versions)
