"""What a reader asks for, once validated: frozen, and the same for page, map, API and exports."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import ClassVar
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from charter.models import CharterVersion
from charter.models.signature import signatory_filter
from partners.filters.paging import count_up_to
from partners.filters.text import Query
from partners.models import Organisation

DEFAULT_RADIUS_KM = 25
NOTHING = Query()


@dataclass(frozen=True)
class Problem:
    """What was not understood: ignored with this sentence on pages, 400 in the API."""

    parameter: str
    sentence: str


@dataclass(frozen=True)
class Choice:
    """One value of a parameter: as written in the address, as read by people, as known to the database."""

    value: str
    label: str
    key: object = field(default=None, repr=False)


Choices = tuple[Choice, ...]


@dataclass(frozen=True)
class Near:
    """A point, in degrees, and the name of the place when it is one."""

    lat: float
    lon: float
    label: str = ""

    def __str__(self) -> str:
        return ",".join(f"{degrees:.5f}".rstrip("0").rstrip(".") for degrees in (self.lat, self.lon))


def any_of(conditions: Iterable[Q]) -> Q:
    """« Or » over the values of one parameter."""
    whole = Q(pk__in=[])
    for condition in conditions:
        whole |= condition
    return whole


@dataclass(frozen=True)
class Criteria:
    """The parameters that every noun shares. Repeated values are « or », different parameters « and ».

    ``columns`` are the parameters that compare one column; ``organisation`` is the path from a row to the
    organisation whose network and signature count, ``place`` the path to what has a département.
    """

    columns: ClassVar[dict[str, str]]
    organisation: ClassVar[str]
    place: ClassVar[str] = ""
    default_order: ClassVar[str]

    today: date
    q: Query = NOTHING
    axis: Choices = ()
    stake: Choices = ()
    region: Choices = ()
    department: Choices = ()
    commune: Choices = ()
    network: Choices = ()
    kind: Choices = ()
    status: Choices = ()
    signatory: Choices = ()
    freshness: Choices = ()
    near: Near | None = None
    radius_km: float = DEFAULT_RADIUS_KM
    ordering: str = ""

    def base(self) -> QuerySet:
        """All the rows that the public may ever read."""
        raise NotImplementedError

    def with_words(self) -> Q:
        raise NotImplementedError

    def nearby(self) -> Q:
        raise NotImplementedError

    def conditions(self) -> dict[str, Q]:
        """Parameter → what it demands of a row."""
        asked = {name: column for name, column in self.columns.items() if getattr(self, name)}
        found = {name: Q(**{f"{column}__in": self.keys(name)}) for name, column in asked.items()}
        demands = {
            "q": self.with_words,
            "axis": lambda: self.with_axes(axis__in=self.keys("axis")),
            "stake": lambda: self.with_axes(axis__stake__in=self.keys("stake")),
            "network": lambda: self.of(Organisation.objects.within(self.keys("network"))),
            "signatory": lambda: self.of(self.signatories()),
            "near": self.nearby,
        }
        return found | {name: demand() for name, demand in demands.items() if getattr(self, name)}

    def with_axes(self, **wanted) -> Q:
        """Rows that carry at least one axis such as ``wanted``."""
        model = self.base().model
        links = model.axes.through.objects.filter(**{model._meta.model_name: OuterRef("pk")}, **wanted)
        return Q(Exists(links))

    def of(self, organisations: QuerySet) -> Q:
        return Q(**{f"{self.organisation}__in": organisations.order_by().values("pk")})

    def signatories(self) -> QuerySet:
        """Organisations whose signature is in one of the states asked for."""
        return Organisation.objects.filter(
            any_of(signatory_filter(state, self.version) for state in self.keys("signatory"))
        )

    @cached_property
    def version(self) -> CharterVersion | None:
        """The charter in force: what ``signatory`` is about. One query, once."""
        return CharterVersion.objects.in_force(self.today)

    @property
    def order(self) -> str:
        """The order in use: the one asked for, else the nearest, the most relevant, or the noun's own."""
        return self.ordering or ("distance" if self.near else "relevance" if self.q else self.default_order)

    def queryset(self, *, without: Collection[str] = ()) -> QuerySet:
        """The rows asked for, unordered; ``without`` leaves parameters out (a facet ignores its own)."""
        wanted = [condition for name, condition in self.conditions().items() if name not in without]
        return self.base().filter(*wanted).order_by()

    def ordered(self) -> QuerySet:
        """The rows asked for, in the order in use; ties are broken, so that pages never overlap."""
        raise NotImplementedError

    @property
    def asked(self) -> tuple[str, ...]:
        """The parameters that narrow the list."""
        names = (each.name for each in fields(self) if each.name not in ("today", "radius_km", "ordering"))
        return tuple(name for name in names if getattr(self, name))

    def counted(self) -> tuple[int, bool]:
        """How many rows, to 10,000, and whether that is exact."""
        return count_up_to(self.queryset())

    def keys_of(self, first: int, last: int) -> list[int]:
        """The primary keys of the rows from ``first`` to ``last``, excluded, in the order in use."""
        return list(self.ordered().values_list("pk", flat=True)[first:last])

    def page(self, first: int, size: int) -> tuple[int, bool, list[int]]:
        """How many rows, to 10,000, whether that is exact, and the keys of ``size`` of them from ``first`` on."""
        count, exact = self.counted()
        return count, exact, self.keys_of(first, min(first + size, count)) if first < count else []

    def rows_of(self, first: int, last: int, with_rows: Callable[[QuerySet], QuerySet]) -> list:
        """The rows themselves; ``with_rows`` adds to a queryset what is shown of them."""
        return list(with_rows(self.ordered())[first:last])

    def by_department(self, *, without: Collection[str] = ()) -> dict[str, int]:
        """INSEE code → how many rows; those without a place stand under ``""``."""
        rows = self.queryset(without=without).values_list(f"{self.place}department").annotate(count=Count("pk"))
        return {code or "": count for code, count in rows}

    def keys(self, name: str) -> list:
        return [choice.key for choice in getattr(self, name)]

    def values(self, name: str) -> list[str]:
        return [choice.value for choice in getattr(self, name)]

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list; the order does not."""
        return any(name != "ordering" for name, _ in self.pairs())

    def pairs(self) -> list[tuple[str, str]]:
        """The canonical parameters and values, in a fixed order: what links, exports and feeds carry."""
        found = [("q", self.q.typed)] if self.q else []
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, tuple):
                found += [(each.name, choice.value) for choice in value]
        if self.near:
            found += [("near", str(self.near)), ("radius_km", f"{self.radius_km:g}")]
        return found + ([("ordering", self.ordering)] if self.ordering else [])

    def address(self, *, drop: Collection[tuple[str, str] | str] = (), add: Collection[tuple[str, str]] = ()) -> str:
        """The query string, without some pairs or whole parameters and with others: « a=1&b=2 », or nothing."""
        kept = [pair for pair in self.pairs() if pair not in drop and pair[0] not in drop]
        return urlencode([*kept, *add])
