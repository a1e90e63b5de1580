"""Words typed by people: the search of PostgreSQL in French, and the correction of what nobody wrote."""

import re
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery
from django.db import connection

MAX_LENGTH = 200
MAX_WORDS = 8
IDLE = {"les", "the"}
"""Words that the French stop list of PostgreSQL forgets."""
PIECES = re.compile(r'"[^"]*"?|-?[^\s"]+')
LETTERS = re.compile(r"[^\W\d_]{3,30}")


@dataclass(frozen=True)
class Query:
    """``typed`` is what the reader wrote, ``searched`` what is looked for once corrected."""

    typed: str = ""
    searched: str = ""

    def __bool__(self) -> bool:
        return bool(self.typed)

    @property
    def tsquery(self) -> SearchQuery:
        return SearchQuery(self.searched, config="fr", search_type="websearch")

    @property
    def is_corrected(self) -> bool:
        return self.searched != without_idle_words(self.typed)

    @property
    def exact(self) -> str:
        """The same words, each between quotes: quoted words are never corrected."""
        return " ".join(piece if piece[0] in '"-' else f'"{piece}"' for piece in PIECES.findall(self.typed))


def without_idle_words(text: str) -> str:
    return " ".join(piece for piece in PIECES.findall(text) if piece.lower() not in IDLE)


def understand(typed: str) -> Query:
    """The query for ``typed``: words known to nothing that we publish are corrected. Two queries at most."""
    searched = without_idle_words(typed)
    words = [word for piece in PIECES.findall(searched) if piece[0] not in '"-' for word in LETTERS.findall(piece)]
    for word, correction in corrections(words[:MAX_WORDS]).items():
        searched = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", correction, searched)
    return Query(typed, searched)


UNKNOWN = """
SELECT word FROM unnest(%s::text[]) AS asked(word)
WHERE numnode(plainto_tsquery('fr', word)) > 0
    AND NOT EXISTS (SELECT FROM partners_vocabularyword v WHERE v.word = lower(f_unaccent(asked.word)))
    AND NOT EXISTS (
        SELECT FROM partners_projectindex WHERE partners_words(project_id, words) @@ plainto_tsquery('fr', asked.word))
    AND NOT EXISTS (SELECT FROM partners_organisation WHERE search @@ plainto_tsquery('fr', asked.word) AND is_public)
"""
CANDIDATES = """
SELECT asked.word, asked.plain, near.word, near.shown, near.uses
FROM (SELECT word, lower(f_unaccent(word)) AS plain FROM unnest(%s::text[]) AS given(word)) AS asked,
LATERAL (
    (SELECT word, shown, uses FROM partners_vocabularyword v WHERE v.word %% asked.plain
        ORDER BY similarity(v.word, asked.plain) DESC, uses DESC LIMIT 20)
    UNION
    (SELECT word, shown, uses FROM partners_vocabularyword v
        WHERE length(asked.plain) <= 6 AND v.word BETWEEN left(asked.plain, 1) AND left(asked.plain, 1) || 'zzzzzz'
            AND length(v.word) BETWEEN length(asked.plain) - 1 AND length(asked.plain) + 1
        ORDER BY uses DESC LIMIT 400)
    UNION
    (SELECT word, shown, uses FROM partners_vocabularyword v
        WHERE length(asked.plain) >= 4 AND v.word BETWEEN asked.plain AND asked.plain || 'zzzzzz'
        ORDER BY uses DESC LIMIT 3)
) AS near
"""


def corrections(words: list[str]) -> dict[str, str]:
    """Word → the nearest one that we know, for the words that nothing published contains."""
    if not words:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(UNKNOWN, [words])
        unknown = [word for (word,) in cursor.fetchall()]
        if not unknown:
            return {}
        cursor.execute(CANDIDATES, [unknown])
        rows = cursor.fetchall()
    best: dict[str, tuple[int, int, str]] = {}
    for word, plain, known, shown, uses in rows:
        distance = 0 if len(plain) >= 4 and known.startswith(plain) else edits(plain, known)
        if distance <= tolerance(plain):
            best[word] = min(best.get(word, (99, 0, "")), (distance, -uses, shown))
    return {word: shown for word, (_, _, shown) in best.items()}


def tolerance(word: str) -> int:
    """How many slips a word of this length may hold."""
    return 0 if len(word) < 4 else 1 if len(word) < 7 else 2


def edits(one: str, other: str) -> int:
    """Letters added, lost, changed or swapped with their neighbour (optimal string alignment)."""
    before, previous = [], list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        current = [i]
        for j, b in enumerate(other, 1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, previous = previous, current
    return previous[-1]
