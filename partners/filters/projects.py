"""Projets territoriaux: the public list, its map, its facets."""

from dataclasses import dataclass

from django.contrib.postgres.search import SearchRank
from django.db.models import F, FloatField, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from partners.filters import geo, references
from partners.filters.base import SharedFilterSet, fixed, ordering
from partners.filters.criteria import Criteria, Problem, any_of
from partners.models import Organisation, Project
from partners.models.project import freshness_is

ORDERS = {
    "-confirmed_on": "dernière confirmation",
    "-starts_on": "début, du plus récent",
    "title": "par titre",
    "relevance": "par pertinence",
    "distance": "par distance",
}
LISTED = ("confirmed", "to_confirm")


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
        """Two branches, so that each can use the index of its own columns."""
        own = geo.within(self.near, self.radius_km, "lat", "lon")
        of_commune = geo.within(self.near, self.radius_km, "commune__lat", "commune__lon")
        return own | Q(lat__isnull=True) & of_commune

    def conditions(self):
        fresh = self.keys("freshness") or LISTED
        return {"freshness": any_of(freshness_is(each, self.today) for each in fresh)} | super().conditions()

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
