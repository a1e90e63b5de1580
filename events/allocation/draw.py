"""The plain way, to compare with: each in the order of the draw takes the best of what is left."""

from collections import Counter
from collections.abc import Sequence

from events.allocation.terms import Allocation, Person, Workshop, floors, lots


def draw(people: Sequence[Person], workshops: Sequence[Workshop], *, seed: str) -> Allocation:
    """A serial dictatorship under the same constraints: seats that a floor keeps go to nobody else.

    In rounds of one wish each, so that nobody takes three before others have one.
    """
    by_key = {workshop.key: workshop for workshop in workshops}
    drawn = lots(people, seed)
    kept = floors(people, workshops)
    left = {workshop.key: workshop.capacity for workshop in workshops}
    of_organisation, given = Counter(), {person.key: () for person in people}

    def may_take(person: Person, key: str) -> bool:
        workshop = by_key[key]
        owed = sum(number for (of, region), number in kept.items() if of == key)
        return (
            left[key] > (0 if kept.get((key, person.region)) else owed)
            and not any(workshop.overlaps(by_key[other]) for other in given[person.key])
            and (
                workshop.organisation_cap is None
                or person.organisation is None
                or of_organisation[key, person.organisation] < workshop.organisation_cap
            )
        )

    def take(person: Person, key: str) -> None:
        given[person.key] += (key,)
        left[key] -= 1
        of_organisation[key, person.organisation] += 1
        if kept.get((key, person.region)):
            kept[key, person.region] -= 1

    order = sorted(people, key=lambda person: drawn[person.key])
    for _ in range(max((len(person.wishes) for person in people), default=0)):
        for person in order:
            key = next((k for k in person.wishes if k not in given[person.key] and may_take(person, k)), None)
            if key:
                take(person, key)
    return Allocation(seed, {key: keys for key, keys in given.items() if keys}, drawn)
