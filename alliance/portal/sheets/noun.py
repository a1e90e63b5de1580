"""What every noun of spreadsheets says of itself."""

from collections.abc import Iterable, Iterator

from django.db import models
from django.db.models import QuerySet

from alliance.portal.sheets.columns import Column
from alliance.portal.sheets.lists import Lists
from partners.models import User

OUTSIDE = "Cette ligne sortirait de votre périmètre : l’équipe nationale peut l’écrire."
ABOVE = "La même ligne figure déjà plus haut dans le fichier."


class Noun:
    """``label``: the column that names a line. ``keys``: those by which a file from elsewhere finds a row.

    ``rules``: sentences of what triggers refuse, by the constraint's name; ``parts``: models written along.
    """

    key = title = one = label = change_list = ""
    columns: tuple[Column, ...] = ()
    model: type[models.Model]
    parts: tuple[type[models.Model], ...] = ()
    keys: tuple[str, ...] = ()
    rules: dict[str, str] = {}
    lists = Lists

    def rows(self, user: User) -> QuerySet:
        """Those that the agent may change, whole."""
        raise NotImplementedError

    def count(self, user: User, keys: list[int] | None = None) -> int:
        rows = self.model.objects.writable_by(user)
        return (rows if keys is None else rows.filter(pk__in=keys)).count()

    def identity(self, row) -> str:
        return str(row.public_id)

    def label_of(self, row) -> str:
        """How a line of the comparison names it."""
        return str(row)

    def identified(self, rows: QuerySet, texts: Iterable[str]) -> dict[str, models.Model]:
        """``{identity: row}``; what has not the shape of one is nobody's."""
        return {str(one.public_id): one for one in rows.filter(public_id__in=valid(texts))}

    def held(self, lines: list[dict[str, str]], lists: Lists) -> list[int | None]:
        """The row that each line of a file from elsewhere speaks of: such files have no identity."""
        return [None] * len(lines)

    def check(self, values: dict, current, lists: Lists, edited: set[str]) -> Iterator[tuple[str, str]]:
        """(key, sentence) for what is wrong with the line as a whole; ``values``: those of every column."""
        yield from ()

    def write(self, current, values: dict, lists: Lists) -> int:
        """Write the values that changed, or a new row; its key. Raises ValidationError, Conflict, IntegrityError."""
        raise NotImplementedError

    def write_together(self, lines: list[tuple], lists: Lists) -> list[int] | None:
        """The same of many ``(current, values)`` in a few statements; None: this noun is written line by line."""
        return None

    def leave(self, row_id: int, user: User) -> str:
        """Leave without sequel a row that the file created and that its traces keep; how, in a sentence."""
        return ""


def valid(identities: Iterable[str]) -> list[str]:
    """Those that have the shape of one."""
    return [
        one
        for one in identities
        if len(one) == 36 and one.count("-") == 4 and not set(one.lower()) - set("0123456789abcdef-")
    ]
