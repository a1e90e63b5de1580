"""What the home page counts. Two queries, whatever the number of rows; every figure leads to its list."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from alliance.lib import french
from alliance.portal import france_map
from charter.models import CharterVersion, signatory_filter
from partners.models import Agreement, Organisation, Project
from partners.models.project import FRESH_MONTHS, months_before


@dataclass(frozen=True)
class ProjectCounts:
    """Projects of the default list, by département and by axis; ``confirmed`` are ongoing and fresh."""

    total: int
    confirmed: int
    by_department: Counter
    by_axis: Counter


def project_counts(today: date) -> ProjectCounts:
    """One grouped query: a row for each département and set of axes."""
    fresh = Q(state=Project.State.ONGOING, confirmed_on__gt=months_before(today, FRESH_MONTHS))
    rows = Project.objects.listed(today).order_by().values_list("department", "axes_mask")
    by_department, by_axis, confirmed, total = Counter(), Counter(), 0, 0
    for department, mask, count, of_them in rows.annotate(Count("pk"), confirmed=Count("pk", filter=fresh)):
        total += count
        confirmed += of_them
        by_department[department or ""] += count
        by_axis.update({number: count for number in range(mask.bit_length()) if mask >> number & 1})
    return ProjectCounts(total, confirmed, by_department, by_axis)


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
            "label": f"{french.plural(present, 'département')} où l’alliance agit" + ("\u202f;" if absent else ""),
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
