"""Context of every page. No query: error pages and anonymous pages must cost nothing here."""

from django.conf import settings

LARGE_SEARCH = ("/", "/recherche/")
SECTIONS = ("annuaire", "projets", "axes", "charte", "conventions", "donnees")


def portal(request):
    """``demo`` shows the banner, ``viewing`` that of « voir comme »; ``section`` is where the reader is.

    ``has_large_search``: the page has the search box itself, the header needs none.
    """
    first = request.path.strip("/").split("/")[0]
    section = first if first in SECTIONS else ""
    return {
        "demo": settings.DEMO,
        "viewing": getattr(request, "viewing", None),
        "section": section,
        "has_large_search": request.path in LARGE_SEARCH,
        "section_current": "page" if request.path == f"/{section}/" else "true",
    }
