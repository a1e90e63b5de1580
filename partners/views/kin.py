"""The projects that the page of one project leads to: the nearest, those of the same axes. Keys first, rows at once."""

from collections.abc import Collection
from datetime import date

from alliance.lib.db import prepared
from partners.filters import geo, tiles
from partners.filters.criteria import Near
from partners.filters.projects import ProjectCriteria
from partners.models import Project
from partners.models.project import STALE_MONTHS, months_before

SIDE = 4  # tiles: fewer to name, and a little more to look at
CLOSER = 8
NEAREST = """
SELECT id, distance FROM (
    SELECT project.project_id AS id, 2 * %(earth)s::float * asin(sqrt(least(
        power(sin(radians(project.lat - %(lat)s::float) / 2), 2)
        + cos(radians(%(lat)s::float)) * cos(radians(project.lat))
        * power(sin(radians(project.lon - %(lon)s::float) / 2), 2), 1.0))) AS distance
    FROM unnest(%(low)s::bigint[], %(high)s::bigint[]) AS span (low, high), LATERAL (
        SELECT project_id, lat, lon FROM partners_projectindex
        WHERE tile BETWEEN span.low AND span.high AND confirmed_on >= %(since)s::date OFFSET 0
    ) AS project
) AS around
WHERE distance <= %(radius)s::float AND id <> %(but)s::bigint
ORDER BY distance, id DESC LIMIT %(most)s::int
"""


def nearest(project: Project, point: Near, radius_km: float, most: int, today: date) -> dict[int, float]:
    """Project of the default list → km, the nearest first. Where many are, they are found without looking at all."""
    found: list[tuple[int, float]] = []
    for radius in (radius_km / CLOSER, radius_km):
        box = geo.around(point, radius)
        spans = tiles.ranges(box, bits=tiles.depth(box, SIDE))
        low, high = map(list, zip(*spans, strict=True))
        values = {"earth": geo.EARTH_RADIUS_KM, "lat": point.lat, "lon": point.lon, "low": low, "high": high}
        values |= {"since": months_before(today, STALE_MONTHS), "radius": radius, "but": project.pk, "most": most}
        found = prepared(NEAREST, values)
        if len(found) == most:
            break
    return dict(found)


def alike(project: Project, criteria: ProjectCriteria, most: int) -> list[int]:
    """The last confirmed that the criteria find."""
    rows = criteria.in_order(criteria.narrow(), criteria.default_order).exclude(pk=project.pk)
    return list(rows.values_list("pk", flat=True)[:most])


def lines(keys: Collection[int]) -> dict[int, Project]:
    """The projects, with what a line of a list shows of them. Two queries."""
    rows = Project.objects.select_related("lead", "commune__department").prefetch_related("figures")
    shown = ("slug", "title", "state", "confirmed_on", "lead__name", "lead__short_name", "commune__name")
    return rows.only(*shown, "commune__department__name").in_bulk(list(set(keys)))


def in_lines(keys: list[int]) -> list[Project]:
    """The same, in the order of the keys."""
    found = lines(keys)
    return [found[key] for key in keys]
