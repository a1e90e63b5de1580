"""Whether an allocation keeps its constraints, and how well it serves: plain counting, no solver."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from events.allocation.terms import Allocation, Person, Workshop, floors


def breaches(allocation: Allocation, people: Sequence[Person], workshops: Sequence[Workshop]) -> list[str]:
    """What an allocation breaks, a sentence each; floors apart (``short_of_floors``)."""
    by_person = {person.key: person for person in people}
    by_key = {workshop.key: workshop for workshop in workshops}
    told, taken, of_organisation = [], Counter(), Counter()
    for person, keys in allocation.given.items():
        told += [f"{person} did not wish {key}" for key in keys if key not in by_person[person].wishes]
        told += [f"{person} twice in {key}" for key, times in Counter(keys).items() if times > 1]
        told += [f"{person} in {a} and {b} at once" for a, b in combinations(keys, 2) if by_key[a].overlaps(by_key[b])]
        taken.update(keys)
        of_organisation.update((key, by_person[person].organisation) for key in keys)
    told += [f"{key} holds {number}" for key, number in taken.items() if number > by_key[key].capacity]
    for (key, organisation), number in of_organisation.items():
        cap = by_key[key].organisation_cap
        if organisation is not None and cap is not None and number > cap:
            told.append(f"{organisation} has {number} in {key}")
    return told


def short_of_floors(allocation: Allocation, people: Sequence[Person], workshops: Sequence[Workshop]) -> int:
    """Seats that a floor promises a région and that nobody of it has."""
    of_region = Counter()
    for person in people:
        of_region.update((key, person.region) for key in allocation.given.get(person.key, ()))
    return sum(max(0, floor - of_region[at]) for at, floor in floors(people, workshops).items())


def figures(allocation: Allocation, people: Sequence[Person]) -> dict[str, int]:
    """Counts of people and of wishes; each grows with the quality of the allocation.

    ``served``: people with a workshop at least; ``first``: with their first wish; ``first_or_second``: with one of
    the first two at least; ``wishes``: workshops given in all.
    """
    counts = Counter(served=0, first=0, first_or_second=0, wishes=0)
    for person in people:
        given = set(allocation.given.get(person.key, ()))
        counts["served"] += bool(given)
        counts["first"] += bool(given & set(person.wishes[:1]))
        counts["first_or_second"] += bool(given & set(person.wishes[:2]))
        counts["wishes"] += len(given)
    return dict(counts)
