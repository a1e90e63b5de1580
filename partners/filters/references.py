"""What the values of each parameter name: axes by the portal's number, stakes and networks by their slug."""

from collections.abc import Callable, Iterable, Mapping

from partners.filters.criteria import Choice
from partners.models import Axis, Organisation, Stake

SIGNATORY = {
    "current": "signataire",
    "pending": "signature en attente",
    "former": "ancien signataire",
    "none": "pas encore signataire",
}
FRESHNESS = {
    "confirmed": "moins de 6 mois",
    "to_confirm": "6 à 12 mois, à confirmer",
    "stale": "plus de 12 mois",
}


def fixed(choices: Mapping[str, str] | Iterable[tuple[str, str]]) -> Callable[[list[str]], dict[str, Choice]]:
    """A finder among a few words written in the code."""
    known = {value: Choice(value, label, value) for value, label in dict(choices).items()}
    return lambda values: {value: known[value] for value in values if value in known}


def axes(numbers: list[str]) -> dict[str, Choice]:
    wanted = {raw: int(raw) for raw in numbers if raw.isascii() and raw.isdigit() and len(raw) <= 2}
    rows = Axis.objects.current().filter(number__in=wanted.values()).values_list("number", "label", "pk")
    known = {number: Choice(str(number), label, pk) for number, label, pk in rows}
    return {raw: known[number] for raw, number in wanted.items() if number in known}


def stakes(slugs: list[str]) -> dict[str, Choice]:
    rows = Stake.objects.filter(slug__in=slugs).values_list("slug", "label")
    return {slug: Choice(slug, label, slug) for slug, label in rows}


def networks(slugs: list[str]) -> dict[str, Choice]:
    rows = Organisation.objects.public().filter(slug__in=slugs).only("slug", "name", "short_name")
    return {row.slug: Choice(row.slug, row.label, row.pk) for row in rows}
