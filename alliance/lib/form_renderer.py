"""How forms are drawn: by our templates; and what a control cannot hold is shown in one that can."""

import re
from datetime import date, datetime, time

from django.forms.renderers import TemplatesSetting

BOUNDS = {"min", "max", "step"}
DAY, HOUR = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d(:\d\d(\.\d{1,3})?)?"
SHAPES = {
    "date": (DAY, date.fromisoformat),
    "time": (HOUR, time.fromisoformat),
    "datetime-local": (f"{DAY}T{HOUR}", datetime.fromisoformat),
    "number": (r"-?(\d+|\d*\.\d+)([eE][+-]?\d+)?", float),
}
"""What HTML allows as the value of each kind of control, and what reads it."""


class FormRenderer(TemplatesSetting):
    """A refused form shows « demain » where a day was asked: a control for days would leave it out, silently."""

    def render(self, template_name, context, request=None):
        if widget := context.get("widget"):
            fit(widget)
        return super().render(template_name, context, request)


def fit(widget: dict) -> None:
    """Make of a control, or of each part of one, a field of text when it could not hold its value."""
    for part in widget.get("subwidgets", ()):
        fit(part)
    kind, value = widget.get("type"), widget.get("value")
    if kind in SHAPES and value and not holds(kind, str(value)):
        widget["type"] = "text"
        widget["attrs"] = {name: told for name, told in widget["attrs"].items() if name not in BOUNDS}


def holds(kind: str, value: str) -> bool:
    shape, read = SHAPES[kind]
    try:
        return bool(re.fullmatch(shape, value, re.ASCII)) and read(value) is not None
    except ValueError:
        return False
