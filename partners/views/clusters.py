"""What a close-up of the map draws: projects gathered by cells of a grid, each leading nearer, to a list, to a page."""

from dataclasses import dataclass

from django.db.models import Avg, Count, F, FloatField, Max, Min, Q
from django.db.models.functions import Coalesce, Floor
from django.urls import reverse

from alliance.lib import french
from partners.filters.criteria import Criteria, Near
from partners.models import Commune

KM_A_DEGREE = 111.2
COS_OF_FRANCE = 0.69
DEPARTMENT_CELL_KM, CELLS_IN_RADIUS = 12.0, 6
CLUSTERS_MAX = 400
EXACT = [Commune.Precision.MAIRIE, Commune.Precision.COMMUNE]


@dataclass(frozen=True)
class Cluster:
    """Projects at about one place: degrees, how many, the words of the tooltip, where it leads."""

    lon: float
    lat: float
    count: int
    label: str
    url: str
    approximate: bool = False


@dataclass(frozen=True)
class Picture:
    """A close-up for ``{% close_up %}``: the départements spoken of, or a circle (longitude, latitude, km).

    ``url``, the code, then ``url_end`` is where a département leads; ``counts`` shades them.
    """

    url: str
    here: tuple[str, ...] = ()
    url_end: str = ""
    counts: dict[str, int] | None = None
    clusters: tuple[Cluster, ...] = ()
    circle: tuple[float, float, float] | None = None


def where(name: str) -> Coalesce:
    """The project's own point, else its commune's."""
    return Coalesce(F(name), F(f"commune__{name}"), output_field=FloatField())


def clusters_of(criteria: Criteria, *, cell_km: float, map_path: str) -> tuple[Cluster, ...]:
    """All the rows of ``criteria`` that have a point, in one query; together they count exactly those."""
    tall = cell_km / KM_A_DEGREE
    own = Q(lat__isnull=False) | Q(commune__precision__in=EXACT)
    rows = (
        criteria.queryset()
        .annotate(x=where("lon"), y=where("lat"))
        .filter(x__isnull=False)
        .annotate(across=Floor(where("lon") * COS_OF_FRANCE / tall), down=Floor(where("lat") / tall))
        .values("across", "down")
        .annotate(
            count=Count("pk"), mean_lon=Avg("x"), mean_lat=Avg("y"), exact=Count("pk", filter=own), only=Min("slug"),
            name_of=Max("title"), communes=Count("commune", distinct=True), code=Min("commune"),
            name=Min("commune__name"),
        )
        .order_by("-count", "across", "down")[:CLUSTERS_MAX]
    )  # fmt: skip
    return tuple(_cluster(row, criteria, cell_km, map_path) for row in rows)


def _cluster(row: dict, criteria: Criteria, cell_km: float, map_path: str) -> Cluster:
    approximate = row["exact"] == 0
    told = ", position approximative" if approximate else ""
    if row["count"] == 1:
        label, url = row["name_of"], reverse("partners:project", args=[row["only"]])
    else:
        projects = french.count(row["count"], "projet")
        where_ = row["name"] if row["communes"] == 1 else french.count(row["communes"], "commune")
        label, url = f"{where_} : {projects}", _nearer(row, criteria, cell_km, map_path)
    return Cluster(round(row["mean_lon"], 5), round(row["mean_lat"], 5), row["count"], label + told, url, approximate)


def _nearer(row: dict, criteria: Criteria, cell_km: float, map_path: str) -> str:
    """The map of one commune, then a circle around the cell, then the list when there is nothing nearer to show."""
    asked = criteria.values("commune")
    if row["communes"] == 1 and asked != [row["code"]]:
        kept = criteria.address(drop=("region", "department", "commune", "near", "radius_km"))
        return f"{map_path}?{kept}{'&' if kept else ''}commune={row['code']}"
    radius = cell_km * 1.5
    if radius > 1 and row["communes"] > 1:
        circle = [("near", str(Near(row["mean_lat"], row["mean_lon"]))), ("radius_km", f"{radius:.3g}")]
        return f"{map_path}?{criteria.address(drop=('near', 'radius_km', 'commune'), add=circle)}"
    return f"{reverse('partners:projects')}?{criteria.address()}"


def cell_of(radius_km: float) -> float:
    return radius_km / CELLS_IN_RADIUS
