"""Distances as people say them."""

from django import template

from alliance.lib.french import SPACE

register = template.Library()


@register.filter
def away(kilometres: float) -> str:
    """« au même endroit », « à 800 m », « à 3,4 km », « à 27 km »: no more precise than the points are."""
    if kilometres < 0.05:
        return "au même endroit"
    if kilometres < 0.95:
        return f"à {max(1, round(kilometres * 10)) * 100}{SPACE}m"
    if kilometres < 9.95:
        return f"à {kilometres:.1f}{SPACE}km".replace(".", ",")
    return f"à {round(kilometres)}{SPACE}km"
