"""A part of the map of France, drawn nearer: a région, a département, or the circle around a point.

Like the map of France, a shortcut for the pointer: hidden from assistive technology and from Tab; whoever shows it
offers the same links as text. Coordinates are tenths of the units of the map of France.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from math import cos, radians, sqrt
from pathlib import Path

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from alliance.lib import french
from alliance.portal.france_map import METRO_BOUNDS, PROJECTS, Units, drawing, names, shade, thresholds
from alliance.portal.projection import in_box, in_metro
from partners.views.clusters import Cluster

DATA = Path(__file__).parent / "data" / "departments.json"
FINER = 10
WIDTH, HEIGHT = 1000, 880
MARGIN = 0.06
KM_A_DEGREE = 111.2
LARGEST, SMALLEST, POINT = 46, 20, 13

Frame = tuple[float, float, float, float]


@cache
def outlines() -> dict:
    """Code → ``{"path", "box"}``, in tenths of a unit of the map of France."""
    return json.loads(DATA.read_text())


def around_departments(codes: Collection[str]) -> Frame | None:
    """What must be shown to see these départements whole; ``None`` when the map has none of them."""
    boxes = [outlines()[code]["box"] for code in codes if code in outlines()]
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return _with_margin(min(lefts), min(tops), max(rights), max(bottoms))


def around_point(lon: float, lat: float, radius_km: float) -> Frame | None:
    """The square around a circle; ``None`` where the map has nothing."""
    place = project(lon, lat)
    if place is None:
        return None
    up = project(lon, lat + radius_km / KM_A_DEGREE, like=(lon, lat))
    across = project(lon + radius_km / KM_A_DEGREE / cos(radians(lat)), lat, like=(lon, lat))
    tall, wide = abs(up[1] - place[1]), abs(across[0] - place[0])
    return _with_margin(place[0] - wide, place[1] - tall, place[0] + wide, place[1] + tall)


def project(lon: float, lat: float, *, like: tuple[float, float] | None = None) -> tuple[float, float] | None:
    """Where a point falls; ``like`` is another point whose frame (metropolitan or overseas) is used."""
    plan = drawing()
    key = like or (lon, lat)
    if _inside(METRO_BOUNDS, *key):
        x, y = in_metro(plan["metro"], lon, lat)
        return x * FINER, y * FINER
    for box in plan["boxes"]:
        if _inside(box["bounds"], *key):
            x, y = in_box(box, lon, lat)
            return x * FINER, y * FINER
    return None


def _inside(bounds, lon: float, lat: float) -> bool:
    west, south, east, north = bounds
    return west - 0.2 <= lon <= east + 0.2 and south - 0.2 <= lat <= north + 0.2


def _with_margin(left: float, top: float, right: float, bottom: float) -> Frame:
    """Widened to the proportions of the picture."""
    wide, tall = (right - left) * (1 + 2 * MARGIN), (bottom - top) * (1 + 2 * MARGIN)
    wide, tall = max(wide, tall * WIDTH / HEIGHT, 10), max(tall, wide * HEIGHT / WIDTH, 9)
    x, y = (left + right) / 2, (top + bottom) / 2
    return x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2


def render(
    frame: Frame,
    *,
    here: Collection[str],
    counts: Mapping[str, int] | None,
    url_for: Callable[[str], str],
    clusters: Iterable[Cluster] = (),
    unit: Units = PROJECTS,
) -> SafeString:
    """The SVG. ``here`` are the départements spoken of, shaded by ``counts`` if given; their neighbours lead away."""
    left, top, right, _ = frame
    scale = WIDTH / (right - left)
    cuts = thresholds(counts or {})
    seen = [code for code, outline in outlines().items() if _meet(outline["box"], frame)]

    def area(code: str) -> SafeString:
        name = f"{names()[code]} ({code})"
        if counts is not None and code in here:
            name = f"{name} : {french.count(counts.get(code, 0), *unit)}"
        kind = f"q{shade(counts.get(code, 0), cuts)}" if counts is not None else "map__here"
        path = format_html('<path class="map__area {}" d="{}"/>', kind if code in here else "map__beyond",
                           outlines()[code]["path"])  # fmt: skip
        if code in here and counts is None:
            return path
        return format_html('<a href="{}" tabindex="-1"><title>{}</title>{}</a>', url_for(code), name, path)

    ordered = sorted(seen, key=lambda code: code in here)
    return format_html(
        '<svg class="map__near" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">'
        '<g transform="scale({}) translate({} {})">{}</g>{}</svg>',
        WIDTH, HEIGHT, f"{scale:.4f}", f"{-left:.1f}", f"{-top:.1f}",
        mark_safe("".join(area(code) for code in ordered)),  # noqa: S308  each is already escaped
        _clusters(clusters, frame, scale),
    )  # fmt: skip


def _meet(box: Frame, frame: Frame) -> bool:
    return box[0] < frame[2] and box[2] > frame[0] and box[1] < frame[3] and box[3] > frame[1]


def _clusters(clusters: Iterable[Cluster], frame: Frame, scale: float) -> SafeString:
    """The largest first, so that small ones stay reachable above them."""
    ranked = sorted(clusters, key=lambda cluster: -cluster.count)
    most = ranked[0].count if ranked else 1
    drawn = []
    for cluster in ranked:
        place = project(cluster.lon, cluster.lat)
        if place is None:
            continue
        x, y = round((place[0] - frame[0]) * scale), round((place[1] - frame[1]) * scale)
        drawn.append(_cluster(cluster, x, y, most))
    return format_html_join("", "{}", ((part,) for part in drawn))


def _cluster(cluster: Cluster, x: int, y: int, most: int) -> SafeString:
    around = " map__point--around" if cluster.approximate else ""
    radius, number = POINT, SafeString("")
    if cluster.count > 1:
        radius = round(SMALLEST + (LARGEST - SMALLEST) * sqrt(cluster.count / most))
        number = format_html('<text class="map__number" x="{}" y="{}">{}</text>', x, y, _short(cluster.count))
    return format_html(
        '<a href="{}" tabindex="-1"><title>{}</title><circle class="map__point{}" cx="{}" cy="{}" r="{}"/>{}</a>',
        cluster.url, cluster.label, around, x, y, radius, number,
    )  # fmt: skip


def _short(count: int) -> str:
    return str(count) if count < 1_000 else f"{count // 1_000}k"
