"""A copy of one's data when one has many rows: what they point at is read at once, not row by row."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alliance.portal.actions.copies import gather, readable
from tests import builders

pytestmark = pytest.mark.django_db


def rows_of(person, title: str) -> tuple[list[dict], int]:
    with CaptureQueriesContext(connection) as asked:
        said = gather(person, timezone.now())
    return next(each["rows"] for each in said["sections"] if each["title"] == title), len(asked)


def test_a_copy_asks_as_much_of_three_rows_as_of_one():
    agent, title = builders.staff(), "Signatures contresignées ou refusées"
    made = [builders.signature(builders.organisation(name="Un"), countersigned_by=agent)]
    first, asked = rows_of(agent, title)
    made += [builders.signature(builders.organisation(name=name), countersigned_by=agent) for name in ("Deux", "Trois")]
    rows, asked_again = rows_of(agent, title)
    assert [row["organisation"] for row in rows] == ["Un", "Deux", "Trois"]
    assert [row["signataire"] for row in rows] == [str(each.signer) for each in made]
    assert (first, asked_again) == (rows[:1], asked)


def test_paper_holds_the_first_rows_and_says_where_the_others_are():
    rows = [{"nom": str(number)} for number in range(203)]
    said = {"title": "Copie", "sections": [{"title": "Peu", "rows": rows[:200]}, {"title": "Trop", "rows": rows}]}
    few, many = readable(said)["sections"]
    assert few == {"title": "Peu", "count": 200, "rows": rows[:200]}
    rest = {"suite": "3\u00a0lignes de plus dans le fichier « donnees.json »."}
    assert many == {"title": "Trop", "count": 203, "rows": [*rows[:200], rest]}
