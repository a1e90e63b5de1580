"""What a sentence typed in the one search box asks for: an axis, a place, and words that are left."""

import re
from dataclasses import dataclass, replace

from django.http import QueryDict

from alliance.lib.french import enumeration
from partners.filters import places
from partners.filters.places import Place, plain
from partners.models import Axis

LINKS = {
    "a", "au", "aux", "autour", "chez", "d", "dans", "de", "des", "du", "en", "et", "l", "la", "le", "les", "pour",
    "pres", "projet", "projets", "sur", "vers",
}  # fmt: skip
"""Words that tie an axis to a place; alone, they ask for nothing."""
MAX_TOKENS, MAX_PLACE_TOKENS = 24, 6


@dataclass(frozen=True)
class Interpretation:
    """« inclusion numérique à Brest » → the axis, Brest, and no other word."""

    axes: tuple[Axis, ...] = ()
    place: Place | None = None
    words: str = ""

    @property
    def says_something(self) -> bool:
        """Whether it is more than a search of the same words."""
        return bool(self.axes or self.place)

    def wider(self) -> list["Interpretation"]:
        """The same without one of its parts, when it has several: where to look when it finds nothing."""
        parts = {"words": "", "axes": (), "place": None}
        said = [name for name in parts if getattr(self, name)]
        return [replace(self, **{name: parts[name]}) for name in said] if len(said) > 1 else []

    @property
    def title(self) -> str:
        """« Inclusion numérique : Brest (29), « ordinateurs » »."""
        axes = enumeration(axis.label for axis in self.axes)
        place = self.place.label if self.place else ""
        words = f"« {self.words} »" if self.words else ""
        said = " : ".join(part for part in (axes, place, words) if part)
        return said[:1].upper() + said[1:]

    def query(self, *, around: bool = False) -> QueryDict:
        """The parameters of a list; ``around`` asks for 25 km around a commune in the stead of the commune itself."""
        data = QueryDict(mutable=True)
        if self.words:
            data["q"] = self.words
        data.setlist("axis", [str(axis.number) for axis in self.axes])
        if self.place and around:
            data["near"] = str(self.place.point)
        elif self.place:
            data[self.place.parameter] = self.place.code
        return data


def tokens(text: str) -> list[str]:
    return re.findall(r"\w+", plain(text))[:MAX_TOKENS]


def interpret(text: str) -> Interpretation:
    """Four queries at most, whatever is typed."""
    left = tokens(text)
    axes = []
    for axis in Axis.objects.current().exclude(status=Axis.Status.TO_FILL_IN).order_by("number"):
        at = position(tokens(axis.label), left)
        if at is not None:
            axes.append(axis)
            left[at : at + len(tokens(axis.label))] = [""]
    place, used = find_place(left)
    words = [word for word in (left[: used.start] + left[used.stop :]) if word]
    while words and words[0] in LINKS:
        del words[0]
    while words and words[-1] in LINKS:
        del words[-1]
    return Interpretation(tuple(axes), place, " ".join(words))


def position(wanted: list[str], among: list[str]) -> int | None:
    """Where ``wanted`` stands in one piece."""
    return next((at for at in range(len(among)) if wanted and among[at : at + len(wanted)] == wanted), None)


def find_place(words: list[str]) -> tuple[Place | None, slice]:
    """The place with the longest name, articles aside; « la Creuse » is the département before the commune."""
    spans = [
        slice(start, stop)
        for start in range(len(words))
        for stop in range(start + 1, min(start + MAX_PLACE_TOKENS, len(words)) + 1)
        if "" not in words[start:stop] and not all(word in LINKS for word in words[start:stop])
    ]
    known = places.exact([" ".join(words[span]) for span in spans])
    found = [(known[name], span) for span in spans if (name := " ".join(words[span])) in known]
    return max(found, key=lambda pair: weight(*pair, words), default=(None, slice(0, 0)))


def weight(place: Place, span: slice, words: list[str]) -> tuple:
    telling = sum(word not in LINKS for word in words[span])
    return telling, place.parameter != "commune", span.stop - span.start, span.start
