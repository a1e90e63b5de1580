"""Projets territoriaux: the public list, its map, its facets."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.search import SearchRank
from django.db.models import F, FloatField, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from partners.filters import geo, references
from partners.filters.base import SharedFilterSet, fixed, ordering
from partners.filters.criteria import Criteria, Problem, any_of
from partners.models import Commune, Organisation, Project
from partners.models.project import STALE_MONTHS, freshness_is, months_before

ORDERS = {
    "-confirmed_on": "dernière confirmation",
    "-starts_on": "début, du plus récent",
    "title": "par titre",
    "relevance": "par pertinence",
    "distance": "par distance",
}
LISTED = ("confirmed", "to_confirm")


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
        return Q(search=self.q.tsquery)

    def nearby(self):
        """By the project's own point, else by its commune's: a union, so that each branch reads its own index."""
        inside = geo.within(self.near, self.radius_km, "lat", "lon")
        own = Project.objects.filter(inside)
        communes = Commune.objects.filter(inside).order_by().values("pk")
        by_commune = Project.objects.filter(lat__isnull=True, commune__in=communes)
        return Q(pk__in=own.order_by().values("pk").union(by_commune.order_by().values("pk"), all=True))

    def conditions(self):
        fresh = freshness_among(self.keys("freshness") or LISTED, self.today)
        return {"freshness": fresh} | super().conditions()

    def ordered(self):
        rows = self.queryset()
        if self.order == "distance":
            distance = geo.distance_km(self.near, where("lat"), where("lon"))
            return rows.annotate(distance_km=distance).order_by("distance_km", "-pk")
        if self.order == "relevance":
            rank = SearchRank(F("search"), self.q.tsquery)
            return rows.annotate(rank=rank).order_by("-rank", "-confirmed_on", "-pk")
        if self.order == "-starts_on":
            return rows.order_by(F("starts_on").desc(nulls_last=True), "-pk")
        return rows.order_by("title", "pk") if self.order == "title" else rows.order_by("-confirmed_on", "-pk")


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


def parse(data, *, today=None, doors=("page",)) -> tuple[ProjectCriteria, tuple[Problem, ...]]:
    """What ``data`` (a QueryDict) asks for, and what of it was not understood."""
    return ProjectFilterSet(data, today=today or timezone.localdate(), doors=doors).parse()
