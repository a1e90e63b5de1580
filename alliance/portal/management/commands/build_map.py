"""``manage.py build_map outlines.topo.json``: rewrite the committed geometry of the map of France."""

import json
from functools import partial
from pathlib import Path

from django.core.management.base import BaseCommand

from alliance.portal import outlines
from alliance.portal.projection import equirectangular, in_box, in_metro, lambert_93

TARGET = Path(__file__).resolve().parents[2] / "data" / "france.json"
CLOSE_UP = TARGET.with_name("departments.json")
METRO_WIDTH, TOP = 1160, 60
WIDTH, HEIGHT = 1180, 1272
BOX_WIDTH, BOX_HEIGHT, BOX_GAP, BOX_TOP = 182, 150, 14, 1080
OVERSEAS = ("971", "972", "973", "974", "976")
LENS = {"codes": ("75", "92", "93", "94"), "cx": 196, "cy": 112, "r": 108}
DETAIL, ISLAND = 14.0, 10.0
FINER, FINER_DETAIL, FINER_ISLAND = 10, 60.0, 100.0


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Rewrite the simplified outlines of the départements from a TopoJSON file."

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path)

    def handle(self, *args, path, **options):
        topology = json.loads(path.read_text())
        geometries = {g["id"]: g for g in topology["objects"]["departements"]["geometries"]}
        arcs = outlines.decode(topology)
        drawing = draw(geometries, arcs)
        TARGET.parent.mkdir(exist_ok=True)
        write(TARGET, drawing)
        write(CLOSE_UP, draw_finer(geometries, arcs, drawing))
        size = sum(len(d["path"]) for d in drawing["departments"].values())
        self.stdout.write(f"{len(geometries)} départements, {size} characters of path data, in {TARGET.name}")


def write(target: Path, drawing: dict) -> None:
    target.write_text(json.dumps(drawing, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n")


def draw_finer(geometries: dict, arcs: list, drawing: dict) -> dict:
    """Each département for close-ups: in tenths of the drawing's units, with its box (left, top, right, bottom)."""
    boxes = {box["code"]: box for box in drawing["boxes"]}
    frames = {code: partial(in_box, boxes[code]) if code in boxes else None for code in geometries}
    metro = [simplified(arc, partial(in_metro, drawing["metro"])) for arc in arcs]
    found = {}
    for code, geometry in geometries.items():
        placed = [simplified(arc, frames[code]) for arc in arcs] if frames[code] else metro
        rings = outlines.rings(geometry, placed)
        across, down = zip(*(point for ring in rings for point in ring), strict=True)
        box = [round(v) for v in (min(across), min(down), max(across), max(down))]
        found[code] = {"path": outlines.path(rings, FINER_ISLAND), "box": box}
    return found


def simplified(arc: list, place) -> list:
    return outlines.simplify([tuple(FINER * value for value in place(*point)) for point in arc], FINER_DETAIL)


def draw(geometries: dict, arcs: list) -> dict:
    metro = {code: g for code, g in geometries.items() if code not in OVERSEAS}
    frame = metro_frame([p for g in metro.values() for ring in outlines.rings(g, arcs) for p in ring])
    placed = [outlines.simplify([in_metro(frame, *p) for p in arc], DETAIL) for arc in arcs]
    departments = {
        code: {"name": g["properties"]["nom"], "path": outlines.path(outlines.rings(g, placed), ISLAND)}
        for code, g in metro.items()
    }
    boxes = []
    for position, code in enumerate(OVERSEAS):
        box = overseas_box(position, code, [p for ring in outlines.rings(geometries[code], arcs) for p in ring])
        inside = [outlines.simplify([in_box(box, *p) for p in arc], DETAIL) for arc in arcs]
        departments[code] = {
            "name": geometries[code]["properties"]["nom"],
            "path": outlines.path(outlines.rings(geometries[code], inside), ISLAND),
        }
        boxes.append(box)
    lens = draw_lens(geometries, arcs, frame)
    return {"width": WIDTH, "height": HEIGHT, "metro": frame, "boxes": boxes, "lens": lens, "departments": departments}


def metro_frame(points) -> dict:
    """How Lambert-93 metres become units of the drawing."""
    planes = [lambert_93(*p) for p in points]
    west, north = min(x for x, _ in planes), max(y for _, y in planes)
    scale = METRO_WIDTH / (max(x for x, _ in planes) - west)
    return {"west": round(west), "north": round(north), "scale": scale, "left": (WIDTH - METRO_WIDTH) / 2, "top": TOP}


def overseas_box(position: int, code: str, points) -> dict:
    """A frame in the bottom row, with the scale that fits the outline inside it."""
    south, north = min(lat for _, lat in points), max(lat for _, lat in points)
    west, east = min(lon for lon, _ in points), max(lon for lon, _ in points)
    parallel = (south + north) / 2
    (x0, y0), (x1, y1) = equirectangular(west, south, parallel), equirectangular(east, north, parallel)
    margin = 16
    scale = min((BOX_WIDTH - 2 * margin) / (x1 - x0), (BOX_HEIGHT - 2 * margin) / (y1 - y0))
    x = 2 + position * (BOX_WIDTH + BOX_GAP)
    return {
        "code": code, "x": x, "y": BOX_TOP, "width": BOX_WIDTH, "height": BOX_HEIGHT,
        "bounds": [round(v, 3) for v in (west, south, east, north)], "parallel": parallel, "scale": scale,
        "west": x0, "north": y1,
        "left": x + (BOX_WIDTH - (x1 - x0) * scale) / 2, "top": BOX_TOP + (BOX_HEIGHT - (y1 - y0) * scale) / 2,
    }  # fmt: skip


def draw_lens(geometries: dict, arcs: list, frame: dict) -> dict:
    """Paris and its neighbours, enlarged in a circle: too small to be clicked where they are."""
    outline = [ring for code in LENS["codes"] for ring in outlines.rings(geometries[code], arcs)]
    points = [in_metro(frame, *p) for ring in outline for p in ring]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    cx, cy = (left + right) / 2, (top + bottom) / 2
    zoom = 1.42 * LENS["r"] / max(right - left, bottom - top)

    def enlarged(lon, lat):
        x, y = in_metro(frame, lon, lat)
        return LENS["cx"] + (x - cx) * zoom, LENS["cy"] + (y - cy) * zoom

    placed = [outlines.simplify([enlarged(*p) for p in arc], DETAIL) for arc in arcs]
    paths = {code: outlines.path(outlines.rings(geometries[code], placed), ISLAND) for code in LENS["codes"]}
    spot = {"x": round(cx), "y": round(cy), "r": round(max(right - left, bottom - top) * 0.62)}
    return {"cx": LENS["cx"], "cy": LENS["cy"], "r": LENS["r"], "spot": spot, "paths": paths}
