"""An owner of the database forges the journal in a thousand ways and recomputes every table: told every time.

`make faults` runs it; tests/proof/test_verification.py has one forgery of each kind.
"""

import base64
from random import Random

import pytest

from alliance.proof import checkpoints, journal, notes, verification
from tests.proof import forger

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
ENTRIES, COVERED, FORGERIES = 40, 33, 1_000


def rewritten(random: Random, leaves: list[dict]) -> list[dict]:
    place = random.randrange(COVERED)
    name = random.choice(["kind", "subject", "recorded_at", "facts"])
    other = {"facts": {"n": -1}, "recorded_at": "2001-01-01T00:00:00.000000Z"}.get(name, "forgé")
    return [*leaves[:place], leaves[place] | {name: other}, *leaves[place + 1 :]]


def deleted(random: Random, leaves: list[dict]) -> list[dict]:
    place = random.randrange(COVERED)
    return leaves[:place] + leaves[place + 1 :]


def inserted(random: Random, leaves: list[dict]) -> list[dict]:
    place = random.randrange(COVERED)
    return [*leaves[:place], random.choice(leaves) | {"subject": "glissé"}, *leaves[place:]]


def reordered(random: Random, leaves: list[dict]) -> list[dict]:
    first, second = random.sample(range(COVERED), 2)
    moved = leaves[:]
    moved[first], moved[second] = leaves[second], leaves[first]
    return moved


def truncated(random: Random, leaves: list[dict]) -> list[dict]:
    return leaves[: random.randrange(COVERED)]


KINDS = [rewritten, deleted, inserted, reordered, truncated]


@pytest.mark.parametrize("forge", KINDS)
def test_every_forgery_of_what_a_checkpoint_outside_covers_is_told(forge, settings):
    settings.JOURNAL_KEY = base64.b64encode(bytes(32)).decode()
    for number in range(ENTRIES):
        if number == COVERED:
            outside = notes.read(checkpoints.sign_checkpoint().text)
        journal.append(kind="k", subject=f"s-{number}", facts={"n": number})
    honest, random = forger.leaves(), Random(forge.__name__)
    told = perfect = 0
    for _ in range(FORGERIES // len(KINDS)):
        forger.rebuild(forge(random, honest))
        perfect += verification.verify().findings == []
        told += verification.verify(outside).findings != []
    print(
        f"\n{forge.__name__}: {told} of {FORGERIES // len(KINDS)} told; {perfect} perfect without a checkpoint outside"
    )
    assert (told, perfect) == (FORGERIES // len(KINDS),) * 2
    forger.rebuild(honest)
    assert verification.verify(outside).findings == [], "control: the honest journal is whole"
