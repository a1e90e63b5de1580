"""The figures of a gathering, read from rows each time: who came, what was said, what became of it, what is thought.

Numbers of people smaller than ``LEAST`` are told of nobody: they are added to « autres » until that is as large.
"""

from dataclasses import dataclass, field

from django.db.models import Avg, Count, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.utils import timezone

from alliance.lib import french
from alliance.lib.db import LowerUnaccent
from events.models import Convention, Proposal, Registration, RoadmapItem, SurveyAnswer, SurveyMark
from events.models.quota import Audience
from events.models.survey import LEAST_ANSWERS, QUESTIONS, survey_state
from partners.models import Organisation

LEAST = 5
OTHERS, NOWHERE = "autres", "sans territoire (réseaux nationaux, La Poste, public)"


@dataclass(frozen=True)
class Attendance:
    """``by_audience``, ``by_region``: words and numbers, the largest first. ``is_told``: there are enough to say."""

    registered: int
    present: int
    organisations: int
    by_audience: list[tuple[str, int]] = field(default_factory=list)
    by_region: list[tuple[str, int]] = field(default_factory=list)

    @property
    def is_told(self) -> bool:
        return self.present >= LEAST


def present_at(convention: Convention):
    return Registration.objects.filter(convention=convention).present()


def attendance(convention: Convention) -> Attendance:
    """Those who came in, once each; ``registered``: those who had a seat, and those who came without."""
    came = present_at(convention).order_by()
    kept = convention.registrations.filter(status__in=["confirmed", "over"]).count()
    present = came.count()
    if present < LEAST:
        return Attendance(kept, present, 0)
    audiences = dict(came.values_list("audience").annotate(Count("pk")))
    regions = dict(came.values_list("attendee__organisation__commune__region__name").annotate(Count("pk")))
    return Attendance(
        registered=kept,
        present=present,
        organisations=organisations_present(convention).count(),
        by_audience=from_least({Audience(name).label: number for name, number in audiences.items()}),
        by_region=from_least({name or NOWHERE: number for name, number in regions.items()}),
    )


def organisations_present(convention: Convention):
    """Those that the directory shows, of whom somebody came."""
    came = present_at(convention).order_by().values("attendee__organisation")
    organisations = Organisation.objects
    shown = Coalesce(NullIf("short_name", Value("")), "name")  # as their ``label`` is
    return organisations.public().filter(pk__in=came).order_by(LowerUnaccent(shown), "pk")


def from_least(counts: dict[str, int]) -> list[tuple[str, int]]:
    """The largest first. Those below ``LEAST`` become one « autres », with the next ones until it holds as many."""
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    small = sum(number for _, number in rows if number < LEAST)
    shown = [row for row in rows if row[1] >= LEAST]
    while 0 < small < LEAST and shown:
        small += shown.pop()[1]
    return [*shown, (OTHERS, small)] if small else shown


def became(counted: dict[str, int] | None) -> str:
    """« 27 propositions, 12 retenues, 7 lancées », of ``Proposal.objects.counted()``; empty when none was made."""
    if not counted or not counted["said"]:
        return ""
    words = [french.count(counted["said"], "proposition", "propositions")]
    if counted["retained"]:
        words.append(french.count(counted["retained"], "retenue", "retenues"))
    if counted["launched"]:
        words.append(french.count(counted["launched"], "lancée", "lancées"))
    return ", ".join(words)


@dataclass(frozen=True)
class Survey:
    """``averages`` in tenths, and only once the survey is closed and five have answered: ``state`` says which."""

    state: str  # "none", "open", "too_few" or "told"
    answers: int = 0
    averages: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> list[dict]:
        return [
            {"name": name, "tenths": tenths, "said": f"{tenths // 10},{tenths % 10}"}
            for name, tenths in self.averages.items()
        ]


def survey(convention: Convention, at) -> Survey:
    """How many answered is told only with their averages."""
    state = survey_state(convention, at)
    answers = SurveyAnswer.objects.filter(convention=convention)
    if state != "closed":
        return Survey("open" if state == "open" else "none")
    means = answers.aggregate(number=Count("pk"), **{name: Avg(name) for name in QUESTIONS})
    if means["number"] < LEAST_ANSWERS:
        return Survey("too_few" if means["number"] else "none")
    return Survey("told", means["number"], {name: round(10 * float(means[name])) for name in QUESTIONS})


def answered(convention: Convention) -> int:
    return SurveyMark.objects.filter(registration__convention=convention).count()


@dataclass(frozen=True)
class Report:
    """What the bilan of a gathering says."""

    convention: Convention
    attendance: Attendance
    proposals: dict[str, int]
    actions: int
    survey: Survey

    @property
    def became(self) -> str:
        return became(self.proposals)

    @property
    def is_empty(self) -> bool:
        return not (self.convention.report or self.attendance.is_told or self.proposals["said"])


def report(convention: Convention, at=None) -> Report:
    """A dozen queries, whatever the number of rows."""
    said = Proposal.objects.of(convention)
    return Report(
        convention=convention,
        attendance=attendance(convention),
        proposals=said.counted(),
        actions=said.roadmap().count(),
        survey=survey(convention, at or timezone.now()),
    )


def by_workshop(convention: Convention) -> list[dict]:
    """What each workshop proposed and what was decided about it: rows of the programme with their numbers."""
    rows = Proposal.objects.of(convention).order_by().values("workshop__item", "workshop__item__title", "state")
    rows = rows.order_by("workshop__item__starts_at", "workshop__item").annotate(number=Count("pk"))
    found: dict[int, dict] = {}
    for row in rows:
        key = row["workshop__item"]
        one = found.setdefault(key, {"item": key, "title": row["workshop__item__title"], "said": 0, "retained": 0})
        one["said"] += row["number"]
        one["retained"] += row["number"] if row["state"] == "retained" else 0
    return list(found.values())


def roadmap_of(convention: Convention) -> list[RoadmapItem]:
    """Its actions, those that are under way first."""
    order = {state: rank for rank, state in enumerate(["done", "launched", "planned", "dropped"])}
    items = Proposal.objects.of(convention).roadmap().select_related("axis").order_by(LowerUnaccent("title"), "pk")
    return sorted(items, key=lambda item: order[item.state])


def opening(at) -> dict:
    """Annotations of Conventions: ``counts`` of what was said there, and ``former``, those of the gathering before.

    The one before is the last of the same kind, ended by now, where something was proposed.
    """
    said = Proposal.objects.filter(workshop__item__convention=OuterRef("pk")).order_by()
    launched = Q(roadmap_item__state__in=[RoadmapItem.State.LAUNCHED, RoadmapItem.State.DONE])
    standing = Q(merged_into__isnull=True)
    counts = said.values("workshop__item__convention").annotate(
        told=JSONObject(
            said=Count("pk"),
            retained=Count("pk", filter=standing & Q(state=Proposal.State.RETAINED)),
            launched=Count("pk", filter=standing & launched),
        )
    )
    held = Convention.objects.past(at).filter(Exists(said), state=Convention.State.PUBLISHED)
    before = held.filter(kind=OuterRef("kind"), ends_at__lte=OuterRef("starts_at"))
    former = before.annotate(counts=Subquery(counts.values("told")))
    return {
        "counts": Subquery(counts.values("told")),
        "former": Subquery(former.values(told=JSONObject(slug="slug", title="title", counts="counts"))[:1]),
    }
