"""What /gestion/pilotage/ counts, within the perimeter of the agent. Each figure opens the list that it counts."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.db.models import Avg, Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.text import capfirst

from alliance.portal import statistics
from alliance.portal.charts import Figure
from charter.models import Campaign, CharterVersion, Concerned, Signature
from charter.stats import STEPS, overall
from partners.filters import facets, projects
from partners.filters.criteria import Choice
from partners.filters.references import FRESHNESS
from partners.models import Agreement, AgreementReview, Axis, Organisation, Project, Region
from partners.models.agreement_review import DIMENSIONS, Mark

WITHOUT = "aucune"
ACTIVITY = {
    "actives": "signataires actives",
    "signees": "signataires sans activité",
    "non-signees": "actives sans signature",
    "autres": "ni signature ni activité",
}
STATE_OF = {(True, True): "actives", (True, False): "signees", (False, True): "non-signees", (False, False): "autres"}
STEP_LABELS = ("concernées", "invitées", "lien ouvert", "texte lu", "signées", "contresignées")


@dataclass(frozen=True)
class Table:
    """``rows``: figures in the order shown; ``definition``: what exactly is counted."""

    key: str
    title: str
    head: str
    unit: str
    definition: str
    rows: list[Figure]


def regions_of(user) -> list[Region]:
    """Those of the perimeter, in the order of the drawing."""
    drawn = statistics.regions_drawn()
    return drawn if user.is_national else [region for region in drawn if region.code in user.region_codes]


def sheet(user, today: date) -> tuple[list[Axis], list[tuple[Region, list[Figure]]]]:
    """Axes × régions: the projects of the public list; one grouped query whatever the number of régions."""
    axes = statistics.known_axes()
    return axes, statistics.axes_by_region(today, axes, regions_of(user))


def freshness(user, today: date) -> Table:
    regions = () if user.is_national else tuple(Choice(each.code, each.name, each.code) for each in regions_of(user))
    criteria = projects.ProjectCriteria(today=today, region=regions)
    nothing = not user.is_national and not regions
    counts = {} if nothing else facets.freshness_counts(criteria)
    url = statistics.lists()["projects"]
    place = [("region", choice.value) for choice in regions]
    rows = [
        Figure(label, counts.get(value, 0), f"{url}?{urlencode([('freshness', value), *place])}")
        for value, label in FRESHNESS.items()
    ]
    return Table(
        "fraicheur", "Fraîcheur des projets", "Dernière confirmation", "Projets",
        "Projets publiés de votre périmètre, par le temps écoulé depuis que leur porteur les a confirmés.", rows,
    )  # fmt: skip


def with_activity(user, today: date) -> QuerySet:
    """Organisations of the perimeter, each with ``is_signed`` (the version in force) and ``is_active``."""
    version = CharterVersion.objects.in_force(today)
    listed = Project.objects.listed(today).filter(Q(lead=OuterRef("pk")) & ~Q(state="abandoned"))
    agreed = Agreement.objects.in_force(today).filter(organisation=OuterRef("pk"))
    rows = Organisation.objects.visible_to(user).filter(absorbed_into__isnull=True).order_by()
    signed = Signature.objects.current(version).of_organisation()
    return rows.annotate(is_signed=Exists(signed), is_active=Exists(listed) | Exists(agreed))


def activity_is(state: str) -> Q:
    signed, active = next(pair for pair, name in STATE_OF.items() if name == state)
    return Q(is_signed=signed, is_active=active)


def activity_url(state: str, region: str = "") -> str:
    asked = {"etat": state} | ({"region": region} if region else {})
    return f"{reverse('staff_steering_organisations')}?{urlencode(asked)}"


def activity(user, today: date) -> tuple[Table, list[tuple[str, list[Figure]]]]:
    """The whole, and each région: two tables of one grouped query."""
    grouped = with_activity(user, today).values_list("region", "is_signed", "is_active").annotate(count=Count("*"))
    name = Region.objects.filter(code=OuterRef("region")).values("name")  # of a group, not of each organisation
    counts: Counter = Counter()
    names: dict[str, str] = {}
    for code, signed, active, count, place in grouped.annotate(place=Subquery(name)):
        state = STATE_OF[signed, active]
        counts[code or WITHOUT, state] += count
        names[code or WITHOUT] = place or "Sans région"
    whole = [
        Figure(label, sum(counts[code, state] for code in names), activity_url(state))
        for state, label in ACTIVITY.items()
    ]
    order = sorted(names, key=lambda code: (code == WITHOUT, statistics.plain(names[code])))
    lines = [(names[code], [_cell(counts, code, names[code], state) for state in ACTIVITY]) for code in order]
    definition = (
        "Organisations que vous pouvez lire. Signataire : signature contresignée de la version en vigueur. "
        "Active : porte un projet publié, confirmé depuis moins d’un an et non abandonné, ou a un accord en vigueur."
    )
    return Table(
        "activite", "Actives, ou seulement signataires", "Situation", "Organisations", definition, whole
    ), lines


def _cell(counts: Counter, code: str, place: str, state: str) -> Figure:
    return Figure(f"{ACTIVITY[state]}, {place}", counts[code, state], activity_url(state, code))


def campaign_of(today: date) -> Campaign | None:
    """The open campaign, else the last one that was opened."""
    opened = Campaign.objects.filter(opened_at__isnull=False).select_related("version")
    return opened.order_by(F("closed_at").desc(nulls_first=True), "-opened_at").first()


def funnel(user, campaign: Campaign, at: datetime) -> Table:
    concerned = Concerned.objects.filter(campaign=campaign).visible_to(user)
    reached = overall(campaign, concerned, at=campaign.closed_at or at).reached
    url = reverse("staff_campaign_list", args=[campaign.public_id])
    rows = [
        Figure(label, count, f"{url}?etape={step.name.lower()}")
        for step, label, count in zip(STEPS, STEP_LABELS, reached, strict=True)
    ]
    definition = (
        "Organisations de votre périmètre concernées par la campagne, au point le plus avancé qu’elles aient atteint "
        "ou plus loin. Un filtre de messagerie peut ouvrir un lien : « lien ouvert » est un plafond."
    )
    return Table("campagne", str(campaign), "Étape", "Organisations", definition, rows)


def reviews_of(user) -> QuerySet:
    """Shared reviews of the perimeter that both sides have answered: before, nobody reads the other's marks."""
    seen = AgreementReview.objects.filter(agreement__in=Agreement.objects.visible_to(user).values("pk"))
    return seen.annotate(sides=Count("answers__side")).filter(sides=2)


def reviews(user) -> tuple[Table, list[tuple[str, list[Figure]]], dict[str, str]]:
    """By mean of both sides for each dimension, and how many reviews have each worst mark; two queries."""
    url = reverse("staff_steering_reviews")
    answered = list(reviews_of(user).values_list("pk", flat=True))
    rows = AgreementReview.objects.filter(pk__in=answered).annotate(
        **{f"worst_{name}": _worst(name) for name in DIMENSIONS}
    )
    marks = list(rows.values_list(*(f"worst_{name}" for name in DIMENSIONS)))
    of_both = AgreementReview.objects.filter(pk__in=answered)
    means = of_both.aggregate(**{name: Avg(f"answers__{name}") for name in DIMENSIONS})
    lines = []
    for position, name in enumerate(DIMENSIONS):
        counts = Counter(mark[position] for mark in marks)
        cells = [
            Figure(f"{name}, {mark.label}", counts[mark.value], f"{url}?sur={name}&note={mark.value}") for mark in Mark
        ]
        lines.append((capfirst(name), cells))
    definition = (
        "Bilans partagés auxquels les deux côtés ont répondu, dans votre périmètre ; pour chaque question, la note la "
        "plus basse des deux côtés. La moyenne est celle de toutes les réponses, de 1 (pas du tout) à 4 (tout à fait)."
    )
    every = [Figure("bilans à deux réponses", len(answered), url)]
    whole = Table("bilans", "Bilans partagés", "Question", "Bilans", definition, every)
    return whole, lines, {name: f"{mean:.1f}".replace(".", ",") for name, mean in means.items() if mean is not None}


def _worst(name: str) -> Min:
    return Min(f"answers__{name}")


def review_rows(user, dimension: str, mark: int | None) -> QuerySet:
    rows = AgreementReview.objects.filter(pk__in=reviews_of(user).values("pk"))
    if dimension in DIMENSIONS and mark in Mark.values:
        rows = rows.annotate(worst=_worst(dimension)).filter(worst=mark)
    return rows.select_related("agreement__organisation").order_by("-opened_at", "-pk")


def organisation_rows(user, today: date, state: str, region: str) -> QuerySet:
    rows = with_activity(user, today)
    if state in ACTIVITY:
        rows = rows.filter(activity_is(state))
    if region:
        rows = rows.filter(region=None) if region == WITHOUT else rows.filter(region=region)
    return rows.select_related("region").order_by("search_name", "pk")


def report(user, today: date, at: datetime) -> list[tuple[str, str, str, int, str, str]]:
    """All figures as a report carries them: table, line, column, number, definition, address."""
    axes, by_region = sheet(user, today)
    about = "Projets publiés et confirmés depuis moins d’un an qui portent l’axe et dont le lieu est dans la région."
    found = _grid("Axes et régions", about, [axis.label for axis in axes], [(r.name, cells) for r, cells in by_region])
    whole, places = activity(user, today)
    found += _grid(whole.title, whole.definition, ACTIVITY.values(), places)
    reviewed, marks, _ = reviews(user)
    found += _grid(reviewed.title, reviewed.definition, [mark.label for mark in Mark], marks)
    campaign = campaign_of(today)
    tables = [whole, freshness(user, today), reviewed, *([funnel(user, campaign, at)] if campaign else [])]
    for table in tables:
        found += _grid(table.title, table.definition, [""], [(row.label, [row]) for row in table.rows])
    return found


def _grid(title: str, definition: str, columns, lines) -> list[tuple[str, str, str, int, str, str]]:
    names = [capfirst(name) for name in columns]
    return [
        (title, capfirst(label), name, cell.value, definition, cell.url)
        for label, cells in lines
        for name, cell in zip(names, cells, strict=True)
    ]
