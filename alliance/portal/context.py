"""Context of every page. No query: error pages and anonymous pages must cost nothing here."""

from django.conf import settings

SECTIONS = ("annuaire", "projets", "axes", "charte", "conventions", "donnees")


def portal(request):
    """``demo`` shows the banner; ``section`` is the part of the navigation where the reader is."""
    first = request.path.strip("/").split("/")[0]
    section = first if first in SECTIONS else ""
    return {
        "demo": settings.DEMO,
        "section": section,
        "section_current": "page" if request.path == f"/{section}/" else "true",
    }
