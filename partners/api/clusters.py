"""Projects as the map draws them: clusters when far, points when near."""

import math

from django.db.models import Avg, Count, F, FloatField, Max, Min
from django.db.models.functions import Coalesce, Floor
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.exceptions import ValidationError as BadRequest

from alliance.lib.api_views import PublicEndpoint, answer
from partners.api.filtered import filter_parameters
from partners.filters import projects

POINTS_FROM_ZOOM = 13
ITEMS_MAX = 2_000
GRID = 4

BBOX = OpenApiParameter("bbox", str, required=True, description="ouest,sud,est,nord en degrés.")
ZOOM = OpenApiParameter(
    "zoom",
    {"type": "integer", "minimum": 0, "maximum": 20},
    required=True,
    description="De 0 (le monde) à 20 (la rue).",
)


def read_bbox(raw: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in raw.split(","))
    except ValueError:
        raise BadRequest({"bbox": ["« bbox » s’écrit ouest,sud,est,nord en degrés."]}) from None
    inside = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90 and -90 <= north <= 90
    if not inside or west > east or south > north:
        raise BadRequest({"bbox": ["« bbox » sort du monde, ou ses bords sont dans le désordre : ouest,sud,est,nord."]})
    return west, south, east, north


def read_zoom(raw: str) -> int:
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 2 and int(raw) <= 20):
        raise BadRequest({"zoom": ["« zoom » est un nombre entier de 0 à 20."]})
    return int(raw)


def cell_degrees(zoom: int) -> float:
    """The side of a cluster's cell, in degrees: a quarter of a 256-pixel tile."""
    return 360 / 2**zoom / GRID


@extend_schema(
    tags=["projets"],
    summary="Regroupements de projets pour une carte (GeoJSON)",
    parameters=[BBOX, ZOOM, *filter_parameters(projects.ProjectFilterSet)[:-4]],
    responses={(200, "application/geo+json"): OpenApiTypes.OBJECT},
)
class Clusters(PublicEndpoint):
    def get(self, request) -> HttpResponse:
        params = request.query_params
        west, south, east, north = read_bbox(params.get("bbox", ""))
        zoom = read_zoom(params.get("zoom", ""))
        criteria, problems = projects.parse(params, doors=("bbox", "zoom"))
        if problems:
            raise BadRequest({problem.parameter[:40]: [problem.sentence] for problem in problems})
        placed = criteria.queryset().annotate(x=_own("lon"), y=_own("lat"))
        placed = placed.filter(x__gte=west, x__lte=east, y__gte=south, y__lte=north)
        features = _points(placed) if zoom >= POINTS_FROM_ZOOM else _clusters(placed, zoom)
        response = answer(request, {"type": "FeatureCollection", "features": features})
        response["Content-Type"] = "application/geo+json"
        return response


def _own(name: str):
    return Coalesce(F(name), F(f"commune__{name}"), output_field=FloatField())


def _clusters(placed, zoom: int) -> list[dict]:
    side = cell_degrees(zoom)
    cells = (
        placed.annotate(cx=Floor(F("x") / side), cy=Floor(F("y") / side))
        .values("cx", "cy")
        .annotate(count=Count("pk"), lon=Avg("x"), lat=Avg("y"), only=Min("slug"), title=Max("title"))
        .order_by("cx", "cy")[:ITEMS_MAX]
    )
    return [_feature(row["lon"], row["lat"], _said(row)) for row in cells]


def _said(row: dict) -> dict:
    if row["count"] == 1:
        return {"count": 1, "slug": row["only"], "title": row["title"]}
    return {"count": row["count"]}


def _points(placed) -> list[dict]:
    rows = placed.order_by("-confirmed_on", "-pk").values("x", "y", "slug", "title")[:ITEMS_MAX]
    return [_feature(row["x"], row["y"], {"count": 1, "slug": row["slug"], "title": row["title"]}) for row in rows]


def _feature(lon: float, lat: float, properties: dict) -> dict:
    point = [round(lon, 5), round(lat, 5)] if math.isfinite(lon) and math.isfinite(lat) else None
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": point}, "properties": properties}
