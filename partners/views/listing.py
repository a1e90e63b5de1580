"""What the list pages share: the address read once, its chips, its orders, its pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Page
from django.http import HttpRequest, QueryDict

from alliance.lib.french import number, of, plural
from partners.filters import places
from partners.filters.criteria import Criteria, Near, Problem
from partners.filters.facets import Option
from partners.filters.fields import shown
from partners.filters.paging import CriteriaPaginator
from partners.models import Commune

PAGE_SIZE = 20
PLACE = ("region", "department", "commune", "near", "radius_km")
DOORS = ("page", "place")
MOST_CHIPS = 4
PARAMETERS_IN_CHIPS = {
    "axis": "Axes",
    "stake": "Enjeux",
    "region": "Régions",
    "department": "Départements",
    "commune": "Communes",
    "network": "Réseaux",
    "kind": "Natures",
    "status": "États",
    "signatory": "Charte",
    "freshness": "Confirmations",
}


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Listing:
    """One list as asked for by one address."""

    path: str
    criteria: Criteria
    notices: list[str]
    page: Page
    orders: list[Link]
    other_places: list[Link]
    unit: tuple[str, str]
    around: Near | None

    @property
    def title(self) -> str:
        """« 14 projets », « plus de 10 000 projets »."""
        paginator = self.page.paginator
        words = plural(paginator.count, *self.unit)
        return (
            f"{number(paginator.count)} {words}"
            if paginator.count_exact
            else f"plus de {number(paginator.count)} {words}"
        )

    @property
    def address(self) -> str:
        return self.criteria.address()

    @property
    def chips(self) -> list[dict]:
        """One for each choice: removing it is a link."""
        return [{"label": label, "url": self.url(drop=drop)} for label, drop in chosen(self.criteria)]

    def url(self, **changes) -> str:
        address = self.criteria.address(**changes)
        return f"{self.path}?{address}" if address else self.path

    @property
    def clear_url(self) -> str:
        return self.path

    @property
    def place_text(self) -> str:
        """What the place box holds: the only place asked for, in words that it understands again."""
        asked = [(name, choice.label) for name in PLACE[:3] for choice in getattr(self.criteria, name)]
        if len(asked) != 1:
            return ""
        name, label = asked[0]
        return label.rpartition(" (")[0] if name == "department" else label

    def hidden(self, facets: dict[str, list[Option]]) -> list[tuple[str, str]]:
        """What the form of the page must carry along: all that neither its boxes nor its facets ask for."""
        boxes = {"q", *(PLACE[:3] if self.place_text else ())}
        shown = {(name, option.value) for name, options in facets.items() for option in options}
        return [pair for pair in self.criteria.pairs() if pair[0] not in boxes and pair not in shown]

    @property
    def hidden_pairs(self) -> list[tuple[str, str]]:
        return self.hidden({})

    @property
    def map_url(self) -> str:
        """The same list without any place; the code of a département is added at the end."""
        return f"{self.path}?{self.criteria.address(drop=PLACE, add=[('department', '')])}"

    @property
    def has_place(self) -> bool:
        return any(name in PLACE for name, _ in self.criteria.pairs())

    @property
    def everywhere_url(self) -> str:
        return self.url(drop=PLACE)

    @property
    def exact_url(self) -> str:
        """The same list for the very words that were typed, uncorrected."""
        return self.url(drop=["q"], add=[("q", self.criteria.q.exact)])

    @property
    def around_url(self) -> str:
        """The same list 25 km around the commune asked for, when there is one."""
        return self.url(drop=PLACE, add=[("near", str(self.around))]) if self.around else ""


def chosen(criteria: Criteria) -> list[tuple[str, list]]:
    """What the reader asked for, in words, with the pairs that say it."""
    found = [(f"« {criteria.q.typed} »", ["q"])] if criteria.q else []
    for name, value in criteria.pairs():
        if name in PARAMETERS_IN_CHIPS and len(getattr(criteria, name)) <= MOST_CHIPS:
            label = next(choice.label for choice in getattr(criteria, name) if choice.value == value)
            found.append((label[:1].upper() + label[1:], [(name, value)]))
    for name, words in PARAMETERS_IN_CHIPS.items():
        if (count := len(getattr(criteria, name))) > MOST_CHIPS:
            found.append((f"{words} : {count} choix", [name]))
    if criteria.near:
        place = criteria.near.label or str(criteria.near)
        found.append((f"À moins de {criteria.radius_km:g} km {of(place)}", ["near", "radius_km"]))
    return found


def read(
    request: HttpRequest, parse: Callable, *, orders: Mapping[str, str], unit: tuple[str, str], rows: Callable
) -> Listing:
    """The list that the address asks for; ``rows(queryset)`` adds what the lines show."""
    data, problems, found = with_place(request.GET)
    criteria, misread = parse(data, doors=DOORS)
    paginator = CriteriaPaginator(criteria, PAGE_SIZE, rows)
    page, exists = paginator.read(request.GET.get("page", "1"))
    if not exists:
        problems.append(Problem("page", f"il n’y a pas de page {shown(request.GET['page'])}."))
    notices = [
        f"« {shown_name(problem.parameter)} » laissé de côté : {problem.sentence}" for problem in (*problems, *misread)
    ]
    return Listing(
        path=request.path,
        criteria=criteria,
        notices=notices,
        page=page,
        orders=order_links(request.path, criteria, orders),
        other_places=[Link(place.label, place_url(request.path, data, place)) for place in found[1:6]],
        unit=unit,
        around=around(criteria),
    )


def around(criteria: Criteria) -> Near | None:
    """The point of the commune asked for, when it is the only place."""
    if len(criteria.commune) != 1:
        return None
    commune = Commune.objects.get(pk=criteria.commune[0].key)
    return Near(commune.lat, commune.lon) if commune.lat is not None else None


def shown_name(parameter: str) -> str:
    return shown(parameter)[2:-2]


def with_place(query: QueryDict) -> tuple[QueryDict, list[Problem], list[places.Place]]:
    """``place``, a typed name or postal code, becomes the code of what it means, in the stead of any other place."""
    data = query.copy()
    typed = " ".join(data.pop("place", [""])[-1].split())
    if not typed:
        return data, [], []
    found = places.resolve(typed)
    if not found:
        return data, [Problem("place", f"aucun lieu ne s’appelle {shown(typed)}.")], []
    for name in PLACE:
        data.pop(name, None)
    data.setlist(found[0].parameter, [found[0].code])
    return data, [], found


def place_url(path: str, data: QueryDict, place: places.Place) -> str:
    kept = [(name, value) for name, values in data.lists() if name not in (*PLACE, "page") for value in values]
    return f"{path}?{urlencode([*kept, (place.parameter, place.code)])}"


def order_links(path: str, criteria: Criteria, orders: Mapping[str, str]) -> list[Link]:
    """The orders that make sense here."""
    possible = [
        name for name in orders if (name != "distance" or criteria.near) and (name != "relevance" or criteria.q)
    ]
    return [
        Link(
            orders[name],
            f"{path}?{criteria.address(drop=['ordering'], add=[('ordering', name)])}",
            name == criteria.order,
        )
        for name in possible
    ]
