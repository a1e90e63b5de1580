"""Our EcoIndex says what ecoindex's own says."""

import pytest

from tests.browser import ecoindex


@pytest.mark.parametrize(
    ("elements", "requests", "kilobytes", "score"),
    [
        (100, 100, 100, 72),
        (100, 100, 1_000, 67),
        (100, 100, 10_000, 58),
        (200, 200, 10_000, 46),
        (2_355, 267, 2_493, 10),
        (240, 20, 331, 83),
    ],
)
def test_known_pages_have_their_known_score(elements, requests, kilobytes, score):
    assert ecoindex.score(elements=elements, requests=requests, kilobytes=kilobytes) == score


def test_known_values_have_their_known_rank_and_grade():
    assert ecoindex.rank(ecoindex.KILOBYTES, 2_500) == 14.086372025739513
    assert ecoindex.rank(ecoindex.ELEMENTS, 150) == 2.892857142857143
    assert ecoindex.rank(ecoindex.REQUESTS, 23) == 2.8
    assert ecoindex.rank(ecoindex.KILOBYTES, 310_182.902) == 20
    assert [ecoindex.grade(found) for found in (100, 81, 80, 72, 50.2, 25, 10, 2)] == list("AABBDFGG")
