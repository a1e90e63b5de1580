"""Projects as the map draws them: clusters when far, points when near."""

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError as BadRequest

from alliance.lib.api_schema import FEATURES
from alliance.lib.api_views import PublicEndpoint, answer
from partners.api.filtered import filter_parameters
from partners.filters import map_cells, projects

POINTS_FROM_ZOOM = 13

BBOX = OpenApiParameter(
    "bbox",
    str,
    required=True,
    description="ouest,sud,est,nord en degrés.",
    examples=[OpenApiExample("L’Île-de-France", "1.4,48.1,3.6,49.3")],
)
ZOOM = OpenApiParameter(
    "zoom",
    {"type": "integer", "minimum": 0, "maximum": 20},
    required=True,
    description="De 0 (le monde) à 20 (la rue).",
    examples=[OpenApiExample("Une région", 9)],
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


@extend_schema(
    tags=["projets"],
    summary="Regroupements de projets pour une carte (GeoJSON)",
    parameters=[BBOX, ZOOM, *filter_parameters(projects.ProjectFilterSet)[:-4]],
    responses={(200, "application/geo+json"): FEATURES},
)
class Clusters(PublicEndpoint):
    def get(self, request) -> HttpResponse:
        params = request.query_params
        box = read_bbox(params.get("bbox", ""))
        zoom = read_zoom(params.get("zoom", ""))
        criteria, problems = projects.parse(params, doors=("bbox", "zoom"))
        if problems:
            raise BadRequest({problem.parameter[:40]: [problem.sentence] for problem in problems})
        response = answer(request, {"type": "FeatureCollection", "features": features(criteria, box, zoom)})
        response["Content-Type"] = "application/geo+json"
        return response


def features(criteria, box, zoom: int) -> list[dict]:
    """Points when near and few enough to be drawn, else tiles with how many they hold."""
    marks = map_cells.points(criteria, box) if zoom >= POINTS_FROM_ZOOM else None
    if marks is None:
        marks = map_cells.clusters(criteria, box, zoom)
    told = map_cells.told([mark.project for mark in marks if mark.project])
    return [_feature(mark, told) for mark in marks]


def _feature(mark: map_cells.Mark, told: dict[int, tuple[str, str]]) -> dict:
    known = dict(zip(("slug", "title"), told.get(mark.project, ()), strict=False))
    point = {"type": "Point", "coordinates": [round(mark.lon, 5), round(mark.lat, 5)]}
    return {"type": "Feature", "geometry": point, "properties": {"count": mark.count, **known}}
