"""Public accords de partenariat; place, network and charter are those of their organisation."""

from dataclasses import dataclass

from django.contrib.postgres.search import SearchRank, SearchVector
from django.db.models import F, Q
from django.utils import timezone

from partners.filters import geo
from partners.filters.base import SharedFilterSet, fixed, ordering
from partners.filters.criteria import Criteria, Problem
from partners.models import Agreement

ORDERS = {
    "-starts_on": "du plus récent",
    "ends_on": "par date de fin",
    "relevance": "par pertinence",
    "distance": "par distance",
}
PUBLIC_STATES = [choice for choice in Agreement.State.choices if choice[0] != Agreement.State.DRAFT]
TITLE = SearchVector("title", config="fr")
LAT, LON = "organisation__commune__lat", "organisation__commune__lon"


@dataclass(frozen=True)
class AgreementCriteria(Criteria):
    columns = {
        "region": "organisation__region",
        "department": "organisation__department",
        "commune": "organisation__commune",
        "kind": "kind",
        "status": "state",
    }
    organisation = "organisation"
    place = "organisation__"
    default_order = "-starts_on"

    def base(self):
        return Agreement.objects.public()

    def with_words(self):
        titled = Agreement.objects.annotate(words=TITLE).filter(words=self.q.tsquery).order_by().values("pk")
        return Q(pk__in=titled) | Q(organisation__search=self.q.tsquery)

    def nearby(self):
        return geo.within(self.near, self.radius_km, LAT, LON)

    def ordered(self):
        rows = self.queryset()
        if self.order == "distance":
            distance = geo.distance_km(self.near, F(LAT), F(LON))
            return rows.annotate(distance_km=distance).order_by("distance_km", "-pk")
        if self.order == "relevance":
            return rows.annotate(rank=SearchRank(TITLE, self.q.tsquery)).order_by("-rank", "-starts_on", "-pk")
        return rows.order_by("ends_on", "pk") if self.order == "ends_on" else rows.order_by("-starts_on", "-pk")


class AgreementFilterSet(SharedFilterSet):
    criteria_class = AgreementCriteria

    kind = fixed(Agreement.Kind.choices, "Nature de l’accord ; répétable.")
    status = fixed(PUBLIC_STATES, "État de l’accord : active, ended ; répétable.")
    ordering = ordering(*ORDERS)

    class Meta:
        model = Agreement
        fields: list[str] = []


def parse(data, *, today=None, doors=("page",), versions=None) -> tuple[AgreementCriteria, tuple[Problem, ...]]:
    """What ``data`` (a QueryDict) asks for, and what of it was not understood."""
    return AgreementFilterSet.read(data, today=today or timezone.localdate(), doors=doors, versions=versions)
