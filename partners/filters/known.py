"""Short tables known whole: what a value of the address names, without a query while nothing of its noun changes."""

from collections.abc import Callable, Iterable, Mapping

from partners.filters.criteria import Choice


class Known:
    """Finds values among all those of one noun. ``read`` makes value → choice of the table; ``plain`` spells a value.

    With the versions of the nouns (alliance.lib.stamps) the table is read once for each version. They were read
    before it, so that what is kept is never older than they say.
    """

    def __init__(self, noun: str, read: Callable[[], dict[str, Choice]], plain: Callable[[str], str] = str):
        self.noun, self.read, self.plain = noun, read, plain
        self.kept: tuple[int | None, dict[str, Choice]] = (None, {})

    def __call__(self, values: Iterable[str], versions: Mapping[str, int] | None = None) -> dict[str, Choice]:
        known = self.at(versions[self.noun]) if versions and self.noun in versions else self.read()
        found = {value: known.get(self.plain(value)) for value in values}
        return {value: choice for value, choice in found.items() if choice is not None}

    def at(self, version: int) -> dict[str, Choice]:
        kept = self.kept
        if kept[0] != version:
            kept = self.kept = (version, self.read())
        return kept[1]
