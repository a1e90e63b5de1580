"""Dates and names as people write them, in templates: ``{{ moment|long_moment }}``, ``{{ organisation.name|of }}``."""

from functools import wraps

from django import template

from alliance.lib import french

register = template.Library()


def _of_what_is_there(words):
    """A date that is not known says nothing, as with Django's own ``date``."""
    return wraps(words)(lambda moment: words(moment) if moment else "")


for words in (french.long_date, french.full_date, french.month, french.hour, french.long_moment):
    register.filter(words.__name__, _of_what_is_there(words))


@register.filter
def of(thing) -> str:
    """« de Brest », « d’Angers »."""
    return french.of(str(thing))
