"""The things that wait, the most urgent first, whatever their sort: two statements, whatever the number of rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    Min,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, JSONObject, NullIf
from django.urls import reverse
from django.utils import timezone

from alliance.lib import french
from alliance.portal.work_sources import SOURCES, Source
from partners.models import Assignment, LikelyPair

SHOWN, OF_ONE_SORT = 18, 4
WHOSE = {"": "Tout", "moi": "À moi", "personne": "À personne"}
WORDS = ("subject", "organisation", "region", "code", "kind")
COLUMNS = ("w_source", "pk", "w_since", *(f"w_{name}" for name in WORDS), "w_reference", "w_agent")


@dataclass(frozen=True)
class Item:
    source: Source
    pk: int
    since: datetime
    subject: str
    organisation: str
    region: str
    code: str
    kind: str
    reference: str
    held_by: dict | None

    @property
    def due(self) -> datetime:
        """The day of the term, or the one from which it is late."""
        return self.since + timedelta(days=self.source.patience)

    @property
    def agent_id(self) -> int | None:
        return self.held_by and self.held_by["pk"]

    @property
    def agent(self) -> str | None:
        return self.held_by and self.held_by["name"]

    @property
    def url(self) -> str:
        return reverse(self.source.page, args=[self.reference])

    @property
    def assign_url(self) -> str:
        return reverse("staff_work", args=[self.source.key, self.pk])

    @property
    def is_late(self) -> bool:
        return timezone.localdate(self.due) < timezone.localdate()

    @property
    def when(self) -> str:
        """« depuis 12 jours », or « le 3 décembre, dans 11 jours » for a term."""
        days = (timezone.localdate(self.since) - timezone.localdate()).days
        if not self.source.is_term:
            return f"depuis {length(-days)}" if days < 0 else "aujourd’hui"
        told = "aujourd’hui" if days == 0 else f"dans {length(days)}" if days > 0 else f"il y a {length(-days)}"
        day = french.long_date(self.since)
        same_year = timezone.localdate(self.since).year == timezone.localdate().year
        return f"le {day.rsplit(' ', 1)[0] if same_year else day}, {told}"


def length(days: int) -> str:
    """« 12 jours », « 5 mois », « 2 ans »: as one would say it."""
    if days < 100:
        return french.count(days, "jour")
    return f"{days // 30}{french.SPACE}mois" if days < 730 else french.count(days // 365, "an")


def items(user, *, whose: str = "", group: str = "") -> list[Item]:
    """At most eighteen; of all sorts together, some of each, so that one flood does not hide the rest. One query."""
    today = timezone.localdate()
    sources = [source for source in SOURCES.values() if group in ("", source.group)]
    each = SHOWN if group or whose else OF_ONE_SORT
    parts = [oldest(source, user, today, whose, each) for source in sources]
    rows = parts[0].union(*parts[1:], all=True).order_by() if parts[1:] else parts[0]
    return sorted(read(rows), key=lambda each: (each.source.rank, each.due, each.source.key, each.pk))[:SHOWN]


def item(source: Source, pk: int, user) -> Item | None:
    """What waits still, within the perimeter; None like a missing one otherwise."""
    rows = source.rows(user, timezone.localdate()).filter(pk=pk).order_by()
    return next(iter(read(described(source, source.dressed(rows)))), None)


def read(rows: Iterable[tuple]) -> list[Item]:
    return [
        Item(SOURCES[key], pk, since, *(word or "" for word in rest[:-2]), *rest[-2:]) for key, pk, since, *rest in rows
    ]


def oldest(source: Source, user, today: date, whose: str, count: int) -> QuerySet:
    """The keys first, along the index of the source's age; what a line shows is joined for these alone."""
    rows = source.rows(user, today).order_by().annotate(w_since=source.waiting_since)
    # The column itself, not the moment made of it: its index gives the oldest without reading the others.
    keys = _of_whom(rows, source, user, whose).order_by(source.since, "pk").values("pk")[:count]
    # The perimeter is asked of the keys, once: it would cost as much again here.
    chosen = source.dressed(rows.model._default_manager.filter(pk__in=keys))
    return described(source, chosen)


def described(source: Source, rows: QuerySet) -> QuerySet:
    """``rows`` with the columns of a line; within a perimeter already."""
    held = Assignment.objects.of(source.key, "w_since")
    name = Coalesce(NullIf("agent__full_name", Value("")), "agent__email", output_field=CharField())
    columns = {
        "w_source": Value(source.key, CharField()),
        **{f"w_{name}": source.column(name) for name in WORDS},
        "w_reference": Cast(F(source.reference), CharField()),
        "w_agent": Subquery(held.values(told=JSONObject(pk="agent", name=name))[:1]),
    }
    return rows.order_by().annotate(w_since=source.waiting_since).annotate(**columns).values_list(*COLUMNS)


def _of_whom(rows: QuerySet, source: Source, user, whose: str) -> QuerySet:
    held = Assignment.objects.of(source.key, "w_since")
    if whose == "moi":
        mine = Assignment.objects.filter(kind=source.key, agent=user).values("object_id")
        return rows.filter(Exists(held.filter(agent=user)), pk__in=mine)
    return rows.filter(~Exists(held)) if whose == "personne" else rows


@dataclass(frozen=True)
class Tally:
    count: int = 0
    since: datetime | None = None

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.count + other.count, min(filter(None, (self.since, other.since)), default=None))


def tallies(user, today: date) -> dict[str, Tally]:
    """How many of each source, and since when; « doublon » counts pairs, which have no date. One query."""
    parts = [
        source.rows(user, today)
        .order_by()
        .annotate(w_source=Value(key, CharField()), w_since=source.waiting_since)
        .values("w_source")
        .annotate(w_count=Count("*"), w_first=Min("w_since"))
        .values_list("w_source", "w_count", "w_first")
        for key, source in SOURCES.items()
        if not source.is_term
    ]
    pairs = (
        LikelyPair.objects.writable_by(user)
        .order_by()
        .annotate(w_source=Value("doublon", CharField()), w_since=Cast(Value(None), DateTimeField()))
    )
    pairs = pairs.values("w_source").annotate(w_count=Count("*"), w_first=Min("w_since"))
    parts.append(pairs.values_list("w_source", "w_count", "w_first"))
    found = {key: Tally(count, since) for key, count, since in parts[0].union(*parts[1:], all=True).order_by()}
    return {key: found.get(key, Tally()) for key in (*SOURCES, "doublon")}
