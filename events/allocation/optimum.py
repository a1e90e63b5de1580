"""The best allocation under its constraints, by a mixed-integer program that HiGHS solves.

Goals one after the other, each under what the former reached: fewest seats missing to floors; most people with one of
their first two wishes; most people with a workshop; the dearest wishes in all; then a lottery between equals. And
never less than the plain draw gives, by any of its figures.

Determinism: one thread, whole numbers, no stop by the clock but one by steps, a lottery that leaves one answer.
"""

from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256

import highspy
import numpy as np

from events.allocation.draw import draw
from events.allocation.terms import Allocation, Person, Workshop, clashes, floors, lots
from events.allocation.verdict import figures, short_of_floors

WORTH = (100, 60, 35, 20, 12)
"""Of a first wish, a second … Steps that shrink, so that two second wishes beat a first and a fifth."""
WORTH_BEYOND = 8
OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.5,
    "mip_max_nodes": 20_000,
}
"""Every cost is whole, hence the half. Nodes bound the search, not seconds: the same on any machine."""


def worth(rank: int) -> int:
    """Of a wish of this rank, from 0."""
    return WORTH[rank] if rank < len(WORTH) else WORTH_BEYOND


class Program:
    """A growing set of 0/1 variables and rows, solved for one goal after the other."""

    def __init__(self):
        self.solver = highspy.Highs()
        for option, value in OPTIONS.items():
            self.solver.setOptionValue(option, value)
        self.count = 0
        self.is_proven = True

    def variable(self, upper: float = 1) -> int:
        self.solver.addVar(0, upper)
        self.solver.changeColIntegrality(self.count, highspy.HighsVarType.kInteger)
        self.count += 1
        return self.count - 1

    def row(self, terms: dict[int, float], *, least: float = -highspy.kHighsInf, most: float = highspy.kHighsInf):
        columns = np.fromiter(terms, np.int32, len(terms))
        self.solver.addRow(least, most, len(terms), columns, np.fromiter(terms.values(), np.float64, len(terms)))

    def best(self, goal: dict[int, float]) -> np.ndarray:
        """The values for which ``goal`` is greatest; what it reached binds every later goal."""
        costs = np.zeros(self.count)
        costs[list(goal)] = list(goal.values())
        self.solver.changeColsCost(self.count, np.arange(self.count, dtype=np.int32), costs)
        self.solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.solver.run()
        self.is_proven &= self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        values = np.round(np.array(self.solver.getSolution().col_value))
        if goal:
            self.row(goal, least=float(round(costs @ values)))
        return values


def allocate(people: Sequence[Person], workshops: Sequence[Workshop], *, seed: str) -> Allocation:
    """The best allocation; people without a wish get nothing. About 2 s for 500 people, 5 wishes, 12 workshops."""
    people = sorted(people, key=lambda person: person.key)
    program = Program()
    at = {(p.key, wish): program.variable() for p in people for wish in p.wishes}
    missing = _constraints(program, people, workshops, at)
    goals = _goals(program, people, at)
    values = program.best(missing)
    _no_worse_than(draw(people, workshops, seed=seed), program, people, workshops, goals, values[list(missing)].sum())
    for name in ("first_or_second", "served", "worth"):
        program.best(goals[name])
    values = program.best(_lottery(people, seed, at))
    given = {p.key: tuple(wish for wish in p.wishes if values[at[p.key, wish]]) for p in people}
    return Allocation(
        seed, {key: keys for key, keys in given.items() if keys}, lots(people, seed), is_proven=program.is_proven
    )


def _constraints(program: Program, people, workshops, at) -> dict[int, float]:
    """Capacities, caps, overlaps and floors; gives back the goal « few seats missing to floors »."""
    by_key = {workshop.key: workshop for workshop in workshops}
    wishing, of_organisation, of_region = defaultdict(list), defaultdict(list), defaultdict(list)
    for person in people:
        for wish in person.wishes:
            column = at[person.key, wish]
            wishing[wish].append(column)
            of_region[wish, person.region].append(column)
            if person.organisation is not None and by_key[wish].organisation_cap is not None:
                of_organisation[wish, person.organisation].append(column)
    for key, columns in wishing.items():
        program.row(dict.fromkeys(columns, 1), most=by_key[key].capacity)
    for (key, _), columns in of_organisation.items():
        program.row(dict.fromkeys(columns, 1), most=by_key[key].organisation_cap)
    _one_at_a_time(program, people, workshops, at)
    missing = {}
    for place, floor in floors(people, workshops).items():
        column = program.variable(floor)
        missing[column] = -1
        program.row(dict.fromkeys([*of_region[place], column], 1), least=floor)
    return missing


def _one_at_a_time(program: Program, people, workshops, at) -> None:
    for group in clashes(workshops):
        for person in people:
            columns = [at[person.key, wish] for wish in person.wishes if wish in group]
            if len(columns) > 1:
                program.row(dict.fromkeys(columns, 1), most=1)


def _goals(program: Program, people, at) -> dict[str, dict[int, float]]:
    """By figure of ``verdict.figures``, the terms that count it; and ``worth``."""
    served, first_or_second = {}, {}
    for person in people:
        for counted, wishes in ((served, person.wishes), (first_or_second, person.wishes[:2])):
            if wishes:
                column = program.variable()
                counted[column] = 1
                program.row({column: -1, **{at[person.key, wish]: 1 for wish in wishes}}, least=0)
    return {
        "served": served,
        "first_or_second": first_or_second,
        "first": {at[p.key, p.wishes[0]]: 1 for p in people if p.wishes},
        "wishes": dict.fromkeys(at.values(), 1),
        "worth": {at[p.key, wish]: worth(rank) for p in people for rank, wish in enumerate(p.wishes)},
    }


def _no_worse_than(plain: Allocation, program, people, workshops, goals, short: float) -> None:
    if short_of_floors(plain, people, workshops) == short:
        for name, number in figures(plain, people).items():
            if number:
                program.row(goals[name], least=number)


def _lottery(people, seed: str, at) -> dict[int, float]:
    """A ticket for each wish, from 1 to 2²⁰: two answers draw the same total about never (isolation lemma)."""
    return {
        at[person.key, wish]: int.from_bytes(sha256(f"{seed}:{person.key}:{wish}".encode()).digest()[:4]) % 2**20 + 1
        for person in people
        for wish in person.wishes
    }
