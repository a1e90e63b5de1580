"""In which order the kinds of results stand: the one whose best row is nearest to what was typed comes first."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from alliance.portal.interpretation import tokens


@dataclass(frozen=True)
class Section:
    """Results of one kind: ``names`` are what its rows are called, ``template`` draws them from ``found``."""

    kind: str
    template: str
    found: object
    names: tuple[str, ...] = field(default=())

    def score(self, words: set[str]) -> float:
        """1 when a row is called exactly by the typed words, 0 when none of its names holds any."""
        return max((likeness(words, set(tokens(name))) for name in self.names), default=0.0)


def likeness(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0


def ranked(sections: Iterable[Section], searched: str) -> list[Section]:
    """Those that found something, the likeliest first; between equals, the order given."""
    words = set(tokens(searched))
    return sorted((section for section in sections if section.found), key=lambda section: -section.score(words))
