"""From a list of the back office to its spreadsheet."""

from django import template

from alliance.portal.sheets.nouns import NOUNS

register = template.Library()


@register.filter
def sheet_noun(opts) -> str:
    """The key of the noun of this model's list; empty when it has no spreadsheet."""
    return next((noun.key for noun in NOUNS.values() if noun.model._meta.label == opts.label), "")
