"""Words and classes that several templates need: numbers, plurals, stakes, freshness."""

from datetime import date

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from partners.models.project import FRESH_MONTHS, months_before

register = template.Library()

NARROW_NO_BREAK_SPACE = "\u202f"
STAKES = {"cohesion": "stake-cohesion", "numeri": "stake-numerique", "ecolog": "stake-ecologie"}


@register.filter
def number(value) -> str:
    """1144 → « 1 144 », with a narrow no-break space; what is not an integer is left as it is."""
    return f"{value:,}".replace(",", NARROW_NO_BREAK_SPACE) if isinstance(value, int) else str(value)


@register.filter
def counted(value: int, words: str) -> str:
    """``{{ 2|counted:"projet,projets" }}`` → « 2 projets ». In French, zero is singular."""
    singular, plural = words.split(",")
    return f"{number(value)} {plural if value >= 2 else singular}"


@register.filter
def stake_class(thing) -> str:
    """The colour class of an axis or of a stake; an axis without a stake is neutral."""
    slug = getattr(thing, "stake_id", None) or getattr(thing, "slug", None) or ""
    return next((css for root, css in STAKES.items() if root in slug), "stake-none")


def day(value: date, today: date) -> str:
    """« 18 novembre », with the year when it is not this one."""
    return date_format(value, "j F" if value.year == today.year else "j F Y")


def month(value: date, today: date) -> str:
    return date_format(value, "F" if value.year == today.year else "F Y")


def freshness_words(project, today: date) -> dict[str, str]:
    state = project.freshness(today)
    if state == "confirmed":
        return {"state": state, "words": f"confirmé le {day(project.confirmed_on, today)}"}
    if state == "to_confirm":
        due = months_before(project.confirmed_on, -FRESH_MONTHS)
        return {"state": state, "words": f"à confirmer depuis {month(due, today)}"}
    return {"state": state, "words": f"sans nouvelle depuis {month(project.confirmed_on, today)}"}


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
