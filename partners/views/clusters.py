"""What a close-up of the map draws: projects gathered by cells of a grid, each leading nearer, to a list, to a page."""

from dataclasses import dataclass

from django.db.models import Avg, Count, F, Min, Q
from django.db.models.functions import Floor
from django.urls import reverse

from alliance.lib import french
from partners.filters.criteria import Near
from partners.filters.projects import ProjectCriteria
from partners.models import Commune, Project

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


def clusters_of(criteria: ProjectCriteria, *, cell_km: float, map_path: str) -> tuple[Cluster, ...]:
    """All the rows of ``criteria`` that have a point, in two queries; together they count exactly those."""
    tall = cell_km / KM_A_DEGREE
    own = Q(commune__precision__in=EXACT) | Q(commune__isnull=True) | ~Q(lat=F("commune__lat"), lon=F("commune__lon"))
    rows = list(
        criteria.narrow()
        .filter(lon__isnull=False)
        .annotate(across=Floor(F("lon") * COS_OF_FRANCE / tall), down=Floor(F("lat") / tall))
        .values("across", "down")
        .annotate(
            count=Count("pk"), mean_lon=Avg("lon"), mean_lat=Avg("lat"), exact=Count("pk", filter=own),
            only=Min("pk"), communes=Count("commune", distinct=True), code=Min("commune"), name=Min("commune__name"),
        )
        .order_by("-count", "across", "down")[:CLUSTERS_MAX]
    )  # fmt: skip
    alone = Project.objects.only("slug", "title").in_bulk([row["only"] for row in rows if row["count"] == 1])
    return tuple(_cluster(row, alone.get(row["only"]), criteria, cell_km, map_path) for row in rows)


def _cluster(row: dict, alone: Project | None, criteria: ProjectCriteria, cell_km: float, map_path: str) -> Cluster:
    approximate = row["exact"] == 0
    told = ", position approximative" if approximate else ""
    if alone:
        label, url = alone.title, reverse("partners:project", args=[alone.slug])
    else:
        projects = french.count(row["count"], "projet")
        where = row["name"] if row["communes"] == 1 else french.count(row["communes"], "commune")
        label, url = f"{where} : {projects}", _nearer(row, criteria, cell_km, map_path)
    return Cluster(round(row["mean_lon"], 5), round(row["mean_lat"], 5), row["count"], label + told, url, approximate)


def _nearer(row: dict, criteria: ProjectCriteria, cell_km: float, map_path: str) -> str:
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
