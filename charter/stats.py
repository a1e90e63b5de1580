"""How far a campaign has come: counted from evidence and signatures each time it is asked."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from charter.models import Campaign
from charter.models.campaign import Stage
from partners.models import Organisation, Region

STEPS = (Stage.CONCERNED, Stage.INVITED, Stage.OPENED, Stage.READ, Stage.SIGNED, Stage.COUNTERSIGNED)
GROUPS = {
    "network": ("network", "network_slug", "Sans réseau national"),
    "region": ("organisation__region", "organisation__region", "Sans région"),
}
"""What is counted by, what finds one group by its public name, and the label of those without."""
NAMES = {"network": (Organisation, "slug"), "region": (Region, "pk")}


@dataclass(frozen=True)
class Progress:
    """``reached``: for each of ``STEPS``, how many came at least that far. ``key`` is "" for those without a group."""

    key: str
    label: str
    reached: tuple[int, ...]
    withdrawn: int

    @property
    def awaited(self) -> int:
        """Still expected to sign."""
        return self.reached[0] - self.withdrawn - self.reached[STEPS.index(Stage.SIGNED)]


def progress(campaign: Campaign, concerned, *, by: str, at: datetime) -> list[Progress]:
    """One row for each network or région of the organisations ``concerned``, the most awaited first; two queries."""
    (key, _, without), (noun, slug) = GROUPS[by], NAMES[by]
    rows = concerned.with_network().with_stage(campaign, at).order_by()
    # Counted by short keys, which fit in memory whatever the number of rows; the names of the few groups come after.
    counts = rows.values_list(key, "stage").annotate(count=Count("*"))
    found: dict[int | str | None, Counter] = {}
    for group, reached, count in counts:
        found.setdefault(group, Counter())[reached] += count
    named = {pk: words for pk, *words in noun.objects.filter(pk__in=found).values_list("pk", slug, "name")}
    told = [_progress(*named.get(group, ("", without)), stages) for group, stages in found.items()]
    return sorted(told, key=lambda each: (-each.awaited, each.key == "", each.label))


def overall(campaign: Campaign, concerned, *, at: datetime) -> Progress:
    """All of them together, read without their places; one query."""
    rows = concerned.with_stage(campaign, at).order_by().values_list("stage").annotate(count=Count("*"))
    return _progress("", "Ensemble", Counter(dict(rows)))


def total(rows: list[Progress]) -> Progress:
    """All groups together, without another query."""
    reached = tuple(map(sum, zip(*(row.reached for row in rows), strict=True))) if rows else (0,) * len(STEPS)
    return Progress("", "Ensemble", reached, sum(row.withdrawn for row in rows))


def _progress(key: str, label: str, stages: Counter) -> Progress:
    reached = tuple(sum(count for stage, count in stages.items() if stage >= step) for step in STEPS[1:])
    return Progress(key, label, (stages.total(), *reached), stages[Stage.WITHDRAWN])
