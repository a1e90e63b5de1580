"""Without a verified mandate nobody signs: every state of a mandate, by every door, over and over.

96 attempts, one of each, run in `make test`; 1,000 drawn at random in `make faults`.
"""

from itertools import product
from random import Random

import pytest

from tests.charter.powerless import DOORS, STATES, WITH_POWER, attempt, own
from tests.charter.signing import make_case

pytestmark = pytest.mark.django_db
SEED, MANY = 20261122, 1000


@pytest.fixture
def case(db):
    return make_case()


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_no_state_of_a_mandate_but_verified_passes_this_door(case, door):
    left = {state: attempt(case, make, door) for state, make in STATES.items()}
    assert left == dict.fromkeys(STATES, 0)


@pytest.mark.parametrize("door", WITH_POWER, ids=lambda door: door.__name__)
def test_control_with_a_verified_mandate_this_door_signs(case, door):
    """The attempts fail for want of power, and for no other reason."""
    assert attempt(case, own, door) == 1


@pytest.mark.faults
def test_a_thousand_attempts_without_power_sign_nothing(case):
    random, pairs = Random(SEED), list(product(STATES, DOORS))
    drawn = [random.choice(pairs) for _ in range(MANY)]
    passed = [(state, door.__name__) for state, door in drawn if attempt(case, STATES[state], door)]
    print(f"{MANY} attempts, {len(STATES)} states by {len(DOORS)} doors: {len(passed)} passed")
    assert passed == []
