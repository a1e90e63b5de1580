"""What the values of each parameter name: axes by the portal's number, stakes and networks by their slug."""

from collections.abc import Callable, Iterable, Mapping

from partners.filters.criteria import Choice
from partners.filters.known import Known
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


def _axes() -> dict[str, Choice]:
    rows = Axis.objects.current().values_list("number", "label", "pk")
    return {str(number): Choice(str(number), label, pk) for number, label, pk in rows}


def _number(raw: str) -> str:
    return str(int(raw)) if raw.isascii() and raw.isdigit() and len(raw) <= 2 else ""


def _stakes() -> dict[str, Choice]:
    return {slug: Choice(slug, label, slug) for slug, label in Stake.objects.values_list("slug", "label")}


axes = Known("axis", _axes, _number)
stakes = Known("axis", _stakes)


def networks(slugs: list[str]) -> dict[str, Choice]:
    rows = Organisation.objects.public().filter(slug__in=slugs).only("slug", "name", "short_name")
    return {row.slug: Choice(row.slug, row.label, row.pk) for row in rows}
