"""Sitemaps (sitemaps.org): an index and parts of at most ``PART`` keys each, found without counting a whole table."""

from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils import timezone

from charter.models import CharterVersion
from events.models import Convention
from partners.models import Axis, Department, Organisation, Project, Region

PART = 20_000
SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
PAGES = (
    "/", "/annuaire/", "/projets/", "/projets/carte/", "/axes/", "/accords/", "/charte/", "/charte/signataires/",
    "/conventions/", "/feuille-de-route/", "/chiffres/", "/donnees/", "/verifier/", "/aide/", "/accessibilite/",
    "/confidentialite/",
)  # fmt: skip


@dataclass(frozen=True)
class Section:
    """``rows()`` gives ``(what stands in the address, when it changed)``, narrowed by key."""

    path: str
    rows: Callable[[], QuerySet]
    address: str = "slug"
    changed: str = ""

    def parts(self) -> int:
        highest = self.rows().order_by().aggregate(highest=Max("pk"))["highest"] or 0
        return highest // PART + 1 if isinstance(highest, int) else 1

    def entries(self, number: int) -> list[tuple[str, object]]:
        rows = self.rows().order_by("pk")
        if self.parts() > 1:
            rows = rows.filter(pk__gte=(number - 1) * PART, pk__lt=number * PART)
        columns = (self.address, self.changed) if self.changed else (self.address, self.address)
        found = rows.values_list(*columns)[:PART]
        return [(self.path.format(address), changed if self.changed else None) for address, changed in found]


SECTIONS = {
    "projets": Section("/projets/{}/", lambda: Project.objects.listed(timezone.localdate()), changed="updated_at"),
    "organisations": Section("/annuaire/{}/", Organisation.objects.public, changed="updated_at"),
    "conventions": Section("/conventions/{}/", Convention.objects.public, changed="updated_at"),
    "versions": Section("/charte/versions/{}/", CharterVersion.objects.published),
    "axes": Section("/axes/{}/", Axis.objects.current, address="number"),
    "regions": Section("/territoires/regions/{}/", Region.objects.all, address="code"),
    "departements": Section("/territoires/departements/{}/", Department.objects.all, address="code"),
}


def index() -> bytes:
    found = ["/sitemap-pages-1.xml"]
    found += [
        f"/sitemap-{name}-{number}.xml" for name, each in SECTIONS.items() for number in range(1, each.parts() + 1)
    ]
    return _written("sitemapindex", "sitemap", [(path, None) for path in found])


def part(section: str, number: int) -> bytes | None:
    """One part, or None when there is none of that name and number."""
    if section == "pages":
        return _written("urlset", "url", [(path, None) for path in PAGES]) if number == 1 else None
    if section not in SECTIONS or not 1 <= number <= SECTIONS[section].parts():
        return None
    return _written("urlset", "url", SECTIONS[section].entries(number))


def _written(root: str, node: str, entries: list[tuple[str, object]]) -> bytes:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<{root} xmlns="{SPACE}">']
    for path, changed in entries:
        day = f"<lastmod>{changed.isoformat(timespec='seconds')}</lastmod>" if changed else ""
        lines.append(f"<{node}><loc>{escape(settings.SITE_URL + path)}</loc>{day}</{node}>")
    return "\n".join([*lines, f"</{root}>"]).encode()
