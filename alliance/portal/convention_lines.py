"""The screens of a Convention in the back office, in the order of the year: the lines of its own page.

Each says in a sentence where it stands; a new screen is a ``Line`` more.
"""

from collections.abc import Callable
from dataclasses import dataclass

from alliance.lib import french
from events.models import Convention, ProgrammeChange, ProgrammeItem, Registration, Wish


@dataclass(frozen=True)
class Line:
    """``route`` takes the slug of the Convention; ``told`` reads it and answers a sentence, with a query or two."""

    route: str
    title: str
    told: Callable[[Convention], str]


def programme(convention: Convention) -> str:
    items = ProgrammeItem.everything.filter(convention=convention)
    stages = list(items.values_list("stage", flat=True))
    pending = stages.count("draft") + ProgrammeChange.objects.filter(item__convention=convention).count()
    told = f"{french.count(stages.count('live'), 'temps', 'temps')} au programme"
    if pending:
        told += f", {french.count(pending, 'changement', 'changements')} à publier"
    return f"{told}."


def workshops(convention: Convention) -> str:
    seated = convention.registrations.filter(status=Registration.Status.CONFIRMED)
    wishing = Wish.objects.filter(registration__in=seated).values("registration").distinct().count()
    people = french.count(wishing, "personne confirmée a", "personnes confirmées ont")
    return f"{people} classé des ateliers."


LINES = [
    Line("staff_workshops", "Ateliers et vœux", workshops),
]
