from datetime import date
from types import SimpleNamespace

import pytest

from alliance.portal.templatetags import look
from partners.models.project import Project

TODAY = date(2026, 11, 22)


def confirmed(day: date) -> SimpleNamespace:
    made = SimpleNamespace(confirmed_on=day)
    made.freshness = lambda on: Project.freshness(made, on)
    return made


@pytest.mark.parametrize(
    ("day", "state", "words"),
    [
        (date(2026, 11, 18), "confirmed", "confirmé le 18 novembre"),
        (date(2026, 11, 1), "confirmed", "confirmé le 1er novembre"),
        (date(2025, 12, 3), "to_confirm", "à confirmer depuis juin"),
        (date(2025, 3, 3), "stale", "sans nouvelles depuis mars 2025"),
    ],
)
def test_freshness_is_said_in_words(day, state, words):
    assert look.freshness_words(confirmed(day), TODAY) == {"state": state, "words": words}


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0 projet"), (1, "1 projet"), (2, "2 projets"), (1144, "1 144 projets")]
)
def test_counts_agree_with_their_noun(value, words):
    assert look.counted(value, "projet,projets").replace("\u202f", " ").replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("slug", "css"),
    [
        ("cohesion-sociale", "stake-cohesion"), ("numerique", "stake-numerique"),
        ("transition-ecologique", "stake-ecologie"), (None, "stake-none"), ("autre", "stake-none"),
    ],
)  # fmt: skip
def test_a_stake_gives_its_colour(slug, css):
    assert look.stake_class(SimpleNamespace(stake_id=slug)) == css


@pytest.mark.parametrize(
    ("reached", "target", "words"),
    [
        (340, 400, "340 personnes accompagnées sur 400"),
        (61, None, "61 personnes accompagnées"),
        (None, 400, "personnes accompagnées : 400 visés"),
    ],
)
def test_a_figure_says_what_is_reached_and_what_was_aimed_at(reached, target, words):
    figure = SimpleNamespace(label="personnes accompagnées", reached=reached, target=target)
    assert look.figure_words(figure) == words
