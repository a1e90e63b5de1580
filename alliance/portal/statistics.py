"""What /chiffres/ counts. Each number is made by the criteria of the list that it opens, and has its definition."""

from collections import Counter
from dataclasses import replace
from datetime import date

from django.db.models import Count
from django.db.models.functions import ExtractYear
from django.urls import reverse
from django.utils import timezone

from alliance.portal.charts import Figure
from charter.models import Signature
from partners.filters import agreements, counting, facets, organisations, projects
from partners.filters.criteria import Choice
from partners.filters.places import plain
from partners.filters.references import FRESHNESS
from partners.models import Agreement, Axis, ProgrammeCount, Project, Region


def lists() -> dict[str, str]:
    names = {"projects": "projects", "organisations": "directory", "agreements": "agreements"}
    found = {key: reverse(f"partners:{name}") for key, name in names.items()}
    return found | {"signatures": reverse("charter:signatories")}


def chosen(value: str) -> tuple[Choice, ...]:
    return (Choice(value, value, value),)


def freshness(today: date) -> list[Figure]:
    criteria = projects.ProjectCriteria(today=today)
    counts = {option.value: option.count for option in facets.freshnesses(criteria)}
    return [
        Figure(label, counts.get(value, 0), f"{lists()['projects']}?freshness={value}")
        for value, label in FRESHNESS.items()
    ]


def states(today: date) -> list[Figure]:
    counts = {option.value: option.count for option in facets.statuses(projects.ProjectCriteria(today=today))}
    return [
        Figure(label, counts.get(value, 0), f"{lists()['projects']}?status={value}")
        for value, label in Project.State.choices
    ]


def kinds_of_partnership(today: date) -> list[Figure]:
    criteria = agreements.AgreementCriteria(today=today, status=chosen("active"))
    counts = dict(criteria.queryset().values_list("kind").annotate(Count("pk")))
    return [
        Figure(label, counts.get(value, 0), f"{lists()['agreements']}?kind={value}&status=active")
        for value, label in Agreement.Kind.choices
    ]


def signatures_by_year() -> list[Figure]:
    """Signatures of the public register by the year, in Paris, when they were given."""
    year = ExtractYear("signed_at", tzinfo=timezone.get_current_timezone())
    rows = Signature.objects.public().order_by().values_list(year).annotate(Count("pk"))
    counts = dict(rows)
    if not counts:
        return []
    years = range(min(counts), max(counts) + 1)
    return [Figure(str(each), counts.get(each, 0), f"{lists()['signatures']}?year={each}") for each in years]


def announced() -> list[ProgrammeCount]:
    return list(ProgrammeCount.objects.order_by("on"))


def networks(today: date) -> list[Figure]:
    """The national networks of the directory, and those that stand signed."""
    known = organisations.OrganisationCriteria(today=today, kind=chosen("network"))
    signed = replace(known, signatory=chosen("current"))
    url = lists()["organisations"]
    return [
        Figure("réseaux nationaux dans l’annuaire", known.queryset().count(), f"{url}?{known.address()}"),
        Figure("réseaux signataires de la version en vigueur", signed.queryset().count(), f"{url}?{signed.address()}"),
    ]


def known_axes() -> list[Axis]:
    return list(Axis.objects.current().exclude(status=Axis.Status.TO_FILL_IN).order_by("number"))


def regions_drawn() -> list[Region]:
    """Régions of metropolitan France, then overseas; collectivities have no département on the map."""
    return sorted(Region.objects.exclude(zone="com"), key=lambda region: (region.zone != "metro", plain(region.name)))


def axes_by_region(today: date, axes: list[Axis], regions: list[Region]) -> list[tuple[Region, list[Figure]]]:
    """A line a région, a cell an axis: projects of the default list. One grouped query."""
    counts = mask_counts(today)
    url = lists()["projects"]
    return [
        (
            region,
            [
                Figure(
                    f"{axis.label.capitalize()}, {region.name}",
                    counts[region.code, axis.number],
                    f"{url}?axis={axis.number}&region={region.code}",
                )
                for axis in axes
            ],
        )
        for region in regions
    ]


def mask_counts(today: date) -> Counter:
    """(code of the région, number of the axis) → projects."""
    found: Counter = Counter()
    pairs = counting.count(projects.ProjectCriteria(today=today), "regions_axes").by["regions_axes"]
    for pair, count in pairs.items():
        if pair:
            region, mask = pair.split()
            found.update({(region, number): count for number in facets.numbers_of(int(mask))})
    return found


def blanks(axes: list[Axis], lines: list[tuple[Region, list[Figure]]]) -> list[tuple[Axis, list[Region]]]:
    """For each axis, the régions where no project carries it; axes present everywhere are left out."""
    found = [
        (axis, [region for region, cells in lines if not cells[position].value]) for position, axis in enumerate(axes)
    ]
    return [(axis, regions) for axis, regions in found if regions]
