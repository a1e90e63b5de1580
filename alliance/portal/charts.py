"""Charts drawn on the server: SVG without script. Each is a shortcut for the eye and the pointer, hidden from assistive
technology and from Tab: whoever shows one gives the same numbers and links as a table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from alliance.lib import french
from alliance.portal.france_map import shade, thresholds

WIDTH, ROW, BAR, LABEL_LINE = 320, 46, 18, 10
COLUMN_TOP, COLUMN_HEIGHT, COLUMN_FOOT = 28, 150, 30
CELL, CELL_LABEL = 29, 206
LABELS_MAX = 8


@dataclass(frozen=True)
class Figure:
    """One number: what it is of, how many, the list that it counts, and a word about it."""

    label: str
    value: int
    url: str = ""
    note: str = ""


def bars(figures: Sequence[Figure]) -> SafeString:
    """Horizontal bars in the order given, each below its label: as wide as a phone."""
    most = max((figure.value for figure in figures), default=0) or 1
    room = WIDTH - 56
    drawn = [_bar(figure, position * ROW, round(room * figure.value / most)) for position, figure in enumerate(figures)]
    return _svg(WIDTH, ROW * len(figures), drawn)


def _bar(figure: Figure, top: int, length: int) -> SafeString:
    middle, long = top + ROW // 2 + BAR // 2, max(length, 2)
    drawing = format_html(
        '<text class="chart__label" x="0" y="{}">{}</text>'
        '<rect class="chart__bar" x="0" y="{}" width="{}" height="{}"/>'
        '<text class="chart__value" x="{}" y="{}">{}</text>',
        top + LABEL_LINE, figure.label, middle - BAR // 2, long, BAR, long + 8, middle, french.number(figure.value),
    )  # fmt: skip
    return linked(figure, drawing)


def columns(figures: Sequence[Figure]) -> SafeString:
    """Vertical columns along time, each with its number above, its label below (every other one when many)."""
    most = max((figure.value for figure in figures), default=0) or 1
    step = WIDTH // max(len(figures), 1)
    drawn = []
    for position, figure in enumerate(figures):
        tall, middle = max(round(COLUMN_HEIGHT * figure.value / most), 2), position * step + step // 2
        foot = COLUMN_TOP + COLUMN_HEIGHT
        drawing = format_html(
            '<rect class="chart__bar" x="{}" y="{}" width="{}" height="{}"/>'
            '<text class="chart__value chart__value--over" x="{}" y="{}">{}</text>'
            '<text class="chart__label chart__label--under" x="{}" y="{}">{}</text>',
            middle - step * 3 // 8, foot - tall, step * 3 // 4, tall, middle, foot - tall - 10,
            french.number(figure.value), middle, foot + 18,
            "" if len(figures) > LABELS_MAX and (len(figures) - position) % 2 == 0 else figure.label,
        )  # fmt: skip
        drawn.append(linked(figure, drawing))
    return _svg(WIDTH, COLUMN_TOP + COLUMN_HEIGHT + COLUMN_FOOT, drawn)


def grid(rows: Sequence[tuple[str, Sequence[Figure]]], heads: Sequence[str]) -> SafeString:
    """A sheet of cells, darker where there is more; an empty cell is crossed: colour never speaks alone."""
    cuts = thresholds({str(n): figure.value for n, figure in enumerate(f for _, line in rows for f in line)})
    parts = [
        format_html('<text class="chart__label chart__label--under" x="{}" y="14">{}</text>', _across(column), head)
        for column, head in enumerate(heads)
    ]
    for position, (label, line) in enumerate(rows, 1):
        top = position * CELL
        parts.append(format_html('<text class="chart__label" x="0" y="{}">{}</text>', top + CELL // 2, label))
        parts += [_cell(figure, _across(column), top, cuts) for column, figure in enumerate(line)]
    return _svg(CELL_LABEL + CELL * len(heads), CELL * (len(rows) + 1), parts)


def _across(column: int) -> int:
    return CELL_LABEL + column * CELL + CELL // 2


def _cell(figure: Figure, middle: int, top: int, cuts: list[int]) -> SafeString:
    size, half = CELL - 3, CELL // 2 - 1
    if not figure.value:
        mark = format_html('<path class="chart__none" d="M{} {}l8 8m0-8l-8 8"/>', middle - 4, top + CELL // 2 - 5)
    else:
        mark = format_html(
            '<text class="chart__count q{}-text" x="{}" y="{}">{}</text>',
            shade(figure.value, cuts), middle, top + CELL // 2, short(figure.value),
        )  # fmt: skip
    drawing = format_html(
        '<title>{} : {}</title><rect class="chart__cell q{}" x="{}" y="{}" width="{}" height="{}" rx="3"/>{}',
        figure.label, french.count(figure.value, "projet"), shade(figure.value, cuts), middle - half, top, size, size,
        mark,
    )  # fmt: skip
    return linked(figure, drawing)


def short(value: int) -> str:
    """« 12 », « 3k »: what fits in a cell."""
    return str(value) if value < 1_000 else f"{value // 1_000}k"


def linked(figure: Figure, drawing: SafeString) -> SafeString:
    return format_html('<a href="{}" tabindex="-1">{}</a>', figure.url, drawing) if figure.url else drawing


def _svg(width: int, height: int, parts: Sequence[SafeString]) -> SafeString:
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}</svg>',
        width, max(height, 1), format_html_join("", "{}", ((part,) for part in parts)),
    )  # fmt: skip
