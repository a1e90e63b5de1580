"""A thousand acts upon places of workshops: against the plain reference, and ten storms of eight threads."""

import pytest
from django.utils import timezone

from tests.events.test_workshop_storm import play
from tests.events.workshop_storm import WorkshopStorm, wrongs

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("seed", range(10))
def test_a_thousand_acts_at_once_leave_no_place_to_nobody(seed):
    storm = WorkshopStorm(seed, people=40)
    for _ in range(5):
        storm.blow(200)
        assert wrongs(storm.convention, timezone.now()) == []
    print(f"storm {seed}: {dict(storm.outcomes)}")


def test_a_thousand_acts_of_the_reference():
    play(25, 40)
