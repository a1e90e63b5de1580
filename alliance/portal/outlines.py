"""Simplify the outlines of the départements into SVG paths. Used once, by the command build_map.

Arcs shared by two neighbours are simplified once, so that borders still meet.
"""

from heapq import heapify, heappop, heappush
from itertools import accumulate, pairwise

Point = tuple[float, float]


def decode(topology: dict) -> list[list[Point]]:
    """The arcs of a TopoJSON file as longitudes and latitudes."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    sums = [list(accumulate(arc, lambda a, b: (a[0] + b[0], a[1] + b[1]))) for arc in topology["arcs"]]
    return [[(x * sx + tx, y * sy + ty) for x, y in arc] for arc in sums]


def simplify(points: list[Point], smallest: float) -> list[Point]:
    """Visvalingam: drop, smallest first, the points whose triangle covers less than ``smallest``. Ends are kept."""
    if len(points) < 4:
        return points
    before, after = list(range(-1, len(points) - 1)), list(range(1, len(points) + 1))
    heap = [(_triangle(points, before, after, i), i) for i in range(1, len(points) - 1)]
    area = {i: value for value, i in heap}
    heapify(heap)
    kept = set(range(len(points)))
    while heap and heap[0][0] < smallest and len(kept) > 4:
        value, i = heappop(heap)
        if i not in kept or area[i] != value:
            continue
        kept.discard(i)
        a, b = before[i], after[i]
        after[a], before[b] = b, a
        for j in (a, b):
            if 0 < j < len(points) - 1:
                area[j] = max(value, _triangle(points, before, after, j))
                heappush(heap, (area[j], j))
    return [point for i, point in enumerate(points) if i in kept]


def _triangle(points, before, after, i) -> float:
    (ax, ay), (bx, by), (cx, cy) = points[before[i]], points[i], points[after[i]]
    return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2


def rings(geometry: dict, arcs: list[list[Point]]) -> list[list[Point]]:
    """The closed outlines of a Polygon or MultiPolygon."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    return [_stitch(ring, arcs) for polygon in polygons for ring in polygon]


def _stitch(indices: list[int], arcs: list[list[Point]]) -> list[Point]:
    points: list[Point] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points.extend(arc[1:] if points else arc)
    return points


def surface(ring: list[Point]) -> float:
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]))) / 2


def path(outlines: list[list[Point]], smallest: float) -> str:
    """SVG path data on whole units, relative; islands below ``smallest`` are left out, never the largest one."""
    largest = max(outlines, key=surface)
    return "".join(_ring_path(ring) for ring in outlines if ring is largest or surface(ring) >= smallest)


def _ring_path(ring: list[Point]) -> str:
    whole = [(round(x), round(y)) for x, y in ring]
    steps = [(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(whole)]
    moves = [step for step in steps[:-1] if step != (0, 0)]
    data = "".join(f"{x} {y}" if i == 0 or x < 0 else f" {x} {y}" for i, (x, y) in enumerate(moves))
    return f"M{whole[0][0]} {whole[0][1]}l{data}z".replace(" -", "-")
