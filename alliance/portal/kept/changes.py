"""What changed in a view lately, whatever its size, and what has left it."""

from datetime import datetime, timedelta
from heapq import nlargest

from django.conf import settings
from django.utils import timezone

from alliance.lib.atom import Entry, Feed, Gone, ref_of
from alliance.portal.kept.items import Item
from alliance.portal.kept.nouns import View
from partners.models import Departure
from partners.models.project import STALE_MONTHS, months_before

ENTRIES = 50
TOLD = timedelta(days=90)
BEGINNING = datetime(2014, 10, 14, tzinfo=timezone.get_default_timezone())


def latest(view: View, *, since: datetime | None = None) -> list[Item]:
    """The ``ENTRIES`` rows that changed last, newest first.

    A view that can be counted is read whole and sorted here; a larger one walks the index of changes, where its rows
    are never far apart. The database alone would choose that walk for a rare match too, and read a million rows.
    """
    rows = view.rows.annotate(changed_at=view.noun.changed)
    if since:
        rows = rows.filter(changed_at__gt=since)
    if view.is_counted():
        newest = nlargest(ENTRIES, rows.values_list("changed_at", "pk"))
    else:
        newest = rows.order_by("-changed_at").values_list("changed_at", "pk")[:ENTRIES]
    return view.noun.items([key for _, key in newest])


def departures(view: View, at: datetime, *, since: datetime | None = None) -> list[Gone]:
    """What left the public list for good, filters apart (nobody can tell any more), then what time took out of it."""
    since = max(filter(None, (since, at - TOLD)))
    told = Departure.objects.filter(noun=view.noun.key, gone_at__gt=since).order_by("-gone_at")[:ENTRIES]
    found = [Gone(ref(f"/{view.noun.key}/{each.reference}{_end(view)}"), each.gone_at) for each in told]
    if view.grown_stale is not None:
        rows = view.grown_stale.order_by("-confirmed_on").values_list("project__slug", "confirmed_on")[:ENTRIES]
        found += [Gone(ref(f"/projets/{slug}/"), _stale_at(day)) for slug, day in rows]
    return [gone for gone in sorted(found, key=lambda gone: gone.when, reverse=True) if gone.when > since][:ENTRIES]


def _end(view: View) -> str:
    return "/" if view.noun.key == "projets" else ""


def _stale_at(confirmed_on) -> datetime:
    """The first night when a project confirmed on that day is out of the default list."""
    day = confirmed_on + timedelta(days=365)
    while months_before(day, STALE_MONTHS) <= confirmed_on:
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())


def ref(path: str) -> str:
    return ref_of(settings.SITE_HOST, path)


def feed(view: View, at: datetime, *, since: datetime | None = None) -> Feed:
    more = {"since": since.isoformat()} if since else {}
    return Feed(
        ref=ref(view.path()),
        title=f"{view.title} | Alliance Dynamique",
        subtitle="Ce qui a paru, changé ou disparu dans cette liste, le plus récent d’abord.",
        url=f"{settings.SITE_URL}{view.path()}",
        self_url=f"{settings.SITE_URL}{view.path('flux.atom', **more)}",
        author="Alliance Dynamique",
        rights="Licence Ouverte 2.0",
        since=BEGINNING,
        entries=tuple(
            Entry(ref(item.ref), item.title, item.url, " · ".join(filter(None, (item.line, item.summary))),
                  item.updated, item.published, item.change)
            for item in latest(view, since=since)
        ),
        gone=tuple(departures(view, at, since=since)),
    )  # fmt: skip
