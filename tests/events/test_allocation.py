"""Workshops by ranked wishes: constraints, determinism, no worse than the plain draw. Checked by its own counting."""

import random
from collections import Counter
from hashlib import sha256
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.allocation import Allocation, Person, Workshop, allocate, figures
from events.allocation.draw import draw
from events.allocation.told import Reasons
from events.allocation.verdict import breaches, short_of_floors


def gathering(seed: int, *, people=500, seats=(20, 45), cap=3, floor=1):
    """Twelve workshops in three slots, wishes that crowd on some of them."""
    chance = random.Random(seed)
    workshops = [Workshop(f"w{i}", i // 4, i // 4 + 1, chance.randint(*seats), cap, floor) for i in range(12)]
    draws = [chance.paretovariate(1) for _ in workshops]
    crowd = []
    for number in range(people):
        wishes = []
        while len(wishes) < 5:
            (wish,) = chance.choices(workshops, draws)
            wishes += [wish.key] if wish.key not in wishes else []
        region = f"r{min(17, int(chance.expovariate(0.3)))}"
        crowd.append(Person(f"p{number:03}", tuple(wishes), f"o{chance.randint(0, 80)}", region))
    return crowd, workshops


def assert_holds(allocation: Allocation, people, workshops) -> None:
    """Written without the portal's own check: sets and counts of what was given."""
    wishes = {person.key: set(person.wishes) for person in people}
    for key, keys in allocation.given.items():
        assert len(set(keys)) == len(keys)
        assert set(keys) <= wishes[key]
    for workshop in workshops:
        present = [person for person in people if workshop.key in allocation.given.get(person.key, ())]
        assert len(present) <= workshop.capacity
        companies = Counter(person.organisation for person in present if person.organisation)
        assert max(companies.values(), default=0) <= (workshop.organisation_cap or len(people))
    for one, other in combinations(workshops, 2):
        if max(one.starts_at, other.starts_at) < min(one.ends_at, other.ends_at):
            assert not [keys for keys in allocation.given.values() if one.key in keys and other.key in keys]


def dictatorship(people, workshops, order) -> Allocation:
    """Each in turn takes all that fits, dearest first: the usual serial dictatorship, without floors."""
    by_key = {workshop.key: workshop for workshop in workshops}
    taken, companies, places = Counter(), Counter(), {}
    for person in order:
        for wish in person.wishes:
            workshop = by_key[wish]
            free = taken[wish] < workshop.capacity
            within = companies[wish, person.organisation] < (workshop.organisation_cap or len(people))
            if free and within and not any(workshop.overlaps(by_key[key]) for key in places.get(person.key, ())):
                taken[wish] += 1
                companies[wish, person.organisation] += 1
                places[person.key] = (*places.get(person.key, ()), wish)
    return Allocation("", places, {})


def test_five_hundred_people_have_the_best_that_constraints_allow():
    people, workshops = gathering(1)

    allocation = allocate(people, workshops, seed="2027")

    assert_holds(allocation, people, workshops)
    assert allocation.is_proven
    ours, plain = figures(allocation, people), figures(draw(people, workshops, seed="2027"), people)
    assert all(ours[name] >= plain[name] for name in plain)
    for seed in range(5):
        order = random.Random(seed).sample(people, len(people))
        usual = figures(dictatorship(people, workshops, order), people)
        assert ours["first_or_second"] > usual["first_or_second"]


def test_the_same_seed_gives_the_same_places_whatever_the_order_of_the_rows():
    people, workshops = gathering(2, people=120, seats=(5, 12))
    first = allocate(people, workshops, seed="a")

    assert allocate(people[::-1], workshops[::-1], seed="a").given == first.given
    assert allocate(people, workshops, seed="b").given != first.given


def test_places_of_a_seed_are_those_of_every_machine():
    people, workshops = gathering(3, people=60, seats=(3, 6))
    given_places = allocate(people, workshops, seed="published").given

    assert sum(map(len, given_places.values())) == 56
    assert sha256(repr(sorted(given_places.items())).encode()).hexdigest()[:16] == "b886ceb980589ed2"


SLOTS = st.integers(0, 2)
WORKSHOPS = st.lists(
    st.tuples(SLOTS, st.integers(1, 2), st.integers(0, 4), st.sampled_from([None, 1, 2]), st.integers(0, 2)),
    min_size=1,
    max_size=5,
).map(lambda rows: [Workshop(f"w{i}", at, at + long, *rest) for i, (at, long, *rest) in enumerate(rows)])


@st.composite
def small_worlds(draw_):
    workshops = draw_(WORKSHOPS)
    wishes = st.lists(st.sampled_from([w.key for w in workshops]), unique=True, max_size=4).map(tuple)
    names = st.sampled_from([None, "a", "b"])
    rows = draw_(st.lists(st.tuples(wishes, names, names), max_size=8))
    return [Person(f"p{i}", *row) for i, row in enumerate(rows)], workshops


@settings(max_examples=60, deadline=None)
@given(small_worlds(), st.sampled_from("abc"))
def test_any_small_gathering_keeps_its_constraints_and_beats_the_draw(world, seed):
    people, workshops = world
    allocation, plain = allocate(people, workshops, seed=seed), draw(people, workshops, seed=seed)

    assert_holds(allocation, people, workshops)
    assert_holds(plain, people, workshops)
    assert short_of_floors(allocation, people, workshops) <= short_of_floors(plain, people, workshops)
    if short_of_floors(allocation, people, workshops) == short_of_floors(plain, people, workshops):
        ours, drawn = figures(allocation, people), figures(plain, people)
        assert all(ours[name] >= drawn[name] for name in drawn)


def test_where_a_floor_cannot_be_kept_it_is_no_worse_than_the_draw_either():
    """« w3 » has no seat at all, and promises one to the région of p3: it is missing to both."""
    workshops = [
        Workshop("w0", 0, 1, 3, region_floor=1), Workshop("w1", 0, 1, 1), Workshop("w2", 0, 1, 0),
        Workshop("w3", 0, 1, 0, region_floor=1),
    ]  # fmt: skip
    wishes = {"p0": ("w0", "w1"), "p1": (), "p2": ("w0",), "p3": ("w0", "w3"), "p4": ("w2", "w0")}
    people = [Person(key, row, region="a" if key == "p3" else None) for key, row in wishes.items()]

    allocation, plain = allocate(people, workshops, seed="a"), draw(people, workshops, seed="a")

    assert short_of_floors(allocation, people, workshops) == short_of_floors(plain, people, workshops) == 1
    assert figures(plain, people) == {"served": 3, "first": 3, "first_or_second": 3, "wishes": 3}
    assert figures(allocation, people) == figures(plain, people)


@settings(max_examples=30, deadline=None)
@given(small_worlds())
def test_no_wish_is_refused_without_a_reason(world):
    people, workshops = world
    reasons = Reasons(allocate(people, workshops, seed="s"), people, workshops)
    titles = {workshop.key: workshop.key for workshop in workshops}

    told = [sentence for person in people for sentence in reasons.of(person, titles)]

    assert not [sentence for sentence in told if "s’est arrêtée" in sentence]


def test_a_floor_keeps_a_seat_for_a_region():
    workshops = [Workshop("w", 0, 1, 2, region_floor=1)]
    people = [Person(f"p{number}", ("w",), region="53") for number in range(20)] + [Person("q", ("w",), region="94")]

    allocation = allocate(people, workshops, seed="s")

    assert allocation.has("q", "w")
    assert len(allocation.given) == 2


@pytest.mark.parametrize(
    ("given_places", "said"),
    [
        ({"p": ("a", "a")}, "p twice in a"),
        ({"p": ("b",)}, "p did not wish b"),
        ({"p": ("a",), "q": ("a",)}, "a holds 2"),
        ({"q": ("a", "b")}, "q in a and b at once"),
    ],
)
def test_control_a_breach_is_told(given_places, said):
    workshops = [Workshop("a", 0, 2, 1), Workshop("b", 1, 3, 5)]
    people = [Person("p", ("a",)), Person("q", ("a", "b"))]

    assert said in breaches(Allocation("s", given_places, {}), people, workshops)


def test_each_wish_has_its_sentence():
    workshops = [Workshop("a", 0, 1, 1, 1), Workshop("b", 0, 1, 9), Workshop("c", 2, 3, 9, 1)]
    people = [Person("p", ("a", "b", "c"), "o"), Person("q", ("c",), "o"), Person("r", ())]
    allocation = Allocation("s", {"p": ("a",), "q": ("c",)}, {})
    reasons = Reasons(allocation, people, workshops)
    titles = {"a": "Le grand âge", "b": "Le tri", "c": "Les lieux"}

    assert reasons.of(people[0], titles) == [
        "Votre 1er vœu, « Le grand âge » : vous avez une place.",
        "Votre 2e vœu, « Le tri » : il a lieu en même temps que « Le grand âge », que vous préfériez.",
        "Votre 3e vœu, « Les lieux » : votre organisation y a déjà 1\xa0place, le maximum pour chacune.",
    ]
    assert reasons.of(people[2], titles) == ["Vous n’avez pas classé d’ateliers : aucun ne vous est réservé."]
