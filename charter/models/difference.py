"""What changes from one text of the charter to the next, word by word, aligned by article and by paragraph."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

TOKEN = re.compile(r"(?:[\w’'-]+|[^\w\s])\s*")
ALIKE = 0.3
ISLAND = 2
type Kind = Literal["same", "added", "removed", "changed"]


@dataclass(frozen=True)
class Run:
    kind: Kind
    text: str


@dataclass(frozen=True)
class Paragraph:
    kind: Kind
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Section:
    """An article: its heading, then its paragraphs."""

    kind: Kind
    heading: tuple[Run, ...]
    paragraphs: tuple[Paragraph, ...]

    @property
    def name(self) -> str:
        """Its heading of today, or the one it had."""
        kept = [run.text for run in self.heading if run.kind != "removed"] or [run.text for run in self.heading]
        return "".join(kept).strip()

    @property
    def words(self) -> str:
        """« article nouveau », « 2 paragraphes modifiés », or the empty string when it has not changed."""
        if self.kind in ("added", "removed"):
            return "article nouveau" if self.kind == "added" else "article supprimé"
        counts = Counter(paragraph.kind for paragraph in self.paragraphs)
        return ", ".join(told(counts) + (["titre modifié"] if self.kind == "changed" else []))


@dataclass(frozen=True)
class Difference:
    sections: tuple[Section, ...]
    counts: Counter = field(compare=False)

    @property
    def words(self) -> str:
        """« 4 paragraphes nouveaux, 2 modifiés, 1 supprimé », or « Aucun changement. »"""
        return ", ".join(told(self.counts)) or "aucun changement"


def told(counts: Counter) -> list[str]:
    """« 4 paragraphes nouveaux », « 2 modifiés », « 1 supprimé »; nothing where nothing changed."""
    words = [
        ("added", "nouveau", "nouveaux"),
        ("changed", "modifié", "modifiés"),
        ("removed", "supprimé", "supprimés"),
    ]
    parts = [f"{n} {one if n == 1 else many}" for kind, one, many in words if (n := counts[kind])]
    if not parts:
        return []
    number, _, rest = parts[0].partition(" ")
    return [f"{number} paragraphe{'s' if number != '1' else ''} {rest}", *parts[1:]]


type Text = tuple[tuple[str, str], ...]


def text_of(articles) -> Text:
    """The articles as hashable pairs of heading and text."""
    return tuple((article.heading, article.text) for article in articles)


def plain(text: Text) -> Difference:
    """The text alone, in the same shape."""
    return difference(text, text)


@lru_cache(maxsize=32)
def difference(old: Text, new: Text) -> Difference:
    """From ``old`` to ``new``. The same two texts are compared once in a process."""
    pairs = aligned(old, new, lambda a, b: likeness(" ".join(a), " ".join(b)))
    sections = tuple(_section(before, after) for before, after in pairs)
    kinds = Counter(paragraph.kind for section in sections for paragraph in section.paragraphs)
    return Difference(sections, kinds)


def _section(before: tuple[str, str] | None, after: tuple[str, str] | None) -> Section:
    heading = _paragraph(before and before[0], after and after[0])
    pairs = aligned(paragraphs(before), paragraphs(after), likeness)
    return Section(heading.kind, heading.runs, tuple(_paragraph(*pair) for pair in pairs))


def paragraphs(article: tuple[str, str] | None) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", article[1]) if part.strip()] if article else []


def _paragraph(before: str | None, after: str | None) -> Paragraph:
    if before == after:
        return Paragraph("same", (Run("same", after),))
    if before is None:
        return Paragraph("added", (Run("added", after),))
    if after is None:
        return Paragraph("removed", (Run("removed", before),))
    return Paragraph("changed", tuple(runs(before, after)))


def likeness(one: str, other: str) -> float:
    """How many words two texts share, from 0 to 1 (Dice)."""
    a, b = Counter(_words(one)), Counter(_words(other))
    return 2 * (a & b).total() / ((a.total() + b.total()) or 1)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def aligned(old: Sequence, new: Sequence, alike: Callable) -> list[tuple]:
    """Pairs in order, None where one side has nothing: the alignment that keeps the most in common."""
    scores = [[alike(a, b) for b in new] for a in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            paired = scores[i][j] + best[i + 1][j + 1] if scores[i][j] >= ALIKE else 0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(old) or j < len(new):
        if (
            i < len(old)
            and j < len(new)
            and scores[i][j] >= ALIKE
            and (best[i][j] == scores[i][j] + best[i + 1][j + 1])
        ):
            pairs.append((old[i], new[j]))
            i, j = i + 1, j + 1
        elif i < len(old) and (j == len(new) or best[i][j] == best[i + 1][j]):
            pairs.append((old[i], None))
            i += 1
        else:
            pairs.append((None, new[j]))
            j += 1
    return pairs


def runs(before: str, after: str) -> list[Run]:
    """Word by word; two words kept between two changes are not worth a breath and join the change."""
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    matcher = SequenceMatcher(None, [t.strip() for t in old], [t.strip() for t in new], autojunk=False)
    found: list[Run] = []
    removed = added = ""
    codes = matcher.get_opcodes()
    for index, (tag, i1, i2, j1, j2) in enumerate(codes):
        island = 0 < index < len(codes) - 1 and j2 - j1 <= ISLAND
        if tag != "equal" or island:
            removed, added = removed + "".join(old[i1:i2]), added + "".join(new[j1:j2])
            continue
        found += [Run("removed", removed), Run("added", added), Run("same", "".join(new[j1:j2]))]
        removed = added = ""
    return _spaced([*found, Run("removed", removed), Run("added", added)])


def _spaced(found: list[Run]) -> list[Run]:
    """Without the empty runs; a space stands outside the marks, and between two words that would touch."""
    spaced: list[Run] = []
    for run in found:
        text = run.text.rstrip() if run.kind != "same" else run.text
        if not text:
            continue
        touches = spaced and not spaced[-1].text[-1].isspace() and "same" not in (run.kind, spaced[-1].kind)
        if touches or (spaced and run.kind == "removed" and text[0].isalnum() and not spaced[-1].text[-1].isspace()):
            spaced.append(Run("same", " "))
        spaced.append(Run(run.kind, text))
        if text != run.text:
            spaced.append(Run("same", " "))
    return spaced
