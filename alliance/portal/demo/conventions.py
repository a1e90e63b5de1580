"""Three Conventions: one past, with its bilan; one open and full, with a waiting list; one in preparation."""

import tomllib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from uuid import NAMESPACE_OID, uuid5

from alliance.lib.french import typeset
from alliance.portal.demo.bilan import make_bilan
from alliance.portal.demo.doors import make_door
from alliance.portal.demo.guests import make_guests
from alliance.portal.demo.programme import make_versions
from events.models import Attendee, Convention, ProgrammeItem, Registration, Wish, Workshop
from events.models.ticket_codes import draw_code
from partners.models import Axis, Organisation, User

PAST_SEATS, FULL_SEATS, WAITING, NEXT_SEATS = 240, 180, 24, 400
TEXTS = tomllib.loads(typeset((Path(__file__).parent / "convention.toml").read_text("utf-8")))


def make_conventions(
    random: Random, organisations: list[Organisation], members: dict[int, dict[str, User]], agent: User, now: datetime
) -> None:
    today = now.date()
    past = _convention(_thursday(today - timedelta(days=310)), PAST_SEATS, now, state="published", is_past=True)
    opened = _convention(_thursday(today + timedelta(days=50)), FULL_SEATS, now, state="published")
    coming = _convention(_thursday(today + timedelta(days=414)), NEXT_SEATS, now, state="draft")
    people = [(person, organisation) for organisation in organisations for person in members[organisation.pk].values()]
    _register(random, past, random.sample(people, PAST_SEATS), past.opens_at)
    make_bilan(past, agent, now)
    _register(random, opened, random.sample(people, FULL_SEATS + WAITING), opened.opens_at)
    _wish(opened, now)
    make_guests(opened, agent, now)
    make_door(opened, agent, now)
    make_versions(past, opened, coming, agent, now)


def _thursday(day: date) -> date:
    return day + timedelta(days=(3 - day.weekday()) % 7)


def _convention(day: date, seats: int, now: datetime, *, state: str, is_past: bool = False) -> Convention:
    def moment(hour: time) -> datetime:
        return datetime.combine(day, hour, now.tzinfo)

    convention = Convention.objects.create(
        slug=f"convention-demonstration-{day.year}",
        public_id=uuid5(NAMESPACE_OID, f"convention {day.year}"),
        title=f"Convention annuelle {day.year}",
        state=state,
        starts_at=moment(time(9)),
        ends_at=moment(time(17, 15)),
        commune_id="75056",
        capacity=seats,
        opens_at=moment(time(9)) - timedelta(days=80) if state == "published" else None,
        closes_at=moment(time(12)) - timedelta(days=3),
        is_demo=True,
        **TEXTS["convention"],
        **(TEXTS["bilan"] if is_past else {}),
    )
    _programme(convention, moment)
    return convention


def _programme(convention: Convention, moment) -> None:
    rows = TEXTS["programme"]
    items = ProgrammeItem.objects.bulk_create(
        ProgrammeItem(
            convention=convention,
            kind=row["kind"],
            title=row["title"],
            room=row["room"],
            summary=TEXTS["summaries"].get(row["kind"], ""),
            starts_at=moment(row["from"]),
            ends_at=moment(row["to"]),
        )
        for row in rows
    )
    axes = dict(Axis.objects.current().values_list("number", "pk"))
    Workshop.objects.bulk_create(
        Workshop(item=item, axis_id=axes.get(row["axis"]), capacity=convention.capacity // 3)
        for item, row in zip(items, rows, strict=True)
        if "axis" in row
    )


def _register(random: Random, convention: Convention, people: list[tuple[User, Organisation]], opens_at) -> None:
    """In order of arrival: the first have a seat, the others wait. Written at once, nobody else being there yet."""
    known = {(a.email, a.organisation_id): a for a in Attendee.objects.all()}
    missing = [
        Attendee(name=person.full_name, email=person.email, organisation=organisation, user=person)
        for person, organisation in people
        if (person.email, organisation.pk) not in known
    ]
    known |= {(a.email, a.organisation_id): a for a in Attendee.objects.bulk_create(missing)}
    registrations = []
    codes = Random(f"{convention.slug} codes")  # noqa: S311  apart, so that what is drawn elsewhere stays the same
    at = opens_at
    for rank, (person, organisation) in enumerate(people):
        at += timedelta(minutes=random.randint(1, 170))
        seated = rank < convention.capacity
        registrations.append(
            Registration(
                convention=convention, attendee=known[person.email, organisation.pk], registered_by=person,
                code=draw_code(codes.choice),
                status="confirmed" if seated else "waiting", registered_at=at, confirmed_at=at if seated else None,
                audience=Attendee(organisation=organisation, user=person).audience,
            )
        )  # fmt: skip
    Registration.objects.bulk_create(registrations)


def _wish(convention: Convention, now: datetime) -> None:
    """Open for ten days more; three people in four have ranked, most of them the same two workshops first."""
    random = Random(f"{convention.slug} wishes")  # noqa: S311  apart, so that what is drawn elsewhere stays the same
    convention.wishes_open_at, convention.wishes_close_at = now - timedelta(days=12), now + timedelta(days=10)
    convention.save(update_fields=["wishes_open_at", "wishes_close_at"])
    workshops = Workshop.objects.filter(item__convention=convention)
    workshops.update(organisation_cap=3, region_floor=1)
    wished = list(workshops.order_by("item__starts_at", "item"))
    made = []
    for registration in convention.registrations.order_by("pk"):
        left = wished * (random.random() < 0.75)
        for rank in range(1, min(len(left), random.randint(3, 5)) + 1):
            chosen = left.pop(min(int(random.expovariate(0.5)), len(left) - 1))
            made.append(Wish(registration=registration, workshop=chosen, rank=rank))
    Wish.objects.bulk_create(made)
