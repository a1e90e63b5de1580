"""Distances as people say them."""

from django import template

from alliance.lib.french import SPACE

register = template.Library()


@register.filter
def kilometres(value: float) -> str:
    """« 800 m », « 3,4 km », « 27 km »: no more precise than the points are."""
    if value < 0.95:
        return f"{max(1, round(value * 10)) * 100}{SPACE}m"
    return f"{value:.1f}{SPACE}km".replace(".", ",") if value < 10 else f"{round(value)}{SPACE}km"
