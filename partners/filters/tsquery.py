"""What PostgreSQL understood of a search, read back as a tree: « 'inclus' & !( 'numer' | 'ecol' ) »."""

import re
from dataclasses import dataclass

TOKEN = re.compile(r"\s*(?:(?P<word>'(?:[^'\\]|''|\\.)*')(?::[*A-D]*)?|(?P<near><(?:-|\d+)>)|(?P<sign>[&|!()]))")


@dataclass(frozen=True)
class Node:
    """``kind``: word, near (words at a distance), not, &, |. ``text`` is the word, or the tsquery of what is near."""

    kind: str
    text: str = ""
    parts: tuple["Node", ...] = ()

    @property
    def words(self) -> frozenset[str]:
        """Every word that stands in it, wanted or not."""
        return (
            frozenset({self.text}) if self.kind == "word" else frozenset().union(*(each.words for each in self.parts))
        )


class _Reader:
    def __init__(self, text: str):
        self.text = text
        self.tokens = list(TOKEN.finditer(text))
        self.at = 0

    def sees(self, kind: str, value: str = "") -> bool:
        found = self.tokens[self.at].group(kind) if self.at < len(self.tokens) else None
        return found == value if value else found is not None

    def level(self, sign: str = "|") -> Node:
        parts = [self.inner(sign)]
        while self.sees("sign", sign):
            self.at += 1
            parts.append(self.inner(sign))
        return parts[0] if len(parts) == 1 else Node(sign, parts=tuple(parts))

    def inner(self, sign: str) -> Node:
        return self.level("&") if sign == "|" else self.near()

    def near(self) -> Node:
        first, parts = self.at, [self.single()]
        while self.sees("near"):
            self.at += 1
            parts.append(self.single())
        if len(parts) == 1:
            return parts[0]
        return Node("near", self.text[self.tokens[first].start() : self.tokens[self.at - 1].end()], tuple(parts))

    def single(self) -> Node:
        token, self.at = self.tokens[self.at], self.at + 1
        if token["sign"] == "!":
            return Node("not", parts=(self.single(),))
        if token["sign"] == "(":
            found = self.level()
            self.at += 1
            return found
        return Node("word", re.sub(r"''|\\(.)", lambda match: match[1] or "'", token["word"][1:-1]))


def tree(text: str) -> Node | None:
    """The tree of a tsquery as PostgreSQL writes it; None when no word is left."""
    return _Reader(text).level() if text.strip() else None
