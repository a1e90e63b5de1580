"""One thing that awaits a partner, and the place it is for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from partners.models import Membership, Organisation

MOST = 5
Role = Membership.Role


@dataclass(frozen=True)
class Todo:
    """``url`` opens where it is done. ``due`` orders things of one ``rank``; ``deadline``: after it, too late."""

    rank: int
    due: date
    title: str
    why: str
    url: str
    action: str
    deadline: date | None = None

    def pressing(self, on: date) -> tuple:
        """The order of a list: by deadline; what has none, or a far one, is due in as many weeks as its rank."""
        soon = on + timedelta(weeks=self.rank)
        return (min(self.deadline or soon, soon), self.rank, self.due, self.title)


@dataclass(frozen=True)
class Place:
    """An organisation, and what the person may do for it."""

    organisation: Organisation
    roles: frozenset[str]
    role_labels: tuple[str, ...]


def ids_of(places: Iterable[Place]) -> list[int]:
    return [place.organisation.pk for place in places]
