"""Refusals: one named constraint becomes a sentence, everything else stays a bug."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from alliance.lib.errors import Conflict, conflict_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def seats():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE seats (number int CONSTRAINT seat_once UNIQUE, price int"
            " CONSTRAINT seat_price CHECK (price > 0)) ON COMMIT DROP"
        )

    def take(number: int, price: int = 1) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO seats VALUES (%s, %s)", [number, price])

    def taken() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT number FROM seats ORDER BY number")
            return [number for (number,) in cursor.fetchall()]

    take.taken = taken
    return take


def test_the_named_constraint_becomes_a_conflict_and_undoes_the_whole_act(seats):
    seats(1)
    with pytest.raises(Conflict) as refused, conflict_on("seat_once", "La place est prise.", code="taken"):
        seats(2)
        seats(1)
    assert (refused.value.code, refused.value.messages) == ("taken", ["La place est prise."])
    assert isinstance(refused.value, ValidationError)
    assert seats.taken() == [1]


def test_another_constraint_is_a_bug_and_rises_as_it_is(seats):
    refused = pytest.raises(IntegrityError, match="seat_price")
    with refused, transaction.atomic(), conflict_on("seat_once", "La place est prise.", code="taken"):
        seats(1, price=0)


def test_what_succeeds_is_kept(seats):
    with conflict_on("seat_once", "La place est prise.", code="taken"):
        seats(1)
    assert seats.taken() == [1]
