"""Rows of a table in a form of the back office."""

from django import template
from django.forms import BoundField

register = template.Library()


@register.filter
def headed(field: BoundField, prefix: str) -> str:
    """The field of a row, named by the heading of its column."""
    return field.as_widget(attrs={"aria-labelledby": f"{prefix}-{field.name}-heading"})
