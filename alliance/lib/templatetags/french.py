"""Dates as people write them, in templates: ``{% load french %}``, then ``{{ moment|long_moment }}``."""

from django import template

from alliance.lib import french

register = template.Library()
for words in (french.long_date, french.full_date, french.month, french.hour, french.long_moment):
    register.filter(words.__name__, words)
