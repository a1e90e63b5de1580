"""French as people write it."""

from datetime import UTC, date, datetime

import pytest

from alliance.lib import french


def test_dates():
    assert french.long_date(date(2026, 11, 12)) == "12 novembre 2026"
    assert french.long_date(date(2026, 8, 1)) == "1er août 2026"
    assert french.full_date(date(2026, 11, 12)) == "jeudi 12 novembre 2026"
    assert french.month(date(2026, 2, 1)) == "février 2026"


def test_moments_are_those_of_paris():
    midnight_in_paris = datetime(2026, 6, 30, 22, 5, tzinfo=UTC)
    assert french.long_date(midnight_in_paris) == "1er juillet 2026"
    assert french.long_moment(midnight_in_paris) == "1er juillet 2026 à 0\u00a0h\u00a005"
    assert french.hour(datetime(2026, 12, 1, 8, 0, tzinfo=UTC)) == "9\u00a0h"


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0\u00a0projet"), (1, "1\u00a0projet"), (2, "2\u00a0projets"), (1500, "1\u202f500\u00a0projets")],
)
def test_counts(value, written):
    assert french.count(value, "projet") == written


def test_plurals_that_are_not_an_s():
    assert french.count(2, "réseau national", "réseaux nationaux") == "2\u00a0réseaux nationaux"
    assert french.plural(1, "réseau", "réseaux") == "réseau"


@pytest.mark.parametrize(
    ("items", "written"), [([], ""), (["a"], "a"), (["a", "b"], "a et b"), (["a", "b", "c"], "a, b et c")]
)
def test_enumerations(items, written):
    assert french.enumeration(iter(items)) == written
    assert french.enumeration(["a", "b"], last="ou") == "a ou b"


@pytest.mark.parametrize(
    ("name", "written"), [("Bretagne", "de Bretagne"), ("Île-de-France", "d’Île-de-France"), ("Hauts", "de Hauts")]
)
def test_elision(name, written):
    assert french.of(name) == written


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Le pari : ouvrir ; qui vient ? Tous !", "Le pari\u00a0: ouvrir\u202f; qui vient\u202f? Tous\u202f!"),
        ("« Bonjour » dit-il", "«\u00a0Bonjour\u00a0» dit-il"),
        ("à 9:30, l’a-t-il lu?", "à 9:30, l’a-t-il lu?"),
    ],
)
def test_no_line_begins_with_a_sign_that_a_space_precedes(typed, written):
    assert french.typeset(typed) == written
    assert french.typeset(written) == written
