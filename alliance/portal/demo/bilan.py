"""What the past Convention gave: who came, what was proposed, decided and launched, what they thought of it.

Proposals and roadmap go through the acts of the national team, dated; nothing here counts anything.
"""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from alliance.lib.french import typeset
from events.actions.certificates import certify_attendance
from events.actions.proposals import decide, merge_proposals
from events.actions.roadmap import change_state, link_project, make_item
from events.actions.roadmap import enter_item as also_answers
from events.models import (
    CheckIn,
    Convention,
    Door,
    Proposal,
    ProposalAuthor,
    ProposalStep,
    ProposalSupport,
    Registration,
    RoadmapItem,
    SurveyAnswer,
    SurveyMark,
    Workshop,
    WorkshopTable,
)
from partners.models import Axis, Project, User

PRESENT, AGAIN, ANSWERS, CERTIFIED = 212, 3, 141, 12
DOORS = ("Porte de la cour", "Porte de la rue")
TOLD = tomllib.loads(typeset((Path(__file__).parent / "bilan.toml").read_text("utf-8")))
WORDS = (
    "La table ronde était longue, les ateliers trop courts.",
    "J’ai trouvé en une matinée les deux personnes que je cherchais depuis un an.",
    "À distance, le son coupait. Dommage.",
    "Merci pour la boucle magnétique : pour une fois, j’ai tout suivi.",
    "On nous a répondu, même non. C’est rare.",
)


def make_bilan(convention: Convention, agent: User, now: datetime) -> None:
    random = Random(f"{convention.slug} bilan")  # noqa: S311  apart, so that what is drawn elsewhere stays the same
    people = list(convention.registrations.filter(status="confirmed").order_by("pk"))
    present = sorted(random.sample(people, min(PRESENT, len(people))), key=lambda one: one.pk)
    _let_in(random, convention, present, agent)
    workshops = {each.axis.number: each for each in _workshops(convention)}
    _tables(convention, workshops)
    proposals = _propose(random, workshops, present)
    _decide(proposals, agent, convention.ends_at)
    _roadmap(proposals, agent, convention.ends_at)
    _answer(random, convention, present)
    for registration in present[:CERTIFIED]:
        certify_attendance(registration=registration, at=now - timedelta(days=2))


def _workshops(convention: Convention):
    rows = Workshop.objects.filter(item__convention=convention, axis__isnull=False)
    return rows.select_related("axis", "item")


def _let_in(random: Random, convention: Convention, present: list[Registration], agent: User) -> None:
    """Most within the hour before the first plenary; three tickets were shown at both doors."""
    opens_at = convention.starts_at - timedelta(hours=1)
    times = {"opens_at": opens_at, "closes_at": convention.ends_at, "made_at": opens_at, "made_by": agent}
    doors = Door.objects.bulk_create(Door(convention=convention, name=name, **times) for name in DOORS)
    entries = []
    for rank, registration in enumerate([*present, *present[:AGAIN]]):
        at = convention.starts_at + timedelta(minutes=random.triangular(-30, 120, 5))
        door = doors[random.random() < 0.4] if rank < len(present) else doors[1]
        means = random.choices(["scan", "typed", "name"], [80, 5, 15])[0]
        entries.append(
            CheckIn(key=_uuid(random), door=door, registration=registration, means=means, happened_at=at,
                    received_at=at + timedelta(seconds=random.randint(0, 240)))
        )  # fmt: skip
    CheckIn.objects.bulk_create(sorted(entries, key=lambda entry: entry.received_at))


def _uuid(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)


def _tables(convention: Convention, workshops: dict[int, Workshop]) -> None:
    minutes = {row["axis"]: row["text"] for row in TOLD["minutes"]}
    published = convention.ends_at + timedelta(days=6)
    WorkshopTable.objects.bulk_create(
        WorkshopTable(
            workshop=workshop,
            opened_at=workshop.item.starts_at,
            closed_at=workshop.item.ends_at,
            minutes=minutes.get(number, ""),
            minutes_at=workshop.item.ends_at if number in minutes else None,
            minutes_published_at=published if number in minutes else None,
        )
        for number, workshop in workshops.items()
    )


def _propose(random: Random, workshops: dict[int, Workshop], present: list[Registration]) -> list[tuple]:
    """``(proposal, what is told of it)`` in the order of the file."""
    told = [row for row in TOLD["proposal"] if row["axis"] in workshops]
    made = Proposal.objects.bulk_create(
        Proposal(
            public_id=_uuid(random),
            client_key=_uuid(random),
            workshop=workshops[row["axis"]],
            text=row["text"],
            said_at=workshops[row["axis"]].item.starts_at + timedelta(minutes=20 + rank % 60),
            is_demo=True,
        )
        for rank, row in enumerate(told)
    )
    authors, supports = [], []
    for proposal, row in zip(made, told, strict=True):
        crowd = random.sample(present, random.randint(1, 3) + random.randint(0, 30) * (row["state"] != "not_retained"))
        count = min(len(crowd), random.randint(1, 3))
        authors += [ProposalAuthor(proposal=proposal, registration=each) for each in crowd[:count]]
        at = proposal.said_at + timedelta(minutes=9)
        supports += [ProposalSupport(proposal=proposal, registration=each, supported_at=at) for each in crowd[count:]]
    ProposalAuthor.objects.bulk_create(authors)
    ProposalSupport.objects.bulk_create(supports)
    ProposalStep.objects.bulk_create(
        ProposalStep(proposal=each, kind="received", happened_at=each.said_at) for each in made
    )
    return list(zip(made, told, strict=True))


def _decide(proposals: list[tuple], agent: User, ended: datetime) -> None:
    """Duplicates within the week, decisions within the month; a duplicate says the same as the first of its table."""
    first = {}
    for proposal, row in proposals:
        first.setdefault(row["axis"], proposal)
        if row["state"] == "merged":
            merge_proposals(kept=first[row["axis"]], others=[proposal], by=agent, at=ended + timedelta(days=5))
    for rank, (proposal, row) in enumerate(proposals):
        if row["state"] != "merged":
            at = ended + timedelta(days=12 + rank // 2, hours=rank % 7)
            decide(proposal=proposal, state=row["state"], motive=row["motive"], by=agent, at=at)


def _roadmap(proposals: list[tuple], agent: User, ended: datetime) -> None:
    axes = {axis.number: axis for axis in Axis.objects.current()}
    for rank, row in enumerate(TOLD["item"]):
        at = ended + timedelta(days=32 + 3 * rank)
        answered = [proposal for proposal, told in proposals if told.get("item") == row["key"]]
        if not answered:
            continue
        item = make_item(proposal=answered[0], title=row["title"], axis=axes.get(row["axis"]), actions=row["actions"],
                         by=agent, at=at)  # fmt: skip
        for proposal in answered[1:]:
            also_answers(proposal=proposal, item=item, by=agent, at=at)
        for project in _projects(row["axis"], row.get("projects", 0)):
            link_project(item=item, project=project, by=agent, at=at + timedelta(days=40))
        if row["state"] != RoadmapItem.State.PLANNED:
            change_state(item=item, state="launched", by=agent, at=at + timedelta(days=30))
        if row["state"] == RoadmapItem.State.DONE:
            change_state(item=item, state="done", by=agent, at=at + timedelta(days=180))


def _projects(axis: int, number: int) -> list[Project]:
    rows = Project.objects.filter(is_demo=True, moderation="published", axes__number=axis, state="ongoing")
    return list(rows.order_by("pk")[:number])


def _answer(random: Random, convention: Convention, present: list[Registration]) -> None:
    """As the survey keeps them: marks on one side, answers without a name on the other."""
    chosen = random.sample(present, min(ANSWERS, len(present)))
    SurveyMark.objects.bulk_create(SurveyMark(registration=each) for each in chosen)
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(
            id=_uuid(random),
            convention=convention,
            innovation=random.choices(range(1, 6), [2, 6, 22, 44, 26])[0],
            performance=random.choices(range(1, 6), [3, 10, 34, 36, 17])[0],
            confiance=random.choices(range(1, 6), [1, 4, 15, 40, 40])[0],
            words=WORDS[rank] if rank < len(WORDS) else "",
        )
        for rank in range(len(chosen))
    )
