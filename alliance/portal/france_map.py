"""The map of France, drawn on the server: an SVG of the 101 départements as links, overseas boxes, a lens on Paris.

The drawing is a shortcut for the pointer. It is hidden from assistive technology and from the Tab key, because
101 stops would bury the page: whoever shows it offers the same choice as text (a facet, a table).
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from alliance.lib import french
from alliance.portal.projection import in_box, in_metro

DATA = Path(__file__).parent / "data" / "france.json"
METRO_BOUNDS = (-5.6, 41.2, 9.8, 51.3)
CLASSES = 4

Units = tuple[str, str]
PROJECTS: Units = ("projet", "projets")


@dataclass(frozen=True)
class Spot:
    """A point to show: degrees, the words of its tooltip, the page it leads to."""

    lon: float
    lat: float
    label: str
    url: str


@cache
def drawing() -> dict:
    return json.loads(DATA.read_text())


def names() -> dict[str, str]:
    """INSEE code → name, of the départements that the map draws."""
    return {code: department["name"] for code, department in drawing()["departments"].items()}


def project(lon: float, lat: float) -> tuple[float, float] | None:
    """Where a point falls in the drawing's units; ``None`` when it is outside every frame."""
    if _within(METRO_BOUNDS, lon, lat):
        return in_metro(drawing()["metro"], lon, lat)
    return next((in_box(box, lon, lat) for box in drawing()["boxes"] if _within(box["bounds"], lon, lat)), None)


def _within(bounds, lon: float, lat: float) -> bool:
    west, south, east, north = bounds
    return west <= lon <= east and south <= lat <= north


def thresholds(counts: Mapping[str, int]) -> list[int]:
    """The lowest count of each class from the second one on, quartiles of the départements that have something."""
    values = sorted(count for count in counts.values() if count > 0)
    if not values:
        return []
    cuts = (values[len(values) * i // CLASSES] for i in range(1, CLASSES))
    return sorted({cut for cut in cuts if cut > values[0]})


def shade(count: int, cuts: list[int]) -> int:
    """0 for nothing, then 1 to 4; the darkest is always used by the highest class."""
    if count <= 0:
        return 0
    return CLASSES - sum(count < cut for cut in cuts)


def legend(counts: Mapping[str, int], unit: Units = PROJECTS) -> list[dict]:
    """The classes in use, with words: ``[{"shade": 0, "words": "aucun projet"}, …]``."""
    values = [count for count in counts.values() if count > 0]
    if not values:
        return []
    cuts = thresholds(counts)
    starts, ends = [min(values), *cuts], [*(cut - 1 for cut in cuts), max(values)]
    words = [f"{start}" if start == end else f"{start} à {end}" for start, end in zip(starts, ends, strict=True)]
    rows = [{"shade": shade(start, cuts), "words": word} for start, word in zip(starts, words, strict=True)]
    rows[-1]["words"] += f" {french.plural(ends[-1], *unit)}"
    return [{"shade": 0, "words": f"aucun {unit[0]}"}, *rows]


def render(
    counts: Mapping[str, int],
    *,
    url_for: Callable[[str, str], str],
    selected: Collection[str] = (),
    unit: Units = PROJECTS,
    points: Iterable[Spot] = (),
) -> SafeString:
    """The SVG. ``url_for(code, name)`` is where a département leads; ``selected`` are filled in amber."""
    plan, cuts = drawing(), thresholds(counts)

    def area(code: str, path: str) -> SafeString:
        name, count = plan["departments"][code]["name"], counts.get(code, 0)
        return format_html(
            '<a href="{}" tabindex="-1"{}><title>{} ({}) : {}</title><path class="map__area q{}" d="{}"/></a>',
            url_for(code, name), mark_safe(' class="is-selected"') if code in selected else "",
            name, code, french.count(count, *unit), shade(count, cuts), path,
        )  # fmt: skip

    drawn_last = sorted(plan["departments"].items(), key=lambda item: item[0] in selected)
    areas = [area(code, department["path"]) for code, department in drawn_last]
    return format_html(
        '<svg viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}{}{}{}</svg>',
        plan["width"], plan["height"], _joined(areas), _boxes(plan), _lens(plan, area), _spots(points),
    )  # fmt: skip


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def locate(label: str, *, point: tuple[float, float] | None = None, department: str = "") -> SafeString:
    """A small map without links: where a département, and in it a point (longitude, latitude), stands."""
    plan = drawing()
    here = plan["departments"].get(department)
    others = ((shape["path"],) for code, shape in plan["departments"].items() if code != department)
    shapes = format_html_join("", '<path class="map__area q0" d="{}"/>', others)
    if here:
        shapes += format_html('<g class="is-selected"><path class="map__area" d="{}"/></g>', here["path"])
    place = project(*point) if point else None
    spot = format_html('<circle class="map__point" cx="{}" cy="{}" r="16"/>', *map(round, place)) if place else ""
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        plan["width"], plan["height"], label, shapes, _boxes(plan), spot,
    )  # fmt: skip


def _boxes(plan: dict) -> SafeString:
    return _joined(
        format_html(
            '<rect class="map__box" x="{}" y="{}" width="{}" height="{}" rx="8"/>'
            '<text class="map__label" x="{}" y="{}">{}</text>',
            box["x"], box["y"], box["width"], box["height"],
            box["x"] + box["width"] // 2, box["y"] + box["height"] + 28, plan["departments"][box["code"]]["name"],
        )
        for box in plan["boxes"]
    )  # fmt: skip


def _lens(plan: dict, area: Callable[[str, str], SafeString]) -> SafeString:
    lens, spot = plan["lens"], plan["lens"]["spot"]
    span = ((spot["x"] - lens["cx"]) ** 2 + (spot["y"] - lens["cy"]) ** 2) ** 0.5
    across, down = (spot["x"] - lens["cx"]) / span, (spot["y"] - lens["cy"]) / span
    return format_html(
        '<circle class="map__leader" cx="{}" cy="{}" r="{}"/><path class="map__leader" d="M{} {}L{} {}"/>'
        '<circle class="map__lens" cx="{}" cy="{}" r="{}"/>{}',
        spot["x"], spot["y"], spot["r"],
        round(lens["cx"] + across * lens["r"]), round(lens["cy"] + down * lens["r"]),
        round(spot["x"] - across * spot["r"]), round(spot["y"] - down * spot["r"]),
        lens["cx"], lens["cy"], lens["r"],
        _joined(area(code, path) for code, path in lens["paths"].items()),
    )  # fmt: skip


def _spots(points: Iterable[Spot]) -> SafeString:
    placed = ((spot, project(spot.lon, spot.lat)) for spot in points)
    return format_html_join(
        "",
        '<a href="{}" tabindex="-1"><title>{}</title><circle class="map__point" cx="{}" cy="{}" r="13"/></a>',
        ((spot.url, spot.label, round(place[0]), round(place[1])) for spot, place in placed if place),
    )
