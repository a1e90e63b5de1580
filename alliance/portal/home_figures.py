"""What the home page counts. Two queries, whatever the number of rows; every figure leads to its list."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

from alliance.lib import french
from alliance.portal import france_map
from charter.models import CharterVersion, signatory_filter
from partners.filters import counting
from partners.filters.criteria import Choice
from partners.filters.facets import numbers_of
from partners.filters.projects import ProjectCriteria
from partners.models import Agreement, Organisation


@dataclass(frozen=True)
class ProjectCounts:
    """Projects of the default list, by département and by axis; ``confirmed`` are ongoing and fresh."""

    total: int
    confirmed: int
    by_department: Counter
    by_axis: Counter


def project_counts(today: date) -> ProjectCounts:
    """From the counted cells: two queries, whatever the number of projects."""
    listed = ProjectCriteria(today=today)
    counts = counting.count(listed, "departments", "axis")
    by_department = Counter({code or "": count for code, count in counts.by["departments"].items()})
    by_axis: Counter = Counter()
    for mask, count in counts.by["axis"].items():
        by_axis.update(dict.fromkeys(numbers_of(int(mask)), count))
    fresh = replace(
        listed, status=(Choice("ongoing", "", "ongoing"),), freshness=(Choice("confirmed", "", "confirmed"),)
    )
    return ProjectCounts(by_department.total(), sum(fresh.by_department().values()), by_department, by_axis)


def figures(projects: ProjectCounts, today: date) -> list[dict]:
    """The four key figures, for ``components/figures.html``."""
    version = CharterVersion.objects.in_force(today)
    networks = Organisation.objects.public().filter(kind=Organisation.Kind.NETWORK)
    signed = networks.filter(signatory_filter("current", version)).count() if version else 0
    present = sum(1 for code in france_map.names() if projects.by_department[code])
    absent = len(france_map.names()) - present
    total = networks.count()
    agreements = Agreement.objects.public().filter(state=Agreement.State.ACTIVE).count()
    return [
        {
            "value": total,
            "label": french.plural(total, "réseau national, dont", "réseaux nationaux, dont"),
            "link": french.count(signed, "signataire de la version en vigueur", "signataires de la version en vigueur"),
            "url": "/annuaire/?kind=network&signatory=current",
        },
        {
            "value": projects.confirmed,
            "label": french.plural(projects.confirmed, "projet en cours,", "projets en cours,"),
            "link": f"{french.plural(projects.confirmed, 'confirmé')} depuis moins de six mois",
            "url": "/projets/?status=ongoing&freshness=confirmed",
        },
        {
            "value": present,
            "label": f"{french.plural(present, 'département')} où l’Alliance agit" + ("\u202f;" if absent else ""),
            "link": f"{french.number(absent)} à rejoindre" if absent else "voir la carte",
            "url": "/territoires/",
        },
        {
            "value": agreements,
            "label": french.plural(agreements, "accord de partenariat", "accords de partenariat"),
            "link": "en vigueur",
            "url": "/accords/?status=active",
        },
    ]
