"""Words and classes that several templates need: numbers, plurals, stakes, freshness, the map."""

from datetime import date

from django import template
from django.utils import timezone

from alliance.lib import french
from alliance.portal import close_up as near
from alliance.portal import france_map as maps
from partners.models.project import FRESH_MONTHS, months_before

register = template.Library()

STAKES = {"cohesion": "stake-cohesion", "numeri": "stake-numerique", "ecolog": "stake-ecologie"}


@register.filter
def number(value) -> str:
    """1144 → « 1 144 »; what is not an integer is left as it is."""
    return french.number(value) if isinstance(value, int) else str(value)


@register.filter
def counted(value: int, words: str) -> str:
    """``{{ 2|counted:"projet,projets" }}`` → « 2 projets ». In French, zero is singular."""
    return french.count(value, *words.split(","))


@register.filter
def found(paginator, words: str) -> str:
    """``{{ page.paginator|found:"projet,projets" }}`` → « 2 projets », or « plus de 10 000 projets »."""
    told = french.count(paginator.count, *words.split(","))
    return f"plus de {told}" if paginator.is_capped else told


@register.filter
def long_date(day: date) -> str:
    """« 1er janvier 2026 », of a day or of a moment in Paris."""
    return french.long_date(day) if day else ""


@register.filter
def stake_class(thing) -> str:
    """The colour class of an axis or of a stake; an axis without a stake is neutral."""
    slug = getattr(thing, "stake_id", None) or getattr(thing, "slug", None) or ""
    return next((css for root, css in STAKES.items() if root in slug), "stake-none")


def day_words(day: date, today: date) -> str:
    """« 18 novembre », with the year when it is not this one."""
    return french.long_date(day).removesuffix(f" {today.year}")


def month_words(day: date, today: date) -> str:
    return french.month(day).removesuffix(f" {today.year}")


def freshness_words(project, today: date) -> dict[str, str]:
    state = project.freshness(today)
    if state == "confirmed":
        return {"state": state, "words": f"confirmé le {day_words(project.confirmed_on, today)}"}
    if state == "to_confirm":
        due = months_before(project.confirmed_on, -FRESH_MONTHS)
        return {"state": state, "words": f"à confirmer depuis {month_words(due, today)}"}
    return {"state": state, "words": f"sans nouvelles depuis {month_words(project.confirmed_on, today)}"}


@register.inclusion_tag("components/freshness.html")
def freshness(project) -> dict[str, str]:
    """``{% freshness project %}``: words first, colour second. No query."""
    return freshness_words(project, timezone.localdate())


@register.filter
def figure_words(figure) -> str:
    """« 340 personnes accompagnées sur 400 visées »: what is reached and what was aimed at, in words."""
    if figure.reached is None:
        return f"{figure.label} : {number(figure.target)} visé{'s' if figure.target >= 2 else ''}"
    reached = f"{number(figure.reached)} {figure.label}"
    return reached if figure.target is None else f"{reached} sur {number(figure.target)}"


@register.inclusion_tag("components/map.html")
def france_map(counts, url, *, url_end="", selected=(), points=(), unit="projet,projets", caption="") -> dict:
    """``{% france_map counts "/projets/?department=" %}``: the figure, its legend, its caption.

    ``counts`` maps INSEE codes of départements to numbers; the code is added at the end of ``url``, before ``url_end``.
    """
    units = tuple(unit.split(","))

    def url_for(code: str, _: str) -> str:
        return f"{url}{code}{url_end}"

    svg = maps.render(counts, url_for=url_for, selected=selected, unit=units, points=points)
    return {"svg": svg, "legend": maps.legend(counts, units), "caption": caption}


@register.inclusion_tag("components/map.html")
def close_up(picture, *, unit="projet,projets", caption="") -> dict:
    """``{% close_up picture %}``: a part of the map, nearer; nothing where the map of France has nothing.

    ``picture`` is a ``partners.views.clusters.Picture``: the départements spoken of or a circle, counts, clusters.
    """
    frame = near.around_point(*picture.circle) if picture.circle else near.around_departments(picture.here)
    if frame is None:
        return {"svg": "", "legend": [], "caption": caption}
    units = tuple(unit.split(","))
    svg = near.render(
        frame,
        here=picture.here,
        counts=picture.counts,
        url_for=lambda code: f"{picture.url}{code}{picture.url_end}",
        clusters=picture.clusters,
        unit=units,
    )
    return {"svg": svg, "legend": maps.legend(picture.counts or {}, units), "caption": caption}


@register.simple_tag
def locate_map(label, department="", point=None) -> str:
    """``{% locate_map "Brest, Finistère" "29" point %}``: a small map; ``point`` has ``lat`` and ``lon``."""
    return maps.locate(label, point=(point.lon, point.lat) if point else None, department=department or "")
