"""The register of signatures, narrowed by version and by state."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet

from charter.models import CharterVersion, Signature, StandingState
from charter.models.signature import standing_state

YEAR = re.compile(r"20[0-9]{2}")
PUBLIC_STATES = tuple(state for state in StandingState if state != StandingState.REFUSED)


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    checked: bool


@dataclass(frozen=True)
class RegisterCriteria:
    """What a reader of the register asks for. ``ignored``: what was not understood, in words."""

    current: CharterVersion | None
    versions: tuple[Option, ...]
    states: tuple[Option, ...]
    years: tuple[int, ...]
    ignored: tuple[str, ...]

    @property
    def is_filtered(self) -> bool:
        return bool(self.years) or any(option.checked for option in (*self.versions, *self.states))

    @property
    def address(self) -> str:
        """The canonical query string, which API, files and feed read too."""
        pairs = [("version", each.value) for each in self.versions if each.checked]
        pairs += [("state", each.value) for each in self.states if each.checked]
        return urlencode([*pairs, *(("year", year) for year in self.years)])

    def queryset(self) -> QuerySet:
        """Public signatures, newest first, with ``standing_state`` and ``since``; one query with what a row shows."""
        rows = Signature.objects.public().with_standing(self.current).select_related("organisation", "version")
        if versions := [option.value for option in self.versions if option.checked]:
            rows = rows.filter(version__slug__in=versions)
        if states := [option.value for option in self.states if option.checked]:
            rows = rows.alias(wanted=standing_state(self.current)).filter(wanted__in=states)
        if self.years:
            rows = rows.filter(signed_at__year__in=self.years)
        return rows.order_by("-signed_at", "-pk")


def read_register(params: Mapping, versions, current: CharterVersion | None) -> RegisterCriteria:
    """``?version=2020&state=standing&year=2021``, each repeatable; the year is that of the signature, in Paris."""
    known_versions = {version.slug: version.label for version in versions}
    known_states = {state.value: state.label for state in PUBLIC_STATES}
    asked_versions, asked_states = set(params.getlist("version")), set(params.getlist("state"))
    years = {raw: int(raw) for raw in params.getlist("year") if YEAR.fullmatch(raw)}
    unknown = sorted(asked_versions - set(known_versions) - {""}) + sorted(asked_states - set(known_states) - {""})
    ignored = [f"« {value[:40]} » n’est ni une version ni un état connu." for value in unknown[:5]]
    ignored += [f"« {raw[:40]} » n’est pas une année." for raw in params.getlist("year") if raw and raw not in years][
        :5
    ]
    return RegisterCriteria(
        current=current,
        versions=tuple(Option(slug, label, slug in asked_versions) for slug, label in known_versions.items()),
        states=tuple(Option(value, label, value in asked_states) for value, label in known_states.items()),
        years=tuple(sorted(set(years.values()))),
        ignored=tuple(ignored),
    )
