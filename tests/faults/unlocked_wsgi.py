"""The portal as it must never be: seats are counted without holding the Convention's row. A negative control."""

import time

from alliance.wsgi import application
from events.models.convention import ConventionQuerySet


def _read(rows, pk):
    found = rows.get(pk=pk)
    time.sleep(0.02)
    return found


ConventionQuerySet.locked = _read

__all__ = ["application"]
