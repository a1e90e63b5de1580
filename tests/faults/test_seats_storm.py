"""Fifty storms of a thousand acts by eight threads; the sample of `make test` is in tests/events."""

import pytest

from tests.events.storm import Storm, book, breaches, pages
from tests.events.test_seats_storm import play

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("seed", range(50))
def test_a_thousand_acts_at_once_sell_no_seat_twice_and_leave_none_to_nobody(seed):
    with book():
        storm = Storm(seed, seats=10)
        for _ in range(5):
            storm.blow(200)
            assert storm.at_rest() == []
        assert breaches() == []
        print(f"storm {seed}: {pages()} commits read, {dict(storm.outcomes)}")


def test_a_thousand_acts_of_the_reference():
    play(20, 50)
