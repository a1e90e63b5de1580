"""The nouns of an allocation, and the order that its seed draws."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True)
class Workshop:
    """``starts_at`` and ``ends_at``: anything that compares, the end excluded.

    At most ``organisation_cap`` people of one organisation (None: no cap); ``region_floor`` seats kept for each région
    of which somebody wishes it, as long as somebody does.
    """

    key: str
    starts_at: float
    ends_at: float
    capacity: int
    organisation_cap: int | None = None
    region_floor: int = 0

    def overlaps(self, other: "Workshop") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True)
class Person:
    """``wishes``: keys of workshops, the dearest first, none twice. ``key`` names nobody."""

    key: str
    wishes: tuple[str, ...]
    organisation: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class Allocation:
    """``given``: the keys of the workshops of each person who has one. ``lots``: their number in the draw, from 1.

    ``is_proven`` is false when the search was cut at its bound on steps: valid, perhaps not the best.
    """

    seed: str
    given: dict[str, tuple[str, ...]]
    lots: dict[str, int] = field(repr=False)
    is_proven: bool = True

    def has(self, person: str, workshop: str) -> bool:
        return workshop in self.given.get(person, ())


def lots(people: Iterable[Person], seed: str) -> dict[str, int]:
    """The number of each person in the draw, from 1: the order of SHA-256 of the seed, a colon and the person's key."""
    drawn = sorted(people, key=lambda person: (sha256(f"{seed}:{person.key}".encode()).digest(), person.key))
    return {person.key: number for number, person in enumerate(drawn, 1)}


def clashes(workshops: Sequence[Workshop]) -> list[tuple[str, ...]]:
    """Groups of workshops of which one can attend but one: for each beginning, those under way."""
    groups = {
        tuple(sorted(w.key for w in workshops if w.starts_at <= moment < w.ends_at))
        for moment in {w.starts_at for w in workshops}
    }
    return sorted(group for group in groups if len(group) > 1)


def floors(people: Iterable[Person], workshops: Iterable[Workshop]) -> dict[tuple[str, str], int]:
    """Seats that each workshop keeps for each région: never more than the people of the région who wish it."""
    wished = defaultdict(int)
    for person in people:
        if person.region:
            for wish in person.wishes:
                wished[wish, person.region] += 1
    floor = {workshop.key: workshop.region_floor for workshop in workshops}
    return {
        (key, region): min(floor[key], number) for (key, region), number in sorted(wished.items()) if floor.get(key)
    }
