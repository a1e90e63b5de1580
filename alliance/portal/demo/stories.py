"""Titles and stories of projects, told from themes: the need, the way, the figures, and where things stand."""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

from alliance.lib import french
from alliance.portal.demo.places import Atlas, Place, at, of

# Inhabitants, from and below: a bus of the hamlets does not stop in Paris, a cyclist of the old town not in a village.
SIZES = {"small": (0, 9_000), "medium": (0, 60_000), "large": (40_000, 10**8), "any": (0, 10**8)}
# What part of the target is reached, from and to.
SHARES = {"idea": (0, 0), "ongoing": (0.15, 1.1), "done": (0.7, 1.3), "abandoned": (0.05, 0.4)}
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi")
NUMBERS = ("deux", "trois", "quatre", "cinq", "six")
SENTENCE_START = re.compile(r"(^|[.?!…]\s(?:»\s)?)([a-zàâçéèêëîïôöùûü])")

WAY = (
    "Le principe : {what}.",
    "L’idée tient en une phrase : {what}.",
    "Ce qui a été décidé : {what}.",
    "Le pari : {what}.",
)
IDEA = (
    "Rien n’est encore lancé. Il manque {need}.",
    "Le projet se prépare : reste à trouver {need}. Qui peut aider est le bienvenu.",
    "Une première réunion a eu lieu. Pour commencer, il faut {need}.",
    "L’objectif de la première année est posé : {target}. Il manque {need}.",
)
ONGOING = (
    "Depuis {start}, {reached}, pour un objectif de {goal}.",
    "Commencé en {start}. Où en est-on ? {reached}, quand on en visait {goal}.",
    "Le dernier relevé donne {reached}. L’objectif est de {goal} d’ici la fin.",
    "En un mot : {reached} depuis {start}. L’objectif est de {goal}.",
)
DONE = (
    "Le projet s’est achevé en {end} : {reached}, pour un objectif de {goal}. Il laisse {legacy}.",
    "Commencé en {start}, terminé en {end}. Au bout du compte, {reached}, et {legacy}.",
    "Terminé en {end}. On comptait sur {goal} ; le résultat : {reached}. Ce qui reste : {legacy}.",
)
ABANDONED = (
    "Le projet s’est arrêté en {end} : le lieu promis n’était plus libre. {reached} tout de même.",
    "Arrêté en {end}, faute d’un financement après la première année. {reached} : ce n’est pas rien.",
    "L’équipe a changé, le relais n’a pas été pris : fin en {end}. {reached} dans l’intervalle.",
    "Il a toujours manqué {need}. Le projet a pris fin en {end}, avec {reached}.",
)
ROLES = {
    "co_lead": "{name} porte le projet à parts égales.",
    "operator": "{name} fait vivre l’action au quotidien.",
    "funder": "{name} a financé le démarrage.",
    "host": "{name} prête le lieu.",
    "partner": "{name} prête main-forte.",
}


@dataclass(frozen=True)
class Theme:
    axes: tuple[int, ...]
    titles: list[str]
    summary: str
    opening: list[str]
    what: str
    detail: list[str]
    legacy: str
    need: str
    figures: list[tuple[str, int, int]]
    mot: list[str]
    lieu: list[str]
    size: str = "any"
    metropole: bool = False

    def suits(self, place: Place) -> bool:
        least, most = SIZES[self.size]
        return least <= place.population < most and not (self.metropole and place.department.startswith("97"))


@dataclass
class Figure:
    label: str
    target: int
    reached: int | None

    def said(self) -> str:
        return f"{french.number(self.reached or 0)}{french.SPACE}{self.label}"


@dataclass
class Story:
    title: str
    summary: str
    description: str
    axes: tuple[int, ...]
    at: str
    figures: list[Figure] = field(default_factory=list)


def load_themes() -> dict[int, list[Theme]]:
    """Themes by their first axis."""
    themes: dict[int, list[Theme]] = {}
    for path in sorted((Path(__file__).parent / "themes").glob("*.toml")):
        for row in tomllib.loads(french.typeset(path.read_text("utf-8")))["theme"]:
            theme = Theme(**row)
            themes.setdefault(theme.axes[0], []).append(theme)
    return themes


def tell(
    random: Random,
    theme: Theme,
    place: Place,
    atlas: Atlas,
    *,
    state: str,
    starts_on: date | None,
    ends_on: date | None,
    partners: list[tuple[str, str]],
) -> Story:
    """``partners``: role and name of the other organisations."""
    words = _words(random, theme, place, atlas)
    figures = _figures(random, state, theme.figures[: random.choice((1, 2, 2))])
    first = figures[0]
    words |= {
        "what": theme.what.format(**words),
        "need": theme.need.format(**words),
        "legacy": theme.legacy.format(**words),
        "target": f"{french.number(first.target)}{french.SPACE}{first.label}",
        "goal": french.number(first.target),
        "reached": first.said(),
        "start": french.month(starts_on) if starts_on else "",
        "end": french.month(ends_on) if ends_on else "",
    }
    endings = {"idea": IDEA, "ongoing": ONGOING, "done": DONE, "abandoned": ABANDONED}[state]
    way = random.choice(WAY) + (" " + random.choice(theme.detail) if state == "ongoing" else "")
    company = " ".join(ROLES[role].format(name=name) for role, name in partners)
    paragraphs = [random.choice(theme.opening), way, f"{random.choice(endings)} {company}".strip()]
    return Story(
        title=_sentence(random.choice(theme.titles), words),
        summary=_sentence(theme.summary, words),
        description="\n\n".join(_sentence(paragraph, words) for paragraph in paragraphs),
        axes=theme.axes if random.random() < 0.6 else theme.axes[:1],
        at=words["a_commune"],
        figures=figures,
    )


def _words(random: Random, theme: Theme, place: Place, atlas: Atlas) -> dict[str, str]:
    name = place.name
    words = {
        "commune": name,
        "a_commune": at(name),
        "a_Commune": at(name)[0].upper() + at(name)[1:],
        "de_commune": of(name),
        "dans_dep": atlas.within[place.department],
        "de_dep": atlas.of[place.department],
        "jour": random.choice(DAYS),
        "n": random.choice(NUMBERS),
        "lieu": random.choice(theme.lieu),
    }
    return words | {"mot": random.choice(theme.mot).format(**words)}


def _sentence(text: str, words: dict[str, str]) -> str:
    """The text with its words in place, and capitals where sentences begin."""
    return SENTENCE_START.sub(lambda found: found[1] + found[2].upper(), french.typeset(text.format(**words)))


def _figures(random: Random, state: str, rows: list[tuple[str, int, int]]) -> list[Figure]:
    """Figures of one project go together: a large target with a large target, much reached with much reached."""
    size, share = random.random() ** 2, random.uniform(*SHARES[state])
    figures = []
    for label, low, high in rows:
        target = _round(low + int((high - low) * size * random.uniform(0.8, 1)))
        reached = max(2, int(target * share * random.uniform(0.85, 1.1)))
        figures.append(Figure(label, target, None if state == "idea" else reached))
    return figures


def _round(number: int) -> int:
    step = 1 if number < 30 else 5 if number < 100 else 10 if number < 1000 else 100
    return number // step * step
